"""A module as a program of torch.export, of which as many sizes as possible stay open."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from archdsl.export.axes import BATCH, Axes, Shape, Sizes
from archdsl.export.build import fault
from archdsl.export.trials import Trials, first_line

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
        module = self.program.module()
        _free_of_devices(module)
        return Trials(module, self.axes)

    def takes(self, sizes: Sizes) -> bool:
        """Whether the program makes of these sizes what the module makes of them."""
        own = self.module.at(sizes)
        return bool(own) and self.trials.at(sizes) == own

    @cached_property
    def missed(self) -> int:
        """How many sizes only the module takes, of those that tell whether an axis is open."""
        return sum(not self.takes(sizes) for sizes in _telling(self.module, self.axes))


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
    found, failures = [], []
    for sizes, is_oblivious in _attempts(own, axes):
        try:
            program = _program(module, axes, sizes, is_oblivious)
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


def _attempts(own: Trials, axes: Axes) -> Iterator[tuple[Sizes, bool]]:
    """Sizes to trace at, and whether a size of one may be a size like others.

    Torch decides by the sizes that it sees. Where frames are taken in groups, what it sees must
    have several groups, or else it takes for granted that there is one.
    """
    declared = {**axes.declared, BATCH: 2}
    more = {name: 2 * size + 1 for name, size in axes.declared.items() if name != BATCH}
    larger = declared | {name: n for name, n in more.items() if own.with_axis(name, n)}
    for is_oblivious in (True, False):
        yield declared, is_oblivious
        if larger != declared and own.at(larger):
            yield larger, is_oblivious


def _telling(own: Trials, axes: Axes) -> Iterator[Sizes]:
    for name, size in axes.declared.items():
        for other in sorted({1, size - 1, size + 1, 2 * size + 1} - {0, size}):
            if own.with_axis(name, other):
                yield {**axes.declared, name: other}


def _program(module: nn.Module, axes: Axes, sizes: Sizes, is_oblivious: bool) -> ExportedProgram:
    import torch
    from torch.fx.experimental import _config

    shapes = axes.shapes(sizes) or []
    dynamic = [_open(shape) for shape in axes.inputs.values()]
    with _config.patch(backed_size_oblivious=is_oblivious):  # type: ignore[attr-defined]
        clips = tuple(torch.empty(shape) for shape in shapes)
        program = torch.export.export(module, clips, dynamic_shapes=dynamic)
    # They are saved with the program, which checks no sizes without them: one element will do.
    program.example_inputs = tuple(torch.zeros(()).expand(shape) for shape in shapes), {}
    return program


def _free_of_devices(module: GraphModule) -> None:
    """Let what is made within a program be on any device, where it was traced on one."""
    for node in module.graph.nodes:
        node.kwargs = {name: value for name, value in node.kwargs.items() if name != "device"}
    module.recompile()


def _open(shape: Shape) -> dict[int, object]:
    """Every axis of a batch of such samples but the channels."""
    from torch.export import Dim

    return {place: Dim.AUTO for place in range(len(shape) + 1) if place != 1}
