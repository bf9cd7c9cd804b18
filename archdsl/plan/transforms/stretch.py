"""Depth: how often the blocks of a network are repeated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from math import ceil

from archdsl.params.kinds import Boolean, parameter
from archdsl.params.numbers import Number
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused, Row, RowId
from archdsl.plan.transforms.base import WORDS, Factor, Transform, named, scaled

Stages = Mapping[str, Sequence[Row]]


class Stretch(Transform):
    """`depth` times as many blocks, rounded up in each row.

    With `keep_transitions` each stage is stretched as a whole, and one that begins with a single
    strided block keeps that one: Auto-X3D's Table 2b as printed, where the plain rule meets the
    cost that is reported of it. A network with a parameter `depth` is stretched by that, as X3D
    is (gamma_d), unless one of the other options asks for rows.

    `stages` names those to change. Unless it does, a stage of one block stays one if the network
    repeats that block nowhere: so do stems, pools, and Inception modules with widths of their own.
    """

    name = "stretch"
    leading = "depth"
    depth: Number = parameter(Factor())
    keep_transitions: bool = parameter(Boolean(), False)
    stages: str | tuple[str, ...] | None = parameter(WORDS, None)

    def apply(self, plan: Plan) -> Plan:
        by_parameter = None
        if self.stages is None and not self.keep_transitions:
            by_parameter = scaled(plan, "depth", self.depth)
        return by_parameter or self._by_rows(plan)

    def _by_rows(self, plan: Plan) -> Plan:
        chosen = self._chosen(plan)
        stages = (rows for stage, rows in plan.stages.items() if stage in chosen)
        return plan.with_numbers(dict(pair for rows in stages for pair in self._stretched(rows)))

    def _chosen(self, plan: Plan) -> frozenset[str]:
        if not plan.rows:
            hint = "tables count that stand in the network itself, outside of loops and blocks"
            raise Refused("there is no table whose blocks could be repeated", help=hint)
        if self.stages is not None:
            return named(plan.stages, self.stages, "stages")
        chosen = repeated(plan.stages)
        if not chosen:
            first = next(iter(plan.stages))
            hint = f"name those to repeat: `stages = {first}`, or several in parentheses"
            message = "every stage is a single block, which the network repeats nowhere"
            raise Refused(message, help=hint)
        return chosen

    def _stretched(self, rows: Sequence[Row]) -> Iterator[tuple[RowId, int]]:
        numbers = [row.number for row in rows]
        if self.keep_transitions:
            is_kept = len(rows) > 1 and rows[0].is_transition
            numbers = self._as_a_whole(numbers, is_kept)
        else:
            numbers = [ceil(self.depth * number) for number in numbers]
        return zip([row.id for row in rows], numbers, strict=True)

    def _as_a_whole(self, numbers: Sequence[int], is_kept: bool) -> list[int]:
        """Each row ends where its last block is moved to, so that the total is right.

        A first row that is kept ends where it did, and the second makes up for it.
        """
        moved = [ceil(self.depth * end) for end in accumulate(numbers)]
        if is_kept:
            moved[0] = numbers[0]
        ends = accumulate(moved, lambda before, end: max(before + 1, end), initial=0)
        return [end - start for start, end in pairwise(ends)]


def repeated(stages: Stages) -> frozenset[str]:
    """The stages of several blocks, and those of one block that others repeat."""
    several = {name: rows for name, rows in stages.items() if sum(row.number for row in rows) > 1}
    blocks = {row.block for rows in several.values() for row in rows}
    alike = (name for name, rows in stages.items() if {row.block for row in rows} <= blocks)
    return frozenset([*several, *alike])
