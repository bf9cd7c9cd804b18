"""The table of a comparison: two networks side by side, with the changes of each part.

A quantity has one column if both networks agree in all of its cells, and two if they do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

from archdsl.compare.difference import ADDED, ALIKE, REMOVED, Difference, Pair
from archdsl.compare.pieces import Piece
from archdsl.costs.figures import Figures
from archdsl.diagnostics import counted
from archdsl.report.tables import Table
from archdsl.report.text import readable, width

_LEAST_CHANGES = 14
"""Characters for changes, even if the line becomes longer than a page."""

_SPARE = ("kind",)

_MOST_CHANGES = 4
"""Changes of a part that are shown."""

_ONLY = {REMOVED: "only in A", ADDED: "only in B"}

Column: TypeAlias = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Side:
    """The figures of one network in a line."""

    output: str = ""
    params: str = ""
    macs: str = ""


@dataclass(frozen=True)
class _Line:
    name: str
    kind: str
    a: _Side
    b: _Side
    changes: tuple[str, ...] = ()


def comparison_table(difference: Difference, page: int | None = None) -> Table:
    """The parts of both networks; changes are broken to fit a page of so many columns."""
    lines = [*_with_references(_lines(difference)), _total(difference)]
    # Columns first, because only all of a column's cells say whether it is shown once or twice.
    columns = [
        (difference.by, tuple(line.name for line in lines)),
        ("kind", tuple(line.kind for line in lines)),
        *_sides("output", ((line.a.output, line.b.output) for line in lines)),
        *_sides("params", ((line.a.params, line.b.params) for line in lines)),
        *_sides("MACs", ((line.a.macs, line.b.macs) for line in lines)),
    ]
    names = tuple(name for name, _ in columns)
    right = frozenset(name for name in names if name.startswith(("params", "MACs")))
    *rows, total = zip(*(cells for _, cells in columns), strict=True)
    changes = [line.changes for line in lines[:-1]]
    if not any(changes):
        return Table(names, rows, right, total, _SPARE)
    fixed = [column for column in columns if column[0] not in _SPARE]
    room = max(_LEAST_CHANGES, page - sum(map(_width, fixed))) if page else None
    body = [
        row
        for cells, listed in zip(rows, changes, strict=True)
        for row in _with_changes(cells, listed, room)
    ]
    return Table((*names, "changes"), body, right, (*total, ""), _SPARE)


def _sides(name: str, cells: Iterable[tuple[str, str]]) -> list[Column]:
    a, b = zip(*cells, strict=True)
    return [(name, a)] if a == b else [(f"{name} A", a), (f"{name} B", b)]


def _width(column: Column) -> int:
    """The characters that a column takes, with the gap after it."""
    name, cells = column
    return max(map(width, (name, *cells))) + 2


def _with_changes(
    cells: tuple[str, ...], changes: Iterable[str], room: int | None
) -> Iterator[tuple[str, ...]]:
    """A row with its changes; those that find no room there are in further rows below it."""
    lines = [""]
    for change in changes:
        joined = f"{lines[-1]}, {change}" if lines[-1] else change
        # A change alone on its line may be longer than the room.
        if room is None or not lines[-1] or width(joined) < room:
            lines[-1] = joined
        else:
            lines[-1] += ","
            lines.append(change)
    yield (*cells, lines[0])
    yield from ((*("" for _ in cells), line) for line in lines[1:])


# Lines


def _lines(difference: Difference) -> Iterator[_Line]:
    """One line for each part that differs, and one for each run of parts that are equal."""
    for is_alike, found in groupby(difference.pairs, lambda pair: pair.status == ALIKE):
        pairs = list(found)
        if is_alike and len(pairs) > 1:  # one equal part is shown, as it takes one line anyway
            yield _fold(pairs)
        else:
            yield from map(_line, pairs)


def _with_references(lines: Iterable[_Line]) -> Iterator[_Line]:
    """Lines in which changes that an earlier line lists are replaced by a reference to it."""
    seen: dict[tuple[str, ...], str] = {}
    for line in lines:
        first = seen.setdefault(line.changes, line.name)
        is_repeated = len(line.changes) > 1 and first != line.name
        yield replace(line, changes=(f"as in {first}",)) if is_repeated else line


def _fold(pairs: list[Pair]) -> _Line:
    return _Line(f"... {len(pairs)} alike", "", _sum(p.a for p in pairs), _sum(p.b for p in pairs))


def _sum(pieces: Iterable[Piece | None]) -> _Side:
    return _costs(sum((piece.part.figures for piece in pieces if piece), Figures()))


def _costs(figures: Figures, output: str = "") -> _Side:
    return _Side(output, readable(figures.params), readable(figures.macs))


def _line(pair: Pair) -> _Line:
    shown = pair.a or pair.b
    assert shown is not None  # a pair has a piece of one network at least
    return _Line(
        shown.part.name, shown.part.kind, _side(pair.a), _side(pair.b), tuple(_changes(pair))
    )


def _side(piece: Piece | None) -> _Side:
    if piece is None:
        return _Side()
    outputs = ", ".join(str(type_).replace(" x ", "x") for type_ in piece.part.outputs)
    return _costs(piece.part.figures, outputs)


def _changes(pair: Pair) -> Iterator[str]:
    if pair.status in _ONLY:
        yield _ONLY[pair.status]
    yield from map(str, pair.changes[:_MOST_CHANGES])
    if len(pair.changes) > _MOST_CHANGES:
        yield f"and {counted(len(pair.changes) - _MOST_CHANGES, 'more change')}"


def _total(difference: Difference) -> _Line:
    a, b = difference.a.costs.total, difference.b.costs.total
    return _Line("total", "", _costs(a), _costs(b))
