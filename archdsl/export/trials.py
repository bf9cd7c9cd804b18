"""Which sizes of clips a module takes, found by running it on the meta device.

Meta tensors have shapes and no content, so a run takes milliseconds and no memory: hundreds of
sizes can be tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from textwrap import shorten
from typing import TYPE_CHECKING

from archdsl.ir.types import AXES

if TYPE_CHECKING:
    from torch import Tensor, nn

Shape = tuple[int, ...]
Sizes = Mapping[str, int]

BATCH = "batch"


@dataclass(frozen=True)
class Axes:
    """The named axes of a network's inputs; `inputs` has the declared shape of one sample each.

    An axis that several inputs have counts once, such as the frames of a slow and a fast pathway:
    another size of it changes all of them in proportion.
    """

    inputs: Mapping[str, Shape]

    @cached_property
    def declared(self) -> dict[str, int]:
        """The declared size of each axis, by the first input that has it; the batch is 1."""
        sizes = {BATCH: 1}
        for shape in self.inputs.values():
            for place, name in places(shape):
                sizes.setdefault(name, (1, *shape)[place])
        return sizes

    def shapes(self, sizes: Sizes) -> list[Shape] | None:
        """The shapes of the inputs at these sizes, with the batch.

        None if the inputs cannot keep their proportion, as with 7 frames where one input has a
        fourth of the other's.
        """
        shapes = [self._shape(shape, sizes) for shape in self.inputs.values()]
        return None if any(0 in shape for shape in shapes) else shapes

    def _shape(self, shape: Shape, sizes: Sizes) -> Shape:
        batch = [1, *shape]
        for place, name in places(shape):
            size, rest = divmod(batch[place] * sizes[name], self.declared[name])
            batch[place] = 0 if rest else size
        return tuple(batch)


def places(shape: Shape) -> Iterator[tuple[int, str]]:
    """The position and the name of each axis of a batch, without the channels."""
    yield 0, BATCH
    known = AXES.get(len(shape))
    for place in range(2, len(shape) + 1):
        yield place, known[place - 1] if known else f"axis {place}"


_LONGEST = 120
"""The most characters shown of a message from torch or from a runtime."""


@dataclass(frozen=True)
class Outcome:
    """The shapes of the results, or the layer that failed and its message. True if it ran."""

    shapes: tuple[Shape, ...] = ()
    layer: str = ""
    error: str = ""

    def __bool__(self) -> bool:
        return not self.error


_OUT_OF_PROPORTION = Outcome(error="the sizes of the inputs would not keep their proportion")


class Trials:
    """Runs a module on meta tensors, each size once. The module itself moves to meta: pass a copy.

    Its outcomes are kept, since tracing and ranges ask for many sizes again.
    """

    def __init__(self, module: nn.Module, axes: Axes) -> None:
        self._module = module.to("meta")
        self._axes = axes
        self._known: dict[tuple[int, ...], Outcome] = {}

    def at(self, sizes: Sizes) -> Outcome:
        key = tuple(sizes[name] for name in self._axes.declared)
        if key not in self._known:
            shapes = self._axes.shapes(sizes)
            self._known[key] = self._outcome(shapes) if shapes else _OUT_OF_PROPORTION
        return self._known[key]

    def with_axis(self, axis: str, size: int) -> Outcome:
        """The outcome at the declared sizes with another size of one axis."""
        return self.at({**self._axes.declared, axis: size})

    def _outcome(self, shapes: list[Shape]) -> Outcome:
        import torch

        try:
            with torch.no_grad(), torch.device("meta"):
                outputs = results(self._module(*map(torch.empty, shapes)))
        except Exception as failure:
            # A module may raise anything at a size that it does not take.
            return Outcome(layer=self._layer(failure), error=first_line(failure))
        return Outcome(tuple(tuple(value.shape) for value in outputs))

    def _layer(self, failure: Exception) -> str:
        """The path of the innermost layer whose method was running, for the message."""
        paths = {id(layer): path for path, layer in self._module.named_modules()}
        running = [paths[owner] for owner in _owners(failure) if paths.get(owner)]
        return running[-1] if running else ""


def _owners(failure: Exception) -> Iterator[int]:
    """The identity of `self` in each frame of the traceback, from the outside in."""
    trace = failure.__traceback__
    while trace:
        yield id(trace.tb_frame.f_locals.get("self"))
        trace = trace.tb_next


def results(output: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """What a network returns as a tuple: one with a single output returns no tuple."""
    return output if isinstance(output, tuple) else (output,)


def first_line(failure: BaseException) -> str:
    lines = str(failure).strip().splitlines() or [type(failure).__name__]
    return shorten(lines[0].rstrip("."), _LONGEST, placeholder=" ...")
