"""A network before it is built, as transforms see it: parameters, inputs and rows of tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import TypeAlias, TypeGuard

Number: TypeAlias = int | Fraction

NUMBER, BLOCK, STRIDE = "number", "block", "stride"


@dataclass(frozen=True, slots=True)
class Row:
    """A row with the values of its cells; those of a dash are left out.

    `stage` is a label as `archdsl show` prints it, so that no two stages share one. `takes` are
    the columns that the row has a use for, whether it says something there or not.
    """

    stage: str
    block: str
    number: int
    cells: Mapping[str, object]
    takes: frozenset[str]

    def with_cells(self, **cells: object) -> Row:
        return replace(self, cells={**self.cells, **cells})

    def without_cell(self, column: str) -> Row:
        """The row with a dash in a column."""
        return replace(self, cells={k: v for k, v in self.cells.items() if k != column})

    def with_number(self, number: int) -> Row:
        return replace(self, number=number)

    @property
    def is_transition(self) -> bool:
        """A single block that strides: it leads from one size to the next."""
        stride = self.cells.get(STRIDE, 1)
        return self.number == 1 and stride != 1


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What there is to change. `inputs` are shapes of one sample: (C, T, H, W) for video."""

    parameters: Mapping[str, object]
    inputs: Mapping[str, tuple[int, ...]]
    rows: tuple[Row, ...]

    def with_parameters(self, **parameters: object) -> Blueprint:
        return replace(self, parameters={**self.parameters, **parameters})

    def with_rows(self, change: Callable[[Row], Row]) -> Blueprint:
        """Every row changed; rows that are one object are changed at once."""
        changed = {key: change(row) for key, row in {id(row): row for row in self.rows}.items()}
        return replace(self, rows=tuple([changed[id(row)] for row in self.rows]))

    @property
    def stages(self) -> Mapping[str, tuple[Row, ...]]:
        """The rows of each stage; all of a stage follow one another."""
        groups = groupby(self.rows, key=lambda row: row.stage)
        return {stage: tuple(rows) for stage, rows in groups}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in which some row says something."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.cells))

    def number(self, parameter: str) -> Number | None:
        """A parameter that is a number."""
        value = self.parameters.get(parameter)
        return value if is_number(value) else None


def is_number(value: object) -> TypeGuard[Number]:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def exact(value: Number) -> Number:
    """An integer where the number is one."""
    return value.numerator if value.denominator == 1 else value
