"""The stages of a table and their labels: one rule for builds, transforms and names of decisions.

A stage stands between two rule lines, or from one name of a stage to the next. Papers print a stem
or a head as a row of the table. Such a single block is no stage: `stem` is a better path for its
layers than `stage1.0`. All others are called as they are named, or numbered.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from archdsl.syntax import tree

STAGE = "stage"
"""The column of a table that names stages."""


class StagedRow(NamedTuple):
    """A row of a table: its place among the lines, and the number and the name of its stage."""

    position: int
    line: tree.Row
    stage: int
    name: str | None


def staged(table: tree.Table) -> Iterator[StagedRow]:
    """The rows of a table as it is written. Its cells can have mistakes."""
    columns = [column.name for column in table.columns]
    number, name, is_empty = 0, None, True
    for position, line in enumerate(table.rows):
        own = _name(columns, line) if isinstance(line, tree.Row) else None
        # Several rule lines in a row separate stages once.
        if (isinstance(line, tree.Rule) or own is not None) and not is_empty:
            number, name, is_empty = number + 1, None, True
        if isinstance(line, tree.Row):
            name, is_empty = own or name, False
            yield StagedRow(position, line, number, name)


def _name(columns: list[str], line: tree.Row) -> str | None:
    # A row with too many or too few cells gets as many as fit: the build reports it.
    cell = dict(zip(columns, line.cells, strict=False)).get(STAGE)
    return None if cell is None or isinstance(cell, tree.Dash) else cell.span.text


class Label(NamedTuple):
    """The label of a stage, and how many of the table were numbered up to it."""

    text: str
    numbered: int


def label(name: str | None, single: str, numbered: int) -> Label:
    """The label of a stage that may have a name, after so many numbered ones.

    `single` is what its block is called, if that is the only one: see `called`.
    """
    if single:
        return Label(name or single, numbered)
    return Label(name or f"stage{numbered + 1}", numbered + 1)


def called(block: tree.Node | None) -> str:
    """The name of the block that a cell calls; "" for an expression that has none, as a choice."""
    match block:
        case tree.Each():
            return called(block.value)
        case tree.Call():
            return block.function.name
        case tree.Name():
            return block.name
    return ""


def labelled(node: tree.Table) -> Iterator[tuple[str, list[tree.Row]]]:
    """The rows of each stage with its label, as far as that follows from the text."""
    columns, numbered = [column.name for column in node.columns], 0
    for _, staged_rows in groupby(staged(node), key=lambda row: row.stage):
        rows = [*staged_rows]
        first = dict(zip(columns, rows[0].line.cells, strict=False))
        is_single = len(rows) == 1 and _is_one(first.get("number"))
        text, numbered = label(rows[0].name, called(first.get("block")) * is_single, numbered)
        yield text, [row.line for row in rows]


def _is_one(number: tree.Node | None) -> bool:
    """Whether a row has one block: its number is 1, a dash, or in no column."""
    if isinstance(number, tree.Number):
        return number.value == 1
    return number is None or isinstance(number, tree.Dash)
