"""Columns: one value for each instance of a class, with how it was written there."""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

from archdsl.ir.written import Expression
from archdsl.ops.base import PyValue, Required


class Cell(NamedTuple):
    """A value in one instance, and how it was written, in terms of the class."""

    value: PyValue
    term: Expression


Column: TypeAlias = dict[int, Cell]
"""A cell for each instance that has one, by its place among all."""


def same(a: object, b: object) -> bool:
    """Equal and of one type: 1 is neither True nor 1.0."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9)
    return a == b and type(a) is type(b)


def is_constant(column: Column) -> bool:
    first, *others = (cell.value for cell in column.values())
    return all(same(first, value) for value in others)


def first_value(column: Column) -> PyValue:
    return next(iter(column.values())).value


def is_always(column: Column, default: PyValue | Required) -> bool:
    """Whether every value is the default, so that it need not be written."""
    if isinstance(default, Required):
        return False
    return all(same(cell.value, default) for cell in column.values())


def is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def spread(values: list[PyValue]) -> list[PyValue]:
    """One size for all axes as a tuple, where other instances have a tuple."""
    lengths = {len(value) for value in values if isinstance(value, tuple)}
    if len(lengths) != 1:
        return values
    (length,) = lengths
    return [(value,) * length if is_whole(value) else value for value in values]


def collapsed(value: PyValue) -> PyValue:
    """A tuple of one repeated number as that number."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        return value[0]
    return value
