"""Runs of tokens put together: in brackets, with spaces, with commas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archdsl.emit.python.tokens import Kind, Token


def enclosed(
    inside: Iterable[Token],
    brackets: str = "()",
    *,
    indexes: bool = False,
    encloses: bool = False,
    optional: bool = False,
) -> Iterator[Token]:
    """Tokens in brackets; in invisible parentheses for `brackets` that are empty."""
    opening = Token(brackets[:1], Kind.OPEN, encloses=encloses, optional=optional)
    yield opening
    yield from inside
    yield Token(brackets[1:], Kind.CLOSE, indexes=indexes, optional=optional, opening=opening)


def optional(inside: Iterable[Token]) -> Iterator[Token]:
    """Tokens in parentheses that black adds where it breaks the line between them."""
    return enclosed(inside, "", encloses=True, optional=True)


def spaced(tokens: Iterable[Token], space: bool = True) -> Iterator[Token]:
    """Tokens with a space before the first."""
    for token in tokens:
        token.space |= space
        space = False
        yield token


def parted(items: Iterable[Iterable[Token]]) -> Iterator[Token]:
    """Tokens with commas between the items."""
    for index, item in enumerate(items):
        if index:
            yield Token(",", Kind.COMMA)
        yield from spaced(item, index > 0)
