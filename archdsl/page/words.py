"""Texts of a spec as a page shows them: paragraphs, names as code, shapes as papers print them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archdsl.ir.types import show_shape
from archdsl.report.text import in_a_line, typeset


@dataclass(frozen=True)
class Piece:
    """A piece of a paragraph, which is code if it stood between backticks."""

    text: str
    is_code: bool


Prose = tuple[Piece, ...]


def prose(text: str) -> Prose:
    """A paragraph, on one line."""
    parts = in_a_line(" ".join(text.split())).split("`")
    if len(parts) % 2 == 0:  # a backtick that is never closed is one
        return (Piece("`".join(parts), False),)
    return tuple(Piece(part, place % 2 == 1) for place, part in enumerate(parts) if part)


def paragraphs(doc: str | None) -> tuple[Prose, ...]:
    """The paragraphs of a text, which empty lines part."""
    return tuple(prose(part) for part in (doc or "").split("\n\n") if part.strip())


def shapes(each: Iterable[tuple[int, ...]]) -> str:
    return ", ".join(typeset(show_shape(one)) for one in each)
