"""A token that the grammar cannot take, with what stands around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lark import Token

from archdsl.source import Source, Span
from archdsl.syntax.expectations import describe


@dataclass(frozen=True)
class Fault:
    """The token `at` fault among its neighbours; `first` begins the statement around it.

    `accepted` are the kinds of token that the grammar would take there, `spelling` how each kind
    is written.
    """

    source: Source
    tokens: Sequence[Token]
    first: int
    at: int
    accepted: frozenset[str]
    spelling: Mapping[str, str]

    def token(self, position: int) -> Token:
        """A neighbour, or the end of the text where there is none."""
        inside = 0 <= position < len(self.tokens)
        end = len(self.source.text)
        return self.tokens[position] if inside else Token("$END", "", end, end_pos=end)

    @property
    def found(self) -> Token:
        return self.token(self.at)

    @property
    def before(self) -> Token | None:
        return self.tokens[self.at - 1] if self.at else None

    @property
    def expected(self) -> str:
        words = describe(self.accepted, self.spelling)
        return f"expected {words}" if words else ""

    def span(self, first: Token, last: Token | None = None) -> Span:
        end = (last or first).end_pos
        return Span(self.source, first.start_pos or 0, end if end is not None else 0)
