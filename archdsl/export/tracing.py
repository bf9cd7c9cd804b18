"""Tracing a module with torch.export, with as many dynamic sizes as possible.

Torch decides what a size means by the sizes that it sees, and some decisions lose sizes that the
module takes. So the module is traced in several ways, the programs are tried out at other sizes
without computing, and the one that takes most is used.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from archdsl.export.build import export_error
from archdsl.export.trials import BATCH, Axes, Outcome, Shape, Sizes, Trials, first_line, places

if TYPE_CHECKING:
    from torch import nn
    from torch.export import ExportedProgram
    from torch.fx import GraphModule


@dataclass(frozen=True)
class Traced:
    """An exported program, with which sizes it takes and which the module itself takes."""

    axes: Axes
    module: Trials
    program: ExportedProgram

    @cached_property
    def trials(self) -> Trials:
        return Trials(_on_meta(self.program.module()), self.axes)

    def takes(self, sizes: Sizes) -> bool:
        """Whether the program takes these sizes and gives the shapes that the module gives."""
        own = self.module.at(sizes)
        return bool(own) and self.trials.at(sizes) == own

    @cached_property
    def lost(self) -> int:
        """How many of the probed sizes the module takes and the program does not."""
        return sum(not self.takes(sizes) for _, sizes in _probes(self.module, self.axes))


def trace(module: nn.Module, axes: Axes) -> Traced:
    """The first program that takes every size that the module takes, or the one that loses least.

    Raises:
        CompileError: the module does not run at the declared size, or torch.export fails.
    """
    own = Trials(copy.deepcopy(module), axes)
    if not (declared := own.at(axes.declared)):
        where = f" in {declared.layer}" if declared.layer else ""
        message = f"the module does not take the input of its docstring: {declared.error}{where}"
        raise export_error(message)
    dynamic = {axis for axis, _ in _probes(own, axes)}
    candidates, failures = [], []
    for sizes, is_oblivious in _attempts(axes.declared, _larger(own, axes)):
        # torch.export makes a batch of 1 a constant, even where it is declared dynamic.
        sizes = {**sizes, BATCH: 2} if BATCH in dynamic else sizes
        try:
            program = _export(module, axes, sizes, dynamic, is_oblivious)
        except Exception as failure:
            # torch.export documents no error type: guards, decompositions and asserts all differ.
            failures.append(first_line(failure))
            continue
        traced = Traced(axes, own, program)
        if traced.takes(axes.declared):
            candidates.append(traced)
            if not traced.lost:
                break
    if not candidates:
        reason = failures[0] if failures else "no traced program takes the declared size"
        raise export_error(f"torch.export fails: {reason}")
    return min(candidates, key=lambda traced: traced.lost)


def _attempts(declared: Sizes, larger: Sizes) -> Iterator[tuple[Sizes, bool]]:
    """The sizes to trace at, each with `backed_size_oblivious`, best first.

    The flag makes torch treat a size of 1 like any other, instead of as a size to broadcast. Larger
    sizes help where frames are taken in groups: from a clip of one group, torch concludes that
    there is always one.
    """
    for is_oblivious in (True, False):
        yield declared, is_oblivious
        if larger != declared:
            yield larger, is_oblivious


def _larger(own: Trials, axes: Axes) -> Sizes:
    """Each size doubled plus one, as far as the module takes that: odd, and no multiple."""
    more = {name: 2 * size + 1 for name, size in axes.declared.items() if name != BATCH}
    taken = {name: size for name, size in more.items() if own.with_axis(name, size)}
    return {**axes.declared, **taken}


def _probes(own: Trials, axes: Axes) -> Iterator[tuple[str, Sizes]]:
    """Other sizes that the module takes, one axis at a time: an axis that has any is dynamic."""
    for name, size in axes.declared.items():
        for other in sorted({1, size - 1, size + 1, 2 * size, 2 * size + 1} - {0, size}):
            if own.with_axis(name, other):
                yield name, {**axes.declared, name: other}


def _export(
    module: nn.Module, axes: Axes, sizes: Sizes, dynamic: Collection[str], is_oblivious: bool
) -> ExportedProgram:
    import torch
    from torch.fx.experimental import _config

    shapes = axes.shapes(sizes) or []
    dynamic_shapes = [_dynamic_axes(shape, dynamic) for shape in axes.inputs.values()]
    with _config.patch(backed_size_oblivious=is_oblivious):  # type: ignore[attr-defined]
        clips = tuple(torch.empty(shape) for shape in shapes)
        program = torch.export.export(module, clips, dynamic_shapes=dynamic_shapes)
    # The example clips are saved with the program, which checks no sizes without them. As views of
    # one element they add bytes instead of megabytes.
    program.example_inputs = tuple(torch.zeros(()).expand(shape) for shape in shapes), {}
    return program


def _dynamic_axes(shape: Shape, dynamic: Collection[str]) -> dict[int, object]:
    from torch.export import Dim

    # AUTO, unlike DYNAMIC, lets torch fix an axis instead of failing: `ranges` finds out which.
    return {place: Dim.AUTO for place, name in places(shape) if name in dynamic}


def _on_meta(module: GraphModule) -> GraphModule:
    """The module with every tensor that it creates on the meta device.

    Tracing wrote the device of the example clips into calls such as `torch.arange`.
    """
    import torch

    for node in module.graph.nodes:
        if "device" in node.kwargs:
            node.update_kwarg("device", torch.device("meta"))
    module.recompile()
    return module


_STEPS = (2, 4, 8, 16, 32, 64)
"""The steps that are tried: strides and window sizes of networks are nearly always such."""


@dataclass(frozen=True)
class Range:
    """The sizes that an axis of the program can have: `low` to `high`, or in steps of `step`.

    `high` is None if there is no upper limit. `below` and `above` are what the module makes of the
    next sizes outside: an error, or shapes if only torch.export excludes them.
    """

    axis: str
    declared: int
    low: int
    high: int | None
    step: int | None = None
    below: Outcome | None = None
    above: Outcome | None = None

    @property
    def is_fixed(self) -> bool:
        return self.low == self.high and self.step is None


def ranges(traced: Traced) -> Iterator[Range]:
    """The range of each axis, in the order of the inputs."""
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
    """The smallest step by which the next two sizes are taken: one alone may be chance."""
    return next((n for n in _STEPS if takes(declared + n) and takes(declared + 2 * n)), None)


def _low(takes: Callable[[int], bool], declared: int) -> int:
    """The smallest size from which all are taken, up to the declared one.

    Found by doubling the gap and then halving it, with a few dozen runs even for 1,000 frames.
    """
    if declared == 1 or (takes(1) and takes(declared - 1)):
        return 1
    taken, gap = declared, 1
    while taken - gap > 1 and takes(taken - gap):
        taken, gap = taken - gap, 2 * gap
    return _border(takes, taken, max(taken - gap, 1))


def _high(takes: Callable[[int], bool], declared: int) -> int | None:
    """The largest size that is taken; None if even twice the declared size plus one is taken."""
    if takes(declared + 1) and takes(2 * declared + 1):
        return None
    taken, gap = declared, 1
    while taken + gap < 2 * declared + 1 and takes(taken + gap):
        taken, gap = taken + gap, 2 * gap
    return _border(takes, taken, taken + gap)


def _border(takes: Callable[[int], bool], taken: int, refused: int) -> int:
    """The last size that is taken between one that is and one that is not, by bisection.

    `refused` may be 1, the smallest size, and taken after all.
    """
    if takes(refused):
        return refused
    while abs(taken - refused) > 1:
        middle = (taken + refused) // 2
        taken, refused = (middle, refused) if takes(middle) else (taken, middle)
    return taken
