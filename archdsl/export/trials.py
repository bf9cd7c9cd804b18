"""Which sizes of clips a module takes, found by running it on the meta device.

Meta tensors have shapes and no content, so a run takes milliseconds and no memory: hundreds of
sizes can be tried. What the compiler knows of sizes is in the module, which refuses those that it
cannot compute before it computes anything.
"""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import shorten
from types import TracebackType
from typing import TYPE_CHECKING

from archdsl.export.axes import Axes, Shape, Shapes, Sizes
from archdsl.export.samples import blank

if TYPE_CHECKING:
    from torch import Tensor, nn

_LONGEST = 120
"""The most characters shown of a message from torch or from a runtime."""


@dataclass(frozen=True)
class Outcome:
    """The shapes of the results, or what failed and its message. True if it ran.

    `layer` is the path of a layer, or the line of the module's file.
    """

    shapes: tuple[Shape, ...] = ()
    layer: str = ""
    error: str = ""

    def __bool__(self) -> bool:
        return not self.error


OUT_OF_PROPORTION = Outcome(error="the sizes of the inputs would not keep their proportion")


class Trials:
    """Runs a module on meta tensors, each size once. The module itself moves to meta: pass a copy.

    Its outcomes are kept, since tracing and ranges ask for many sizes again.
    """

    def __init__(self, module: nn.Module) -> None:
        self._module = module.to("meta")
        self._known: dict[Shapes, Outcome] = {}

    def at(self, axes: Axes, sizes: Sizes) -> Outcome:
        """The outcome at some sizes; an axis that is not given has its declared one."""
        shapes = axes.shapes(sizes)
        if shapes is None:
            return OUT_OF_PROPORTION
        if shapes not in self._known:
            self._known[shapes] = self._outcome(axes, sizes)
        return self._known[shapes]

    def _outcome(self, axes: Axes, sizes: Sizes) -> Outcome:
        import torch

        try:
            with torch.no_grad(), torch.device("meta"):
                outputs = results(self._module(*blank(axes, sizes)))
        except Exception as failure:
            # A module may raise anything at a size that it does not take.
            return Outcome(layer=self._layer(failure), error=first_line(failure))
        return Outcome(tuple(tuple(value.shape) for value in outputs))

    def _layer(self, failure: Exception) -> str:
        """The innermost layer whose method was running; in the network's own, the line."""
        paths = {id(layer): path for path, layer in self._module.named_modules()}
        running = [
            (trace, owner) for trace in _traces(failure) if (owner := _owner(trace)) in paths
        ]
        if not running:
            return ""
        trace, owner = running[-1]
        return paths[owner] or _statement(trace)


def _traces(failure: Exception) -> Iterator[TracebackType]:
    """The frames of the traceback, from the outside in."""
    trace = failure.__traceback__
    while trace:
        yield trace
        trace = trace.tb_next


def _owner(trace: TracebackType) -> int:
    """The identity of `self` in a frame."""
    return id(trace.tb_frame.f_locals.get("self"))


def _statement(trace: TracebackType) -> str:
    """The line of a frame as it is written; a line that raises says enough by its message."""
    line = linecache.getline(trace.tb_frame.f_code.co_filename, trace.tb_lineno).strip()
    return "" if line.startswith("raise ") else shorten(line, _LONGEST // 2, placeholder=" ...")


def results(output: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """What a network returns as a tuple: one with a single output returns no tuple."""
    return output if isinstance(output, tuple) else (output,)


def first_line(failure: BaseException) -> str:
    lines = str(failure).strip().splitlines() or [type(failure).__name__]
    return shorten(lines[0].rstrip("."), _LONGEST, placeholder=" ...")
