"""Tokens made of other tokens: under another type, or several joined into one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from lark import Token


def retype(kind: str, token: Token) -> Token:
    return Token.new_borrow_pos(kind, str(token), token)


def join(pieces: Sequence[Token], kind: str) -> Token:
    """One token of several that touch."""
    first, last = pieces[0], pieces[-1]
    end = (last.end_line, last.end_column, last.end_pos)
    return Token(kind, "".join(pieces), first.start_pos, first.line, first.column, *end)


def touches(before: Token, after: Token) -> bool:
    """Whether there is nothing between two tokens."""
    return before.end_pos == after.start_pos


class Ahead:
    """An iterator over tokens that can look at those to come."""

    def __init__(self, stream: Iterable[Token]) -> None:
        self._stream = iter(stream)
        self._seen: deque[Token] = deque()

    def __iter__(self) -> Iterator[Token]:
        while self._sees(1):
            yield self._seen.popleft()

    def types(self, many: int) -> list[str]:
        """The types of the next tokens, empty for those after the end."""
        self._sees(many)
        found = [self._seen[i].type for i in range(min(many, len(self._seen)))]
        return found + [""] * (many - len(found))

    def next(self) -> Token | None:
        return self._seen[0] if self._sees(1) else None

    def _sees(self, many: int) -> bool:
        while len(self._seen) < many and (token := next(self._stream, None)) is not None:
            self._seen.append(token)
        return len(self._seen) >= many
