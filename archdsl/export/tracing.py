"""A module as a program of torch.export, open in size where it can be, and which sizes it takes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from archdsl.export.build import fault
from archdsl.export.trials import BATCH, Axes, Outcome, Shape, Sizes, Trials, first_line, places

if TYPE_CHECKING:
    from torch import nn
    from torch.export import ExportedProgram
    from torch.fx import GraphModule


@dataclass(frozen=True)
class Traced:
    """A program, and the sizes that it and the module itself take."""

    axes: Axes
    module: Trials
    program: ExportedProgram

    @cached_property
    def trials(self) -> Trials:
        return Trials(_without_content(self.program.module()), self.axes)

    def takes(self, sizes: Sizes) -> bool:
        """Whether the program makes of these sizes what the module makes of them."""
        own = self.module.at(sizes)
        return bool(own) and self.trials.at(sizes) == own

    @cached_property
    def missed(self) -> int:
        """How many sizes only the module takes, of those that tell whether an axis is open."""
        return sum(not self.takes(sizes) for _, sizes in _telling(self.module, self.axes))


def trace(module: nn.Module, axes: Axes) -> Traced:
    """The first program that takes what the module takes, else the one that takes most of it.

    Raises:
        CompileError: the module does not run as declared, or torch.export cannot trace it.
    """
    own = Trials(copy.deepcopy(module), axes)
    if not (declared := own.at(axes.declared)):
        where = f" in {declared.layer}" if declared.layer else ""
        message = f"the module does not take what its docstring says: {declared.fault}{where}"
        raise fault(message)
    opened = {axis for axis, _ in _telling(own, axes)}
    found, failures = [], []
    for sizes, is_oblivious in _attempts(axes.declared, _larger(own, axes)):
        sizes = {**sizes, BATCH: 2} if BATCH in opened else sizes
        try:
            program = _program(module, axes, sizes, opened, is_oblivious)
        except Exception as failure:
            # What torch.export does not like may end in any kind of error.
            failures.append(first_line(failure))
            continue
        traced = Traced(axes, own, program)
        if traced.takes(axes.declared):
            found.append(traced)
            if not traced.missed:
                break
    if not found:
        told = failures[0] if failures else "what it traces takes other sizes than the declared"
        raise fault(f"torch.export does not manage: {told}")
    return min(found, key=lambda traced: traced.missed)


def _attempts(declared: Sizes, larger: Sizes) -> Iterator[tuple[Sizes, bool]]:
    """Sizes to trace at, and whether a size of one may be a size like others.

    Torch decides by the sizes that it sees. Where frames are taken in groups, what it sees must
    have several groups, or else it takes for granted that there is one.
    """
    for is_oblivious in (True, False):
        yield declared, is_oblivious
        if larger != declared:
            yield larger, is_oblivious


def _larger(own: Trials, axes: Axes) -> Sizes:
    """Twice the declared sizes and one, where the module takes that."""
    more = {name: 2 * size + 1 for name, size in axes.declared.items() if name != BATCH}
    taken = {name: size for name, size in more.items() if own.with_axis(name, size)}
    return {**axes.declared, **taken}


def _telling(own: Trials, axes: Axes) -> Iterator[tuple[str, Sizes]]:
    """Other sizes that the module takes, each with its axis."""
    for name, size in axes.declared.items():
        for other in sorted({1, size - 1, size + 1, 2 * size, 2 * size + 1} - {0, size}):
            if own.with_axis(name, other):
                yield name, {**axes.declared, name: other}


def _program(
    module: nn.Module, axes: Axes, sizes: Sizes, opened: Collection[str], is_oblivious: bool
) -> ExportedProgram:
    import torch
    from torch.fx.experimental import _config

    shapes = axes.shapes(sizes) or []
    dynamic = [_open(shape, opened) for shape in axes.inputs.values()]
    with _config.patch(backed_size_oblivious=is_oblivious):  # type: ignore[attr-defined]
        clips = tuple(torch.empty(shape) for shape in shapes)
        program = torch.export.export(module, clips, dynamic_shapes=dynamic)
    # They are saved with the program, which checks no sizes without them: one element will do.
    program.example_inputs = tuple(torch.zeros(()).expand(shape) for shape in shapes), {}
    return program


def _open(shape: Shape, opened: Collection[str]) -> dict[int, object]:
    from torch.export import Dim

    return {place: Dim.AUTO for place, name in places(shape) if name in opened}


def _without_content(module: GraphModule) -> GraphModule:
    """What is made within a program has the device that it was traced on; here it has none."""
    import torch

    for node in module.graph.nodes:
        if "device" in node.kwargs:
            node.update_kwarg("device", torch.device("meta"))
    module.recompile()
    return module


_STEPS = (2, 4, 8, 16, 32, 64)


@dataclass(frozen=True)
class Range:
    """What an axis may be: from `low` to `high`, or on without end; or in steps of `step`.

    `less` and `more` say what stands against the sizes next to these: nothing where the module
    itself takes them, and only torch.export does not.
    """

    axis: str
    declared: int
    low: int
    high: int | None
    step: int | None = None
    less: Outcome | None = None
    more: Outcome | None = None

    @property
    def is_fixed(self) -> bool:
        return self.low == self.high and self.step is None


def ranges(traced: Traced) -> Iterator[Range]:
    """One for each axis, in the order of the inputs."""
    for axis, declared in traced.axes.declared.items():
        yield _range(traced, axis, declared)


def _range(traced: Traced, axis: str, declared: int) -> Range:
    def takes(size: int) -> bool:
        return traced.takes({**traced.axes.declared, axis: size})

    def outcome(size: int) -> Outcome:
        return traced.module.with_axis(axis, size)

    low, high = _low(takes, declared), _high(takes, declared)
    return Range(
        axis,
        declared,
        low,
        high,
        _step(takes, declared) if high == declared else None,
        outcome(low - 1) if low > 1 else None,
        outcome(high + 1) if high is not None else None,
    )


def _step(takes: Callable[[int], bool], declared: int) -> int | None:
    """The least step that leads to sizes that are taken, twice in a row."""
    return next((n for n in _STEPS if takes(declared + n) and takes(declared + 2 * n)), None)


def _low(takes: Callable[[int], bool], declared: int) -> int:
    """The least size from which on all are taken, up to the declared one."""
    if declared == 1 or (takes(1) and takes(declared - 1)):
        return 1
    taken, gap = declared, 1
    while taken - gap > 1 and takes(taken - gap):
        taken, gap = taken - gap, 2 * gap
    return _border(takes, taken, max(taken - gap, 1))


def _high(takes: Callable[[int], bool], declared: int) -> int | None:
    """The greatest size, nothing where there is none in sight."""
    if takes(declared + 1) and takes(2 * declared + 1):
        return None
    taken, gap = declared, 1
    while taken + gap < 2 * declared + 1 and takes(taken + gap):
        taken, gap = taken + gap, 2 * gap
    return _border(takes, taken, taken + gap)


def _border(takes: Callable[[int], bool], taken: int, refused: int) -> int:
    """The last size taken on the way to one that is not, or to the least there is."""
    if takes(refused):
        return refused
    while abs(taken - refused) > 1:
        middle = (taken + refused) // 2
        taken, refused = (middle, refused) if takes(middle) else (taken, middle)
    return taken
