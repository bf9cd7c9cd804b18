"""Columns: one value for each instance of a class, and how columns compare."""

from __future__ import annotations

from itertools import combinations
from typing import TypeAlias

from archdsl.ops.base import PyValue, Required

Column: TypeAlias = dict[int, PyValue]
"""A value for each instance that has one, by its place among all."""


def same(a: PyValue, b: PyValue) -> bool:
    """Equal and of one type: 1 is neither True nor 1.0."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b and type(a) is type(b)


def is_constant(column: Column) -> bool:
    first, *others = column.values()
    return all(same(first, value) for value in others)


def is_always(column: Column, default: PyValue | Required) -> bool:
    """Whether every value is the default, so that it need not be written."""
    return not isinstance(default, Required) and all(same(v, default) for v in column.values())


def is_switch(column: Column) -> bool:
    """Whether a parameter is given or not, true or false, and nothing else."""
    return all(value is None or isinstance(value, bool) for value in column.values())


def matches(column: Column, values: Column) -> bool:
    """Whether `values` has what `column` has, wherever `column` has anything."""
    return all(i in values and same(value, values[i]) for i, value in column.items())


def is_whole(value: PyValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def half(value: PyValue) -> PyValue:
    """Half of an integer, rounded down, or of each in a tuple; None for anything else."""
    if isinstance(value, tuple):
        return tuple(half(entry) for entry in value)
    return value // 2 if is_whole(value) else None  # type: ignore[operator]


def ratio(column: Column, values: Column) -> int:
    """How many times the one of `values` each value of a column is; 0 where they differ in that."""
    ratios = {_ratio(value, values.get(i)) for i, value in column.items()}
    return ratios.pop() if len(ratios) == 1 else 0


def _ratio(value: PyValue, other: PyValue) -> int:
    if not isinstance(value, int) or not isinstance(other, int) or not other:
        return 0
    is_multiple = is_whole(value) and is_whole(other) and value % other == 0
    return value // other if is_multiple else 0


def are_telling(values: Column, factor: int) -> bool:
    """Whether multiples of these are so for a reason: 16 times a stride of 1 or 2 is chance."""
    known = sorted({value for value in values.values() if isinstance(value, int) and value > 0})
    return factor <= min(known, default=0) or any(b % a for a, b in combinations(known, 2))


def entry(column: Column, position: int) -> Column:
    """The column of one entry of tuples."""
    return {i: value[position] for i, value in column.items() if isinstance(value, tuple)}


def shortest(column: Column) -> int:
    """How many entries every value has; 0 unless all are tuples."""
    return min(len(value) if isinstance(value, tuple) else 0 for value in column.values())


def spread(column: Column) -> Column:
    """One size for all axes as a tuple, where other instances have a tuple."""
    lengths = {len(value) for value in column.values() if isinstance(value, tuple)}
    if len(lengths) != 1:
        return column
    (length,) = lengths
    return {i: (v,) * length if is_whole(v) else v for i, v in column.items()}


def collapsed(column: Column) -> Column:
    """Tuples of one repeated number as that number, where all of them are such."""
    if all(isinstance(v, tuple) and len(set(v)) == 1 for v in column.values()):
        return entry(column, 0)
    return column
