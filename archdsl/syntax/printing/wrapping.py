"""Text that knows where it may break. A group stands on one line or breaks at all its places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

WIDTH = 100
ENDLESS = 2**31


@dataclass(frozen=True, slots=True)
class Break:
    """Reads `flat` on one line; where its group breaks, `before` and the end of the line."""

    flat: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Indent:
    by: int
    content: Piece


@dataclass(frozen=True, slots=True)
class Group:
    content: Piece


Piece: TypeAlias = str | Break | Indent | Group | tuple["Piece", ...]
_Task: TypeAlias = tuple[int, bool, Piece]


def listed(opening: str, items: Iterable[Piece], closing: str, last: str = "") -> Piece:
    """Items between brackets, with a comma after each when each has its own line."""
    inner: list[Piece] = []
    for item in items:
        inner += [(",", Break(" ")) if inner else Break(""), item]
    if not inner:
        return opening + closing
    return Group((opening, Indent(2, tuple(inner)), Break(last, ","), closing))


def render(piece: Piece, indent: int, width: int = WIDTH) -> str:
    """The text of a piece that begins at a column, broken where it would be too wide."""
    out = [" " * indent]
    column = indent
    todo: list[_Task] = [(indent, False, piece)]
    while todo:
        margin, broken, piece = todo.pop()
        if isinstance(piece, str):
            out.append(piece)
            column += len(piece)
        elif isinstance(piece, Break) and broken:
            out.append(f"{piece.before}\n{' ' * margin}")
            column = margin
        elif isinstance(piece, Group):
            broken = not _fits((margin, False, piece.content), todo, width - column)
            todo.append((margin, broken, piece.content))
        else:
            todo += _parts(margin, broken, piece)
    return "".join(out)


def _fits(first: _Task, rest: list[_Task], room: int) -> bool:
    """Whether the text up to the next certain end of line is at most so wide."""
    todo, following = [first], reversed(rest)
    while room >= 0:
        task = todo.pop() if todo else next(following, None)
        if task is None:
            return True
        margin, broken, piece = task
        if isinstance(piece, str):
            room -= len(piece)
        elif isinstance(piece, Break) and broken:
            return room >= len(piece.before)
        elif isinstance(piece, Group):
            todo.append((margin, False, piece.content))
        else:
            todo += _parts(margin, broken, piece)
    return False


def _parts(margin: int, broken: bool, piece: Break | Indent | tuple[Piece, ...]) -> list[_Task]:
    if isinstance(piece, Break):
        return [(margin, broken, piece.flat)]
    if isinstance(piece, Indent):
        return [(margin + piece.by, broken, piece.content)]
    return [(margin, broken, part) for part in reversed(piece)]
