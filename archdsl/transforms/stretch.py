"""Depth: how often the blocks of a network are repeated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from archdsl.diagnostics import did_you_mean
from archdsl.ops.parameters import Boolean, parameter
from archdsl.transforms.base import WORDS, Factor, Refused, Transform, scaled
from archdsl.transforms.blueprint import Blueprint, Number, Row


@dataclass(frozen=True)
class Stretch(Transform):
    """`depth` times as many blocks, rounded up: in every row, or in a stage as a whole.

    With `keep_transitions` a stage that begins with a single strided block keeps that one, and
    the rest of the stage makes up for it (Auto-X3D, Table 2b as printed). A network that has a
    parameter `depth` is stretched by that, as X3D is (gamma_d). `stages` names those to change;
    unless it does, a stage of a single block, such as a stem, stays one.
    """

    name = "stretch"
    leading = "depth"
    depth: Number = parameter(Factor())
    keep_transitions: bool = parameter(Boolean(), False)
    stages: str | tuple[str, ...] | None = parameter(WORDS, None)

    def apply(self, blueprint: Blueprint) -> Blueprint:
        if self.stages is None and not self.keep_transitions:
            by_parameter = scaled(blueprint, "depth", self.depth)
            if by_parameter is not None:
                return by_parameter
        if not blueprint.rows:
            raise Refused("there is no table whose blocks could be repeated")
        chosen = self._chosen(blueprint)
        rows: list[Row] = []
        for stage in blueprint.stages:
            inside = [row for row in blueprint.rows if row.stage == stage]
            rows += self._stretched(inside) if stage in chosen else inside
        return replace(blueprint, rows=tuple(rows))

    def _chosen(self, blueprint: Blueprint) -> tuple[str, ...]:
        """The stages to change: those named, else those of more than one block."""
        if self.stages is None:
            return tuple(name for name in blueprint.stages if _blocks(blueprint, name) > 1)
        names = (self.stages,) if isinstance(self.stages, str) else self.stages
        for name in names:
            if name not in blueprint.stages:
                known = ", ".join(blueprint.stages)
                hint = did_you_mean(name, blueprint.stages) or f"there is {known}"
                raise Refused(f"there is no stage `{name}`", "stages", hint)
        return names

    def _stretched(self, rows: list[Row]) -> Iterator[Row]:
        if not self.keep_transitions or len(rows) < 2 or not rows[0].is_transition:
            yield from (self._more(row, 0) for row in rows)
            return
        yield rows[0]
        owed = ceil(self.depth * rows[0].number) - rows[0].number
        yield self._more(rows[1], owed)
        yield from (self._more(row, 0) for row in rows[2:])

    def _more(self, row: Row, owed: int) -> Row:
        return replace(row, number=max(1, ceil(self.depth * row.number) + owed))


def _blocks(blueprint: Blueprint, stage: str) -> int:
    return sum(row.number for row in blueprint.rows if row.stage == stage)
