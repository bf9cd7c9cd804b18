"""Tokens made of other tokens: under another type, or several joined into one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from lark import Token as Token


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

    def peek(self, place: int = 0) -> Token | None:
        """The token at a place after the next one; None after the end."""
        return self._seen[place] if self._sees(place + 1) else None

    def kind(self, place: int = 0) -> str:
        """The type of the token at a place; empty after the end."""
        token = self.peek(place)
        return token.type if token is not None else ""

    def _sees(self, many: int) -> bool:
        while len(self._seen) < many and (token := next(self._stream, None)) is not None:
            self._seen.append(token)
        return len(self._seen) >= many
