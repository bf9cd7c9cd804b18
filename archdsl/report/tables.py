"""Tables in the forms that a command can print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from archdsl.report.display import width

FORMATS = ("table", "json", "csv", "markdown")

_GAP = "  "


@dataclass(frozen=True)
class Table:
    """Cells as people read them. Columns named in `right` hold numbers; `total` is a last row."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    right: frozenset[str] = frozenset()
    total: tuple[str, ...] | None = None

    @property
    def _all_rows(self) -> list[tuple[str, ...]]:
        return [*self.rows, self.total] if self.total else list(self.rows)

    @cached_property
    def _widths(self) -> list[int]:
        lines = [self.columns, *self._all_rows]
        return [max(map(width, cells)) for cells in zip(*lines, strict=True)]

    def text(self) -> str:
        """Aligned columns under their names."""
        rule = tuple("-" * size for size in self._widths)
        lines = [self.columns, rule, *self.rows]
        lines += [rule, self.total] if self.total else []
        return "".join(f"{_GAP.join(self._padded(line)).rstrip()}\n" for line in lines)

    def markdown(self) -> str:
        """A table of GitHub's Markdown, aligned in its source too."""
        sizes = self._widths
        marks = [
            "-" * (size - 1) + ":" if name in self.right else "-" * size
            for name, size in zip(self.columns, sizes, strict=True)
        ]
        lines = [self.columns, *self._all_rows]
        body = [f"| {' | '.join(self._padded(map(_escaped, line)))} |\n" for line in lines]
        return "".join([body[0], f"| {' | '.join(marks)} |\n", *body[1:]])

    def _padded(self, cells: Iterable[str]) -> Iterator[str]:
        for name, size, cell in zip(self.columns, self._widths, cells, strict=True):
            space = " " * (size - width(cell))
            yield space + cell if name in self.right else cell + space


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")


def comma_separated(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """RFC 4180, but with plain line ends."""
    import csv
    import io

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return stream.getvalue()


def as_json(value: object) -> str:
    import json

    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
