"""A family as a chart: what its members cost against the accuracy that claims state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from archdsl.claims.members import Member
from archdsl.costs.figures import Convention
from archdsl.diagnostics import CompileError, Diagnostic, counted, error
from archdsl.draw import words
from archdsl.draw.chart import Chart, Group, Point
from archdsl.draw.style import clean, shortened
from archdsl.ir.types import TensorType
from archdsl.plan.derivations import Lineage
from archdsl.report.text import readable

_WORDY = 40
"""Points that have their input beside them; more would not find the room."""

_GROUPS = 12
"""Groups that colours and shapes tell apart."""

_LONGEST = 40
"""Characters of a name."""

_LONGEST_RUN = 12
"""Points that a line joins."""


def chart(members: Sequence[Member], convention: Convention) -> Chart:
    """The members that have an accuracy.

    Raises:
        CompileError: there is none.
    """
    rated = [member for member in members if member.top1 is not None]
    drawn = [member for member in rated if member.figures.total(convention)]
    if not drawn:
        raise CompileError([_nothing(bool(rated), convention)])
    family = _Family(drawn, convention)
    groups = tuple(family.groups())
    unit, free = convention.unit, len(rated) - len(drawn)
    note = f"{counted(free, 'network')} without any {unit} cannot stand on a logarithmic axis"
    return Chart(
        f"Top-1 accuracy against {unit}",
        tuple(family.facts(groups)),
        f"{unit} for one view, log scale",
        "top-1 accuracy as published, %",
        groups,
        (note,) if free else (),
    )


def _nothing(is_rated: bool, convention: Convention) -> Diagnostic:
    if is_rated:
        message = f"nothing to draw: what has an accuracy costs no {convention.unit}"
        return error("family", message)
    message = "nothing to draw: no claim of these specs states an accuracy"
    hint = "claim it where it holds: `claim x3d_s(size = 182) { top1 73.3 }`"
    return error("family", message, help=hint)


class _Family:
    """Members as points. Those of one base are a group, those of one lineage a run in it."""

    def __init__(self, members: Sequence[Member], convention: Convention) -> None:
        self.members = members
        self.convention = convention
        self.named = Counter(member.network for member in members)
        self.inputs = {_inputs(member) for member in members}
        self.is_wordy = len(self.inputs) > 1 and len(members) <= _WORDY

    def facts(self, groups: Sequence[Group]) -> Iterator[str]:
        """What the figures, the colours and the lines mean."""
        yield f"{self.convention.name}: {self.convention.counts}"
        if len(self.inputs) == 1:
            yield f"input {min(self.inputs)}"
        else:
            where = "below its name" if self.is_wordy else "that its accuracy is stated for"
            yield f"each network at the input {where}"
        if any(group.name for group in groups):
            yield "a colour stands for one network that others derive from"
        if any(len(run) > 1 for group in groups for run in group.runs):
            yield "a line joins networks of one such origin that differ in numbers alone"

    def groups(self) -> Iterator[Group]:
        """The largest have a colour each, those that stand alone none."""
        bases: dict[tuple[Path, str], list[Member]] = {}
        for member in self.members:
            base = (member.lineage.file, member.lineage.base)
            bases.setdefault(base, []).append(member)
        several = [base for base in bases if len(bases[base]) > 1]
        coloured = sorted(several, key=lambda base: -len(bases[base]))[:_GROUPS]
        for base in bases:
            if base in coloured:
                yield Group(f"from {shortened(clean(base[1]), _LONGEST)}", self._runs(bases[base]))
        rest = [member for base in bases if base not in coloured for member in bases[base]]
        if rest:
            yield Group("", self._runs(rest))

    def _runs(self, members: Sequence[Member]) -> tuple[tuple[Point, ...], ...]:
        found: dict[Lineage, list[Point]] = {}
        for member in members:
            found.setdefault(member.lineage, []).append(self._point(member))
        runs = (sorted(run, key=_by_cost) for run in found.values())
        return tuple(part for run in runs for part in _joined(run))

    def _point(self, member: Member) -> Point:
        cost, up = member.figures.total(self.convention), float(member.top1 or 0)
        name = member.name if self.named[member.network] > 1 else member.network
        inputs = _inputs(member)
        figures = f"{readable(cost)} {self.convention.unit}, {member.stated} % at {inputs}"
        return Point(
            cost,
            up,
            shortened(clean(name), _LONGEST),
            shortened(inputs, _LONGEST) if self.is_wordy else "",
            clean(f"{member.name}: {figures}"),
        )


def _joined(run: Sequence[Point]) -> Iterator[tuple[Point, ...]]:
    """A line through very many points would say nothing."""
    if len(run) <= _LONGEST_RUN:
        yield tuple(run)
    else:
        yield from ((point,) for point in run)


def _by_cost(point: Point) -> tuple[int, float]:
    return point.across, point.up


def _inputs(member: Member) -> str:
    """The shape; with several inputs their names too."""
    shapes = {name: words.shape(TensorType(shape)) for name, shape in member.inputs.items()}
    if len(shapes) == 1:
        return "".join(shapes.values())
    return clean(", ".join(f"{name} {shape}" for name, shape in shapes.items()))
