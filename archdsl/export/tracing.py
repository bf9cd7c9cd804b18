"""Tracing a module with torch.export, with as many dynamic sizes as possible.

The axes that the module takes at other sizes are traced as dynamic, all at once, which mostly is
all. Torch decides what a size means by the sizes that it sees, and some decisions lose sizes that
the module takes: then larger sizes are tried. Where torch fails, axes are added one by one.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from archdsl.export.axes import BATCH, Axes, Axis, Input, Sizes
from archdsl.export.folder import export_error
from archdsl.export.ranges import Found, Range, Spread, find_axes, spread
from archdsl.export.samples import blank
from archdsl.export.trials import Outcome, Trials, first_line

if TYPE_CHECKING:
    from torch import nn
    from torch.export import ExportedProgram
    from torch.fx import GraphModule


@dataclass(frozen=True)
class Traced:
    """An exported program, with the sizes that it takes and that the module itself takes.

    `failed` has torch's message for each axis that could not be traced as dynamic.
    """

    module: Trials
    found: Found
    program: ExportedProgram
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def axes(self) -> Axes:
        return self.found.axes

    @property
    def declared(self) -> Outcome:
        """What the module gives at the declared sizes."""
        return self.module.at(self.axes, {})

    @cached_property
    def trials(self) -> Trials:
        return Trials(_on_meta(self.program.module()))

    def takes(self, sizes: Sizes) -> bool:
        """Whether the program takes these sizes and gives the shapes that the module gives."""
        own = self.module.at(self.axes, sizes)
        return bool(own) and self.trials.at(self.axes, sizes) == own

    @cached_property
    def lost(self) -> frozenset[tuple[str, int]]:
        """Sizes of an axis that the module takes and the program does not.

        The borders of each axis are tried, and what is beside the declared size.
        """
        probes = ((axis.name, size) for axis in self.axes.all for size in self._probes(axis))
        return frozenset((name, size) for name, size in probes if not self.takes({name: size}))

    def _probes(self, axis: Axis) -> Iterator[int]:
        own, size = self.found.spreads[axis.name], axis.declared
        near = {size - own.step, size + own.step, _far(own, size), own.low, own.high or size}
        return (n for n in near if own.low <= n and (own.high is None or n <= own.high))

    @property
    def loses_larger(self) -> bool:
        return any(size > self.axes.declared[name] for name, size in self.lost)

    def ranges(self) -> Iterator[Range]:
        """The range of each axis, in the order of the inputs."""
        return map(self._range, self.axes.all)

    def _range(self, axis: Axis) -> Range:
        whole = self.found.spreads[axis.name]
        if any(name == axis.name for name, _ in self.lost):
            whole = spread(lambda size: self.takes({axis.name: size}), axis.declared)
        refused = {
            size: self.module.at(self.axes, {axis.name: size})
            for size in self._outside(axis, whole)
        }
        return Range(axis, whole, refused, self._reason(axis))

    def _reason(self, axis: Axis) -> str:
        """Why the program does not take all that the module takes."""
        if few := self.found.narrow.get(axis.name):
            return f"{few} are too few to keep the axis dynamic"
        if failure := self.failed.get(axis.name):
            return f"torch.export fails where the axis is dynamic: {failure}"
        return "torch.export does not keep the axis dynamic"

    def _outside(self, axis: Axis, whole: Spread) -> Iterator[int]:
        """The sizes next to a spread, and the first between two steps that is not taken."""
        if whole.low > whole.step:
            yield whole.low - whole.step
        between = range(axis.declared + 1, axis.declared + whole.step)
        yield from islice((n for n in between if not self.takes({axis.name: n})), 1)
        if whole.high is not None:
            yield whole.high + whole.step


def trace(module: nn.Module, inputs: Mapping[str, Input]) -> Traced:
    """The first program that takes every size that the module takes, or the one that loses least.

    Raises:
        CompileError: the module does not run at the declared size, or torch.export fails.
    """
    own = Trials(copy.deepcopy(module))
    found = find_axes(own, inputs)
    if not (declared := own.at(found.axes, {})):
        where = f" in {declared.layer}" if declared.layer else ""
        raise export_error(f"the module does not take its INPUTS: {declared.error}{where}")
    dynamic = [name for name, each in found.spreads.items() if not each.is_fixed]
    best, reasons = None, list[str]()
    for sizes, is_oblivious in _attempts(found, dynamic):
        try:
            traced = _traced(module, own, found, dynamic, sizes, is_oblivious)
        except _FailedError as failure:
            reasons.append(str(failure))
            continue
        best = min(best or traced, traced, key=lambda each: len(each.lost))
        if not traced.loses_larger:
            break
    return best or _axis_by_axis(module, own, found, dynamic, reasons[0])


def _attempts(found: Found, dynamic: Collection[str]) -> Iterator[tuple[Sizes, bool]]:
    """The sizes to trace at, and whether torch treats a size of 1 like any other, best first.

    Larger sizes help where frames are taken in groups: from a clip of one group, torch concludes
    that there is always one. A batch alone is traced with a size of 2, and needs no such care.
    """
    is_careful = any(name != BATCH for name in dynamic)
    yield {}, is_careful
    if larger := _larger(found):
        yield larger, True
    yield {}, not is_careful


class _FailedError(Exception):
    """Torch cannot trace a module with some axes dynamic; the message says why."""


def _axis_by_axis(
    module: nn.Module, own: Trials, found: Found, dynamic: list[str], reason: str
) -> Traced:
    """The program with those axes dynamic that torch can trace together.

    `reason` is why it cannot trace all of them.
    """
    traced, kept, failed = None, list[str](), dict[str, str]()
    for name in dynamic:
        if name == dynamic[-1] and not failed:
            failed[name] = reason  # without it, torch traces all of them
            break
        try:
            traced = _traced(module, own, found, [*kept, name], {}, name != BATCH)
            kept.append(name)
        except _FailedError as failure:
            failed[name] = str(failure)
    try:
        return replace(traced or _traced(module, own, found, [], {}, False), failed=failed)
    except _FailedError as failure:
        raise export_error(f"torch.export fails: {failure}") from None


def _traced(
    module: nn.Module,
    own: Trials,
    found: Found,
    dynamic: Collection[str],
    sizes: Sizes,
    is_oblivious: bool,
) -> Traced:
    """The program with some axes dynamic, traced at some sizes or at the declared ones.

    Raises:
        _FailedError: torch fails, or the program does not take the declared sizes.
    """
    # torch.export makes a batch of 1 a constant, even where it is declared dynamic.
    sizes = {**sizes, BATCH: 2} if BATCH in dynamic else sizes
    try:
        program = _export(module, found.axes, sizes, dynamic, is_oblivious)
    except Exception as failure:
        # torch.export documents no error type: guards, decompositions and asserts all differ.
        raise _FailedError(first_line(failure)) from None
    traced = Traced(own, found, program)
    if not traced.takes({}):
        outcome = traced.trials.at(found.axes, {})
        raise _FailedError(outcome.error or "the program gives other shapes than the module")
    return traced


def _far(own: Spread, declared: int) -> int:
    """A size of an axis that is about twice the declared one."""
    return declared + (declared // own.step + 1) * own.step


def _larger(found: Found) -> Sizes:
    """About twice the size of each axis that has no limit, mostly odd and no multiple."""
    return {
        axis.name: _far(found.spreads[axis.name], axis.declared)
        for axis in found.axes.all
        if axis.name != BATCH and found.spreads[axis.name].high is None
    }


def _export(
    module: nn.Module, axes: Axes, sizes: Sizes, dynamic: Collection[str], is_oblivious: bool
) -> ExportedProgram:
    import torch
    from torch.fx.experimental import _config

    clips = blank(axes, sizes)
    # What torch has to assume of sizes is asserted by the program. As guards, the assumptions of
    # windowed attention take minutes to simplify, and exclude a batch of 1.
    with _config.patch(backed_size_oblivious=is_oblivious):  # type: ignore[attr-defined]
        program = torch.export.export(
            module,
            clips,
            dynamic_shapes=_dynamic_shapes(axes, dynamic),
            prefer_deferred_runtime_asserts_over_guards=True,
        )
    # The example clips are saved with the program, which checks no sizes without them. As views of
    # one element they add bytes instead of megabytes.
    views = (clip.new_zeros(()).expand(clip.shape) for clip in clips)
    program.example_inputs = tuple(views), {}
    return program


def _dynamic_shapes(axes: Axes, dynamic: Collection[str]) -> list[dict[int, object]]:
    from torch.export import Dim

    # AUTO, unlike DYNAMIC, lets torch fix an axis instead of failing: `lost` finds out which.
    return [
        {
            position: Dim.AUTO
            for (entering, position), axis in axes.by_place.items()
            if entering == name and axis.name in dynamic
        }
        for name in axes.inputs
    ]


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
