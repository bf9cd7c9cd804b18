"""The tokens of any text, and which of its definitions each belongs to.

The lexer never fails, so this is known of every text. Definitions are told apart by their keywords
at the margin: one whose closing brace is missing ends where the next one begins.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice

from archdsl import limits
from archdsl.source import Source
from archdsl.syntax.grammar import grammar
from archdsl.syntax.separators import CLOSE, OPEN
from archdsl.syntax.tokens import Token

DEFINITIONS = ("BLOCK", "CELL", "NETWORK", "RECIPE", "CLAIM", "USE")
"""The keywords of definitions, as tokens. `search` is one where it begins a line at the margin."""

ASIDE = {"COMMENT", "OPEN_DOC", "OPEN_TEXT", "STRAY"}
"""Tokens that no rule has."""


@dataclass(frozen=True)
class Lexed:
    """The tokens of a text."""

    source: Source
    everything: Sequence[Token]

    @cached_property
    def tokens(self) -> Sequence[Token]:
        """Those that a rule has."""
        return [token for token in self.everything if token.type not in ASIDE]

    @cached_property
    def definitions(self) -> Sequence[Sequence[Token]]:
        """The tokens of each definition; a doc string stands before its definition."""
        return [*_definitions(self.tokens)]

    def before(self, offset: int) -> Sequence[Token]:
        """The tokens of the definition around an offset that begin before it."""
        last: Sequence[Token] = []
        for definition in self.definitions:
            if start(definition[0]) >= offset:
                break
            last = definition
        return last[: bisect_left(last, offset, key=start)]

    def at(self, offset: int) -> Token | None:
        """The token around an offset, or right before it."""
        place = bisect_right(self.everything, offset, key=start)
        for token in reversed(self.everything[max(0, place - 2) : place]):
            if token.type != "_SEP" and offset <= end(token):
                return token
        return None

    def aside(self, offset: int) -> bool:
        """Whether an offset is in a comment or in a text, where nothing is completed."""
        place = bisect_left(self.everything, offset, key=start)
        if place == 0:
            return False
        token = self.everything[place - 1]
        if token.type in ("COMMENT", "OPEN_DOC", "OPEN_TEXT"):
            return offset <= end(token)
        return token.type in ("DOC", "TEXT") and offset < end(token)


def start(token: Token) -> int:
    return token.start_pos or 0


def end(token: Token) -> int:
    return token.end_pos or 0


@lru_cache(maxsize=16)
def lexed(source: Source) -> Lexed:
    """The tokens of a text, up to as many as a spec may have."""
    tokens = grammar().session(source).lexed()
    return Lexed(source, tuple(islice(tokens, limits.TOKENS)))


def _definitions(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    part: list[Token] = []
    depth = 0
    for place, token in enumerate(tokens):
        before = tokens[place - 1].type if place else "_SEP"
        is_first = before == "_SEP" and (depth == 0 or token.column == 1)
        if is_first and _begins(token, tokens, place) and _has_begun(part):
            yield part
            part, depth = [], 0
        depth += (token.type in OPEN) - (token.type in CLOSE)
        depth = max(depth, 0)
        part.append(token)
    if part:
        yield part


def _begins(token: Token, tokens: Sequence[Token], place: int) -> bool:
    following = tokens[place + 1].type if place + 1 < len(tokens) else ""
    is_search = token == "search" and following in ("NAME", "FOR")
    return token.type in DEFINITIONS or token.type == "DOC" or is_search


def _has_begun(part: Sequence[Token]) -> bool:
    """Whether there is more than a doc string, which belongs to what follows."""
    return any(token.type not in ("_SEP", "DOC") for token in part)
