"""How values show themselves to whoever works in Python: names to complete, tables in a notebook.

All text is escaped here: it comes from specs, which may be anybody's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

_CELL = "padding: 0.15em 0.8em; text-align: "
_TEXT, _NUMBER = f"{_CELL}left", f"{_CELL}right; font-variant-numeric: tabular-nums"
"""Colours are those of the notebook, be it light or dark."""


class Shown:
    """A value whose public names are all that `dir` lists and a prompt completes."""

    __slots__ = ()

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.startswith("_")]


def heading(title: str, facts: str = "") -> str:
    """A line above a table: what it is about, and some facts."""
    return f"<p><strong>{_escaped(title)}</strong> {_escaped(facts)}</p>"


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Collection[str] = ()
) -> str:
    """A table, whose columns in `numbers` are aligned to the right."""
    looks = [_NUMBER if name in numbers else _TEXT for name in columns]
    body = "".join(f"<tr>{_cells('td', row, looks)}</tr>" for row in rows)
    return f"<table><tr>{_cells('th', columns, looks)}</tr>{body}</table>"


def _escaped(text: str) -> str:
    from html import escape  # every command loads this file, and none shows HTML with it

    return escape(text)


def _cells(tag: str, cells: Sequence[str], looks: Sequence[str]) -> str:
    return "".join(
        f'<{tag} style="{look}">{_escaped(cell)}</{tag}>'
        for cell, look in zip(cells, looks, strict=True)
    )


def text_block(text: str) -> str:
    """Text as it is written, such as an excerpt of a spec."""
    return f"<pre>{_escaped(text)}</pre>"
