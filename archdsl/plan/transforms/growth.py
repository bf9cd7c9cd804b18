"""Transforms of depth and width: X3D's axes `depth`, `width` and `bottleneck`.

Feichtenhofer, CVPR 2020, section 3.1 and the code of its authors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from math import ceil
from typing import ClassVar

from archdsl.params.kinds import Boolean, parameter
from archdsl.params.numbers import Number, is_number, reduced, round_to
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused, Row, RowId
from archdsl.plan.transforms.base import (
    WORDS,
    Factor,
    Transform,
    nearest,
    scale_parameters,
    stages_of,
)


class Stretch(Transform):
    """Repeat blocks `depth` times as often, rounded up in each row.

    With `keep_transitions` each stage is stretched as a whole, and one that begins with a single
    strided block keeps that block single. This gives Auto-X3D's Table 2b as printed; the plain
    rule gives the cost that the paper reports for it. A network with a parameter `depth` is
    stretched by that, as X3D is (gamma_d), unless one of the other options is given.

    `stages` names the stages to change. Without it, a stage of a single block is stretched only if
    another stage repeats that block: stems, pools, and Inception modules stay single.
    """

    name = "stretch"
    leading = "depth"
    depth: Number = parameter(Factor())
    keep_transitions: bool = parameter(Boolean(), False)
    stages: str | tuple[str, ...] | None = parameter(WORDS, None)

    def apply(self, plan: Plan) -> Plan:
        asks_for_rows = self.stages is not None or self.keep_transitions
        by_parameter = None if asks_for_rows else scale_parameters(plan, "depth", self.depth, ceil)
        if by_parameter is not None:
            return by_parameter
        chosen = self._chosen(plan)
        stages = (rows for stage, rows in plan.stages.items() if stage in chosen)
        return plan.with_numbers(dict(pair for rows in stages for pair in self._stretch(rows)))

    def _chosen(self, plan: Plan) -> frozenset[str]:
        if not plan.rows:
            hint = "only tables in the network itself can be changed, not those in loops or blocks"
            raise Refused("this network has no table whose blocks can be repeated", help=hint)
        if self.stages is not None:
            return stages_of(plan, self.stages, "stages")
        chosen = _repeated(plan.stages)
        if not chosen:
            first = next(iter(plan.stages))
            hint = f"name stages to repeat: `stages = {first}`, or several in parentheses"
            message = "every stage is a single block that the network does not repeat"
            raise Refused(message, help=hint)
        return chosen

    def _stretch(self, rows: Sequence[Row]) -> Iterator[tuple[RowId, int]]:
        if self.keep_transitions:
            numbers = self._stretch_whole_stage(rows)
        else:
            numbers = [ceil(self.depth * row.number) for row in rows]
        return zip([row.id for row in rows], numbers, strict=True)

    def _stretch_whole_stage(self, rows: Sequence[Row]) -> list[int]:
        """The numbers of blocks of a stage whose total is stretched.

        The end of each row is moved, not its number, so that rounding does not add up. A first row
        that is a transition keeps its end, and the second one makes up for it.
        """
        moved = [ceil(self.depth * end) for end in accumulate(row.number for row in rows)]
        if len(rows) > 1 and rows[0].is_transition:
            moved[0] = rows[0].number
        # Every row keeps at least one block: it may have a stride, or change the channels.
        ends = accumulate(moved, lambda before, end: max(before + 1, end), initial=0)
        return [end - start for start, end in pairwise(ends)]


def _repeated(stages: Mapping[str, Sequence[Row]]) -> frozenset[str]:
    """The stages of several blocks, and the stages of a block that one of these repeats."""
    several = {name: rows for name, rows in stages.items() if sum(row.number for row in rows) > 1}
    blocks = {row.block for rows in several.values() for row in rows}
    alike = (name for name, rows in stages.items() if {row.block for row in rows} <= blocks)
    return frozenset([*several, *alike])


_MULTIPLE = 8


class Widen(Transform):
    """Multiply channels by `width`, rounded to multiples of 8.

    X3D's gamma_w, with the rounding of its authors' code: at least 8, and to the next multiple if
    the result is below 0.9 of the product. It changes the parameter `width` of a network if there
    is one, whose table then rounds, or else the column `channels`. Other widths stay as they are.
    """

    name = "widen"
    leading = "width"
    width: Number = parameter(Factor())

    def apply(self, plan: Plan) -> Plan:
        by_parameter = scale_parameters(plan, "width", self.width, nearest)
        if by_parameter is not None:
            return by_parameter
        # A product with 1 would still round widths that are no multiples of 8.
        if self.width == 1:
            return plan
        if "channels" not in plan.columns:
            hint = "it needs a parameter `width`, or a table with a column `channels`"
            raise Refused("this network has no width to change", help=hint)
        return plan.with_rows(self._widen)

    def _widen(self, row: Row) -> Row:
        channels = row.value("channels")
        if not is_number(channels):
            return row
        return row.with_cells(channels=round_to(self.width * channels, _MULTIPLE))


class Bottleneck(Transform):
    """Multiply the channels inside of blocks by `ratio`.

    X3D's gamma_b. It changes the parameter `bottleneck` of a network if there is one, or else the
    column `expansion`, or else `mid`, whose values are truncated to integers as in X3D's code.
    """

    name = "bottleneck"
    leading = "ratio"
    columns: ClassVar[tuple[str, ...]] = ("expansion", "mid")
    ratio: Number = parameter(Factor())

    def apply(self, plan: Plan) -> Plan:
        by_parameter = scale_parameters(plan, "bottleneck", self.ratio, nearest)
        if by_parameter is not None:
            return by_parameter
        column = next((name for name in self.columns if name in plan.columns), None)
        if column is None:
            hint = "it needs a parameter `bottleneck`, or a column `expansion` or `mid`"
            raise Refused("the blocks of this network have no inner width to change", help=hint)
        return plan.with_rows(lambda row: self._scale(row, column))

    def _scale(self, row: Row, column: str) -> Row:
        value = row.value(column)
        if not is_number(value):
            return row
        # `expansion` is a factor and stays exact. `mid` is a number of channels.
        product = reduced(self.ratio * value)
        return row.with_cells(**{column: max(1, int(product)) if column == "mid" else product})
