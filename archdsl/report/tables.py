"""Tables of text, as wide as the terminal, and the same in Markdown.

A table that is too wide first loses the columns that can be spared, which it says, and then folds
its texts. Numbers are never folded.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from archdsl.report.folding import columns, folded, narrowed, rows_of_lines, under_its_head
from archdsl.report.text import width

_GAP = "  "
_CONTINUED = "  "

_LEAST_HEAD = 8
"""Columns that the name of a column of numbers keeps."""


@dataclass(frozen=True)
class Table:
    """A table of text. Columns in `right` are aligned to the right; `total` is the last row.

    Those in `spare` are left out, the first one first, where a terminal has no room for all.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    right: frozenset[str] = frozenset()
    total: tuple[str, ...] | None = None
    spare: tuple[str, ...] = ()

    @property
    def _all_rows(self) -> list[tuple[str, ...]]:
        return [*self.rows, self.total] if self.total else list(self.rows)

    @cached_property
    def _widths(self) -> list[int]:
        lines = [self.columns, *self._all_rows]
        return [max(map(width, cells)) for cells in zip(*lines, strict=True)]

    def text(self) -> str:
        """The table in aligned columns with a rule below the header, as wide as stdout."""
        page = _Page.of(self)
        total = [page.rule, page.row(page.table.total)] if page.table.total else []
        return "".join([page.head, *page.rows, *total, page.note])

    def blocks(self) -> Iterator[str]:
        """The header with its rule, and then each row: texts that something may stand between."""
        page = _Page.of(self)
        yield page.head
        yield from page.rows

    def without(self, name: str) -> Table:
        """The table without a column."""
        place = self.columns.index(name)

        def rest(cells: tuple[str, ...]) -> tuple[str, ...]:
            return cells[:place] + cells[place + 1 :]

        total = rest(self.total) if self.total else None
        return replace(self, columns=rest(self.columns), rows=[*map(rest, self.rows)], total=total)

    def is_text(self) -> list[bool]:
        """Which columns hold text, that may be folded."""
        return [name not in self.right for name in self.columns]

    def markdown(self) -> str:
        """A table of GitHub's Markdown, aligned in its source too."""
        sizes = self._widths
        marks = [
            "-" * (size - 1) + ":" if name in self.right else "-" * size
            for name, size in zip(self.columns, sizes, strict=True)
        ]
        lines = [self.columns, *self._all_rows]
        body = [f"| {' | '.join(self._pad(map(_escape, line)))} |\n" for line in lines]
        return "".join([body[0], f"| {' | '.join(marks)} |\n", *body[1:]])

    def text_report(self, title: str, facts: Iterable[str]) -> str:
        """A title, the table, and a line for each fact."""
        most = columns(sys.stdout)
        lines = (line for fact in facts for line in under_its_head(fact, most))
        head = "\n".join(folded(title, most, "  "))
        return f"{head}\n\n{self.text()}\n" + "\n".join(lines) + "\n"

    def markdown_report(self, title: str, facts: Iterable[str]) -> str:
        """The same in Markdown, with the facts as a list."""
        listed = "".join(f"- {line}\n" for line in facts)
        return f"**{title}**\n\n{self.markdown()}\n{listed}"

    def _pad(self, cells: Iterable[str]) -> list[str]:
        return padded(cells, self._widths, self.is_text())


def padded(cells: Iterable[str], sizes: Sequence[int], is_text: Sequence[bool]) -> list[str]:
    """Cells as wide as their columns: text to the left, and numbers to the right."""
    return [
        cell + " " * (size - width(cell)) if text else " " * (size - width(cell)) + cell
        for cell, size, text in zip(cells, sizes, is_text, strict=True)
    ]


@dataclass(frozen=True)
class _Page:
    """A table as it stands on a terminal: what is left of it, in columns of these sizes."""

    table: Table
    sizes: Sequence[int]
    note: str

    @classmethod
    def of(cls, table: Table) -> _Page:
        most, left, spared = columns(sys.stdout), table, list[str]()
        for name in table.spare:
            if _room(left, most) < sum(left._widths):
                spared.append(name)
                left = left.without(name)
        note = f"without {', '.join(spared)}: --format csv has all\n" if spared else ""
        return cls(left, _sizes(left, _room(left, most)), note)

    @property
    def head(self) -> str:
        everywhere = [True] * len(self.sizes)
        lines = rows_of_lines(self.table.columns, self.sizes, everywhere, "")
        return "".join(map(self._line, lines)) + self.rule

    @property
    def rule(self) -> str:
        return self._line(tuple("-" * size for size in self.sizes))

    @property
    def rows(self) -> Iterator[str]:
        above = ""
        for first, *others in self.table.rows:
            # A name that takes several lines is not repeated.
            shown = "" if first == above and width(first) > self.sizes[0] else first
            yield self.row((shown, *others))
            above = first

    def row(self, cells: tuple[str, ...]) -> str:
        lines = rows_of_lines(cells, self.sizes, self.table.is_text(), _CONTINUED)
        return "".join(map(self._line, lines))

    def _line(self, cells: tuple[str, ...]) -> str:
        return f"{_GAP.join(padded(cells, self.sizes, self.table.is_text())).rstrip()}\n"


def _room(table: Table, most: int) -> int:
    """The columns for the cells of a row, without the gaps between them."""
    return most - len(_GAP) * (len(table.columns) - 1)


def _sizes(table: Table, room: int) -> list[int]:
    if sum(table._widths) <= room:
        return table._widths
    # Numbers are never folded, but what they are called is.
    cells = [max(map(width, column), default=0) for column in zip(*table._all_rows, strict=True)]
    sizes = [
        whole if text else max(own, _LEAST_HEAD)
        for whole, own, text in zip(table._widths, cells, table.is_text(), strict=True)
    ]
    sizes = [min(size, whole) for size, whole in zip(sizes, table._widths, strict=True)]
    return narrowed(sizes, table.is_text(), room)


def _escape(cell: str) -> str:
    return cell.replace("|", "\\|")  # in a cell of Markdown, even inside of code


class Report(ABC):
    """A report with one table, facts below it, and the same for programs."""

    def show(self, form: str) -> str:
        """The report as `table`, `json`, `csv` or `markdown`."""
        forms = {"json": self._json, "csv": self._csv, "markdown": self._markdown}
        return forms.get(form, self._text)()

    def _text(self) -> str:
        return self._table.text_report(self._title, self._facts)

    def _markdown(self) -> str:
        return self._table.markdown_report(self._title, self._facts)

    @property
    @abstractmethod
    def _title(self) -> str: ...

    @property
    @abstractmethod
    def _table(self) -> Table: ...

    @property
    @abstractmethod
    def _facts(self) -> Iterator[str]: ...

    @abstractmethod
    def _json(self) -> str: ...

    @abstractmethod
    def _csv(self) -> str: ...
