"""A family as a chart: the measured costs of its members against the accuracy that claims state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import count
from pathlib import Path

from archdsl.claims.families import FamilyMember
from archdsl.costs.figures import Convention
from archdsl.diagnostics import CompileError, Diagnostic, counted, error
from archdsl.draw import words
from archdsl.draw.charts.chart import Chart, Front, Group, Point, pareto
from archdsl.draw.charts.page import INKS
from archdsl.draw.style import clean, shorten
from archdsl.ir.types import TensorType
from archdsl.plan.derivations import Lineage
from archdsl.report.text import readable

_MOST_WITH_INPUTS = 40
"""With more points than this, inputs are not shown beside them, as there is no room."""

_GROUPS = 12
"""The number of groups that colours and shapes distinguish."""

_LONGEST = 40
"""The longest name that is not shorten, in characters."""

_FRONT = "Pareto front: none here is cheaper and as accurate"

_SALT = 181
"""Chosen so that the bases of the published networks have different colours."""

_LONGEST_RUN = 12
"""The most points that a line joins: one through many more would say nothing."""


def chart(members: Sequence[FamilyMember], convention: Convention) -> Chart:
    """The chart of the members that have an accuracy and a cost.

    Raises:
        CompileError: no member has both.
    """
    rated = [member for member in members if member.top1 is not None]
    drawn = [member for member in rated if member.figures.total(convention)]
    if not drawn:
        raise CompileError([_nothing_to_draw(bool(rated), convention)])
    family = _Family(drawn, convention)
    groups = tuple(family.groups())
    best = pareto(point for group in groups for point in group.points)
    unit, free = convention.unit, len(rated) - len(drawn)
    note = f"{counted(free, 'network')} with 0 {unit} not drawn: the axis is logarithmic"
    return Chart(
        f"Top-1 accuracy against {unit}",
        tuple(family.facts(groups)),
        f"{unit} for one view, log scale",
        "top-1 accuracy as published, %",
        groups,
        (note,) if free else (),
        Front(_FRONT, best) if len(best) > 1 else None,
    )


def _nothing_to_draw(is_rated: bool, convention: Convention) -> Diagnostic:
    if is_rated:
        message = f"nothing to draw: all networks with an accuracy have 0 {convention.unit}"
        return error("family", message)
    message = "nothing to draw: no claim of these specs states an accuracy"
    hint = "write a claim such as `claim x3d_s(size = 182) { top1 73.3 }`"
    return error("family", message, help=hint)


class _Family:
    """Members as points: a group for each base, and in it a run for each lineage."""

    def __init__(self, members: Sequence[FamilyMember], convention: Convention) -> None:
        self.members = members
        self.convention = convention
        self.counts = Counter(member.network for member in members)
        self.inputs = {_inputs(member) for member in members}
        self.shows_inputs = len(self.inputs) > 1 and len(members) <= _MOST_WITH_INPUTS

    def facts(self, groups: Sequence[Group]) -> Iterator[str]:
        """The convention, the inputs, and what colours and lines mean."""
        yield f"{self.convention.name}: {self.convention.counts}"
        if len(self.inputs) == 1:
            yield f"input {min(self.inputs)}"
        else:
            which = "below its name" if self.shows_inputs else "of its claim"
            yield f"each network at the input {which}"
        if any(group.name for group in groups):
            yield "one colour: networks that derive from one base"
        if any(len(run) > 1 for group in groups for run in group.runs):
            yield "one line: those of them that differ only in numbers"

    def groups(self) -> Iterator[Group]:
        """A coloured group for each of the largest bases, and a grey one for all other members."""
        bases: dict[tuple[Path, str], list[FamilyMember]] = {}
        for member in self.members:
            base = (member.lineage.file, member.lineage.base)  # a name alone is not unique
            bases.setdefault(base, []).append(member)
        coloured = sorted(bases, key=lambda base: -len(bases[base]))[:_GROUPS]
        marks = marks_of({base[1] for base in coloured})
        for base in bases:
            if base in coloured:
                name = f"from {shorten(clean(base[1]), _LONGEST)}"
                yield Group(name, self._runs(bases[base]), marks[base[1]])
        rest = [member for base in bases if base not in coloured for member in bases[base]]
        if rest:
            yield Group("", self._runs(rest))

    def _runs(self, members: Sequence[FamilyMember]) -> tuple[tuple[Point, ...], ...]:
        found: dict[Lineage, list[Point]] = {}
        for member in members:
            found.setdefault(member.lineage, []).append(self._point(member))
        runs = (sorted(run, key=_by_cost) for run in found.values())
        return tuple(part for run in runs for part in _split_long_run(run))

    def _point(self, member: FamilyMember) -> Point:
        cost, up = member.figures.total(self.convention), float(member.top1 or 0)
        # `x3d_s`, not `x3d_s(size = 182)`, if the network is there only once.
        name = member.name if self.counts[member.network] > 1 else member.network
        inputs = _inputs(member)
        figures = f"{readable(cost)} {self.convention.unit}, {member.stated} % at {inputs}"
        return Point(
            cost,
            up,
            shorten(clean(name), _LONGEST),
            shorten(inputs, _LONGEST) if self.shows_inputs else "",
            clean(f"{member.name}: {figures}"),
        )


def marks_of(bases: Collection[str]) -> Mapping[str, int]:
    """A mark for each base by its name, so that a family looks alike in all charts.

    Of two that would have one mark, the later in the alphabet has the next that is free.
    """
    own = {base: _digest(base) % len(INKS) for base in sorted(bases)}
    marks = {mark: base for base, mark in reversed(own.items())}
    for base, mark in own.items():
        if marks[mark] != base:
            marks[next(other for other in count(mark) if other not in marks)] = base
    return {base: mark for mark, base in marks.items()}


def _digest(name: str) -> int:
    return sha256(f"{_SALT} {name}".encode()).digest()[0]


def _split_long_run(run: Sequence[Point]) -> Iterator[tuple[Point, ...]]:
    """A run as it is, or cut into single points if it is too long for a line."""
    if len(run) <= _LONGEST_RUN:
        yield tuple(run)
    else:
        yield from ((point,) for point in run)


def _by_cost(point: Point) -> tuple[int, float]:
    return point.across, point.up


def _inputs(member: FamilyMember) -> str:
    """The shape of the input; the names too if there are several."""
    shapes = {name: words.shape(TensorType(shape)) for name, shape in member.inputs.items()}
    if len(shapes) == 1:
        return "".join(shapes.values())
    return clean(", ".join(f"{name} {shape}" for name, shape in shapes.items()))
