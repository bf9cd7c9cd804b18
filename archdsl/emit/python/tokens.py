"""Tokens, the lines that consist of them, and ways to combine them: brackets, spaces, commas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cached_property

WIDTH = 88
INDENT = 4

# Priorities of line breaks, from `black.brackets`: a line is split at the highest one.
COMPREHENSION = 20
COMMA = 18
TERNARY = 16
DOT = 1


class Kind(Enum):
    """The kinds of tokens that the layout distinguishes."""

    WORD = auto()
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()
    EQUAL = auto()
    FOR = auto()
    IN = auto()


@dataclass(eq=False, slots=True)
class Token:
    """A piece of a line.

    `priority` is that of a line break before it, and `space` says whether a space goes there
    otherwise. Of closing brackets, `indexes` marks those of a subscript, and `opening` is the
    counterpart. Of brackets, `encloses` marks those of a tuple, list or parenthesis, and `optional`
    the parentheses that a second run of black may remove. A token is `replaced` when a copy of it
    has been laid out: black then does not force parentheses again.

    Tokens are compared by identity, since a line has many equal brackets; the layout changes the
    text of invisible ones.
    """

    text: str
    kind: Kind = Kind.WORD
    space: bool = False
    priority: int = 0
    indexes: bool = False
    encloses: bool = False
    optional: bool = False
    opening: Token | None = None
    replaced: bool = False


@dataclass
class Line:
    """Tokens that go on one line if they fit.

    `bracketed` lines are the inside of brackets, and `explode` puts each item on its own line.
    """

    tokens: list[Token]
    depth: int
    bracketed: bool = False
    explode: bool = False

    def __str__(self) -> str:
        rest = "".join(" " + t.text if t.space else t.text for t in self.tokens[1:])
        return " " * (INDENT * self.depth) + self.tokens[0].text + rest

    def fits(self, width: int = WIDTH) -> bool:
        return len(str(self)) <= width

    def length(self, index: int) -> int:
        token = self.tokens[index]
        return len(token.text) + (token.space and index > 0)

    @cached_property
    def depths(self) -> list[int]:
        """The depth in brackets of each token; as in black, targets of loops are one deeper."""
        depths, depth = [], 0
        for token in self.tokens:
            depth -= token.kind in (Kind.CLOSE, Kind.IN) and depth > 0
            depths.append(depth)
            depth += token.kind in (Kind.OPEN, Kind.FOR)
        return depths

    @cached_property
    def breaks(self) -> dict[int, int]:
        """The priority of a break after each token, for tokens outside all brackets."""
        breaks: dict[int, int] = {}
        for index, (token, depth) in enumerate(zip(self.tokens, self.depths, strict=True)):
            if depth == 0 and token.priority and index:
                breaks[index - 1] = token.priority
            elif depth == 0 and token.kind is Kind.COMMA:
                breaks[index] = COMMA
        return breaks

    @cached_property
    def weakest(self) -> int:
        """The highest priority of a break, without a comma at the very end."""
        last = len(self.tokens) - 1
        return max((p for index, p in self.breaks.items() if index != last), default=0)

    def count(self, priority: int) -> int:
        return sum(p == priority for p in self.breaks.values())

    @property
    def pairs(self) -> Iterator[int]:
        """The indices of closing brackets whose counterparts are on this line."""
        opened = set()
        for index, token in enumerate(self.tokens):
            if token.kind is Kind.OPEN:
                opened.add(token)
            elif token.opening in opened:
                yield index

    @property
    def magic(self) -> bool:
        """Whether some brackets end in a "magic trailing comma", so that black keeps them open."""
        return any(self.tokens[index - 1].kind is Kind.COMMA for index in self.pairs)

    def copy(self) -> Line:
        """A copy of the line with copies of its tokens, since a layout changes them."""
        copies = {token: replace(token, replaced=False) for token in self.tokens}
        for token, copied in copies.items():
            token.replaced = True
            copied.opening = copies.get(token.opening, token.opening) if token.opening else None
        return Line(list(copies.values()), self.depth, self.bracketed, self.explode)


def enclosed(
    inside: Iterable[Token],
    brackets: str = "()",
    *,
    indexes: bool = False,
    encloses: bool = False,
    optional: bool = False,
) -> Iterator[Token]:
    """Tokens in brackets; empty `brackets` are invisible parentheses."""
    opening = Token(brackets[:1], Kind.OPEN, encloses=encloses, optional=optional)
    yield opening
    yield from inside
    yield Token(brackets[1:], Kind.CLOSE, indexes=indexes, optional=optional, opening=opening)


def optional(inside: Iterable[Token]) -> Iterator[Token]:
    """Tokens in invisible parentheses, which black makes visible where it splits between them."""
    return enclosed(inside, "", encloses=True, optional=True)


def spaced(tokens: Iterable[Token], space: bool = True) -> Iterator[Token]:
    """Tokens with a space before the first."""
    for token in tokens:
        token.space |= space
        space = False
        yield token


def comma_separated(items: Iterable[Iterable[Token]]) -> Iterator[Token]:
    """Tokens with commas between the items."""
    for index, item in enumerate(items):
        if index:
            yield Token(",", Kind.COMMA)
        yield from spaced(item, index > 0)
