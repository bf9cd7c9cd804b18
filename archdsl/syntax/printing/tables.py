"""A table's lines with their columns aligned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from archdsl.syntax import tree
from archdsl.syntax.printing.expressions import flat


def aligned(table: tree.Table) -> Iterator[str]:
    """The header, then every row and rule line, each as wide as its column asks."""
    header = [column.name for column in table.columns]
    rows = [_cells(row) for row in table.rows]
    widths = _widths([header, *rows])
    yield _row(header, widths)
    for row, cells in zip(table.rows, rows, strict=True):
        yield _row(cells, widths) if isinstance(row, tree.Row) else _rule(widths[: len(header)])


def _cells(row: tree.Row | tree.Rule) -> list[str]:
    return [flat(cell) for cell in row.cells] if isinstance(row, tree.Row) else []


def _widths(rows: list[list[str]]) -> list[int]:
    return [max(map(len, cells)) for cells in zip_longest(*rows, fillvalue="")]


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=False))
    return f"| {' | '.join(padded)} |"


def _rule(widths: Sequence[int]) -> str:
    return f"|{'|'.join('-' * (width + 2) for width in widths)}|"
