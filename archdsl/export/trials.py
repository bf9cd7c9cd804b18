"""What a module makes of clips of other sizes, found out without computing anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archdsl.export.axes import Axes, Shape, Sizes

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class Outcome:
    """The shapes that come out, or which layer breaks off and what it says."""

    shapes: tuple[Shape, ...] = ()
    layer: str = ""
    fault: str = ""

    def __bool__(self) -> bool:
        return not self.fault


NOT_WHOLE = Outcome(fault="the sizes of the inputs would not keep their proportion")


class Trials:
    """Runs a module on tensors without content, each size once; the module loses its own."""

    def __init__(self, module: nn.Module, axes: Axes) -> None:
        self._module = module.to("meta")
        self._axes = axes
        self._known: dict[tuple[int, ...], Outcome] = {}

    def at(self, sizes: Sizes) -> Outcome:
        key = tuple(sizes[name] for name in self._axes.declared)
        if key not in self._known:
            shapes = self._axes.shapes(sizes)
            self._known[key] = self._outcome(shapes) if shapes else NOT_WHOLE
        return self._known[key]

    def with_axis(self, axis: str, size: int) -> Outcome:
        """At the declared sizes but for one axis."""
        return self.at({**self._axes.declared, axis: size})

    def _outcome(self, shapes: list[Shape]) -> Outcome:
        import torch

        try:
            with torch.no_grad(), torch.device("meta"):
                made = results(self._module(*map(torch.empty, shapes)))
        except Exception as failure:
            # A module that does not take a size may raise anything.
            return Outcome(layer=self._layer(failure), fault=first_line(failure))
        return Outcome(tuple(tuple(value.shape) for value in made))

    def _layer(self, failure: Exception) -> str:
        """The innermost layer that was at work."""
        paths = {id(layer): path for path, layer in self._module.named_modules()}
        found = [paths[owner] for owner in _owners(failure) if paths.get(owner)]
        return found[-1] if found else ""


def _owners(failure: Exception) -> Iterator[int]:
    trace = failure.__traceback__
    while trace:
        yield id(trace.tb_frame.f_locals.get("self"))
        trace = trace.tb_next


def results(output: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return output if isinstance(output, tuple) else (output,)


def first_line(failure: Exception) -> str:
    lines = str(failure).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(failure).__name__
