"""Documents with possible line breaks, and their layout within a width.

Wadler's "A prettier printer" (2003), as Prettier and Black know it: a group is printed on one line
if it fits, or else broken at all its breaks. Layout takes linear time but for the look-ahead of
`_fits`, which is bounded by the width.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

WIDTH = 100
ENDLESS = 2**31


@dataclass(frozen=True, slots=True)
class Break:
    """Prints `flat` where its group is on one line, otherwise `before` and a new line."""

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
    """Items between brackets. Where they break, each has its own line and a comma after it.

    `last` is printed after the last item where they do not: the comma of `(1,)`.
    """
    inner: list[Piece] = []
    for item in items:
        inner += [(",", Break(" ")) if inner else Break(""), item]
    if not inner:
        return opening + closing
    return Group((opening, Indent(2, tuple(inner)), Break(last, ","), closing))


def render(piece: Piece, indent: int, width: int = WIDTH) -> str:
    """The text of a piece with an indentation, broken where it would be wider than `width`.

    A stack in place of recursion, since pieces are as deep as expressions.
    """
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
            # What follows the group on its line counts, too: a comma or a brace must not exceed the
            # width.
            broken = not _fits((margin, False, piece.content), todo, width - column)
            todo.append((margin, broken, piece.content))
        else:
            todo += _parts(margin, broken, piece)
    return "".join(out)


def _fits(first: _Task, rest: list[_Task], room: int) -> bool:
    """Whether the text up to the next unavoidable line break fits into the room."""
    todo, following = [first], reversed(rest)
    while room >= 0:
        # First the group itself, then the rest of the stack from its top.
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
