"""What a module makes of clips of other sizes, found out without computing anything."""

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
    """The axes of a network's inputs, each input as one sample is declared.

    An axis that several inputs have is one, as the frames of a slow and a fast path are: another
    size of it changes them all in proportion.
    """

    inputs: Mapping[str, Shape]

    @cached_property
    def declared(self) -> dict[str, int]:
        """A batch of one, and each axis as the first input that has it declares it."""
        sizes = {BATCH: 1}
        for shape in self.inputs.values():
            for place, name in places(shape):
                sizes.setdefault(name, (1, *shape)[place])
        return sizes

    def shapes(self, sizes: Sizes) -> list[Shape] | None:
        """The inputs at these sizes; nothing where one would be broken."""
        made = [self._shape(shape, sizes) for shape in self.inputs.values()]
        return None if any(0 in shape for shape in made) else made

    def _shape(self, shape: Shape, sizes: Sizes) -> Shape:
        batch = [1, *shape]
        for place, name in places(shape):
            size, rest = divmod(batch[place] * sizes[name], self.declared[name])
            batch[place] = 0 if rest else size
        return tuple(batch)


def places(shape: Shape) -> Iterator[tuple[int, str]]:
    """The axes of a batch of such samples, each with its name, but for the channels."""
    yield 0, BATCH
    known = AXES.get(len(shape))
    for place in range(2, len(shape) + 1):
        yield place, known[place - 1] if known else f"axis {place}"


_LONGEST = 120
"""Characters of somebody else's message."""


@dataclass(frozen=True)
class Outcome:
    """The shapes that come out, or which layer breaks off and what it says."""

    shapes: tuple[Shape, ...] = ()
    layer: str = ""
    fault: str = ""

    def __bool__(self) -> bool:
        return not self.fault


_NOT_WHOLE = Outcome(fault="the sizes of the inputs would not keep their proportion")


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
            self._known[key] = self._outcome(shapes) if shapes else _NOT_WHOLE
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


def first_line(failure: BaseException) -> str:
    lines = str(failure).strip().splitlines() or [type(failure).__name__]
    return shorten(lines[0].rstrip("."), _LONGEST, placeholder=" ...")
