"""Splitting a line at its brackets: which pair black opens, and when it adds parentheses.

The functions follow `black.linegen` and `black.brackets`, whose behaviour is their only definition:
`right_hand_split`, `prefer_splitting_right_hand_side`, `can_omit_invisible_parens`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.emit.python.tokens import COMMA, DOT, INDENT, WIDTH, Kind, Line, Token


class CannotSplit(Exception):
    """A way to split does not apply to a line."""


@dataclass(frozen=True)
class Split:
    """A line split at a pair of brackets into the parts before, between and after."""

    head: Line
    body: Line
    tail: Line

    @property
    def opening(self) -> Token:
        return self.head.tokens[-1]

    @property
    def closing(self) -> Token:
        return self.tail.tokens[0]

    def lines(self) -> list[Line]:
        """The parts; invisible parentheses around the body become visible."""
        self.opening.text = self.opening.text or "("
        self.closing.text = self.closing.text or ")"
        return [self.head, self.body, self.tail]


def split_at_brackets(line: Line, forced: bool) -> list[Line]:
    """Split at the last brackets whose opening still fits on the first line."""
    first: list[Line] | None = None
    for omit in trailers(line):
        if omit and overflows(line, omit):
            continue
        lines = split_omitting(line, forced, omit)
        if lines[0].fits():
            return lines
        if not omit:
            first = lines
    return first or split_omitting(line, forced, set())


def overflows(line: Line, omit: set[Token]) -> bool:
    """Whether the last brackets that are not in `omit` open beyond the line width."""
    closing = (t for t in reversed(line.tokens) if t.kind is Kind.CLOSE and t not in omit)
    opening = next((token.opening for token in closing), None)
    if opening not in line.tokens or not opening.text:
        return False
    start = line.tokens.index(opening)
    return INDENT * line.depth + sum(map(line.length, range(start))) > WIDTH


def trailers(line: Line) -> Iterator[set[Token]]:
    """Sets of closing brackets that a split may leave closed, growing from the right.

    This is `generate_trailers_to_omit` of black: the trailing calls and subscripts of a chain.
    """
    omit: set[Token] = set()
    if not line.magic:
        yield omit
    inner: set[Token] = set()
    opening: Token | None = None
    closing: Token | None = None
    length = INDENT * line.depth
    for index in range(len(line.tokens) - 1, -1, -1):
        token = line.tokens[index]
        length += line.length(index)
        if length > WIDTH:
            return
        before = line.tokens[index - 1] if index else None
        magic = before is not None and before.kind is Kind.COMMA
        if token is opening:
            opening = None
        if token.kind is not Kind.CLOSE:
            continue
        if opening:
            if magic:
                return
            inner.add(token)
            continue
        if before is not None and before.kind is Kind.OPEN:
            inner.add(token)
            continue
        if closing:
            # One set that grows, and is yielded each time: callers use it before they go on.
            omit |= {closing, *inner}
            inner.clear()
            yield omit
        if magic:
            return
        if token.text:
            opening, closing = token.opening, token


def split_omitting(line: Line, forced: bool, omit: set[Token]) -> list[Line]:
    """Split at the last brackets, or at earlier ones if optional parentheses can be left out."""
    return choose(last_split(line, omit), line, forced, omit).lines()


def choose(split: Split, line: Line, forced: bool, omit: set[Token]) -> Split:
    """The split itself, or an earlier one if the parentheses of this one can be left out."""
    optional = not split.opening.text and not split.closing.text
    if forced or not optional or not can_omit_parentheses(split.body):
        return split
    omit = {split.closing, *omit}
    try:
        other = last_split(line, omit)
        if prefers(other, split):
            return choose(other, line, forced, omit)
    except CannotSplit:
        chained = sum(token.kind is Kind.EQUAL for token in line.tokens) > 1
        if not chained and len(split.body.tokens) < 2 and not split.body.fits():
            raise
    return split


def last_split(line: Line, omit: set[Token]) -> Split:
    """Split a line at its last brackets that are not empty and not in `omit`.

    Raises:
        CannotSplit: there are none.
    """
    end = len(line.tokens) - 1
    while end >= 0:
        closing = line.tokens[end]
        if closing.kind is not Kind.CLOSE or closing in omit:
            end -= 1
            continue
        start = opening_index(line, end)
        if start < end - 1:
            return split_at(line, start, end, line.tokens[start + 1 : end])
        end = start - 1
    raise CannotSplit


def opening_index(line: Line, end: int) -> int:
    opening = line.tokens[end].opening
    for index in range(end - 1, -1, -1):
        if line.tokens[index] is opening:
            return index
    raise CannotSplit


def split_at(line: Line, start: int, end: int, inside: list[Token]) -> Split:
    body = Line(inside, line.depth + 1, bracketed=True)
    trailing = inside[-1].kind is Kind.COMMA
    body.explode = body.weakest == COMMA and (trailing or line.tokens[start].encloses)
    head = Line(line.tokens[: start + 1], line.depth)
    return Split(head, body, Line(line.tokens[end:], line.depth))


def prefers(other: Split, split: Split) -> bool:
    """Whether to split at the `other` brackets rather than at the optional ones of `split`."""
    head = split.head
    target = head.tokens[:-1]
    if not target or target[-1].kind is not Kind.EQUAL:
        return True
    if not any(token.kind in (Kind.OPEN, Kind.CLOSE) for token in target):
        return True
    if not head.fits(WIDTH - 1) or head.magic:
        return True
    equals = sum(token.kind is Kind.EQUAL for token in target)
    kinds = [token.kind for token in other.head.tokens]
    if equals > 1 and equals > kinds.count(Kind.EQUAL):
        return False
    if Kind.EQUAL not in kinds:
        return Kind.CLOSE in kinds
    assigned = len(kinds) - 1 - kinds[::-1].index(Kind.EQUAL)
    return Kind.CLOSE in kinds[assigned:] or other.head.fits()


def can_omit_parentheses(body: Line) -> bool:
    """Whether an expression needs no optional parentheses around it."""
    if not body.breaks:
        return True
    priority = max(body.breaks.values())
    if body.count(priority) > 1:
        return False
    if priority == DOT:
        return True
    first, second, *_ = body.tokens
    if first.kind is Kind.OPEN and second.kind is not Kind.CLOSE and opens_well(body):
        return True
    *_, before, last = body.tokens
    if last.kind is not Kind.CLOSE or last.indexes or before.kind is Kind.OPEN:
        return False
    return closes_well(body)


def opens_well(body: Line) -> bool:
    """Whether everything after the brackets at the start fits on the line that closes them."""
    length = INDENT * body.depth
    closed = False
    for index, token in enumerate(body.tokens):
        closed |= token.opening is body.tokens[0]
        if not closed:
            continue
        length += body.length(index)
        if length > WIDTH:
            return False
        closed = token.kind is not Kind.OPEN
    return True


def closes_well(body: Line) -> bool:
    """Whether everything before the brackets at the end fits on a line, or can be split itself."""
    length = INDENT * body.depth
    for index, token in enumerate(body.tokens):
        length += body.length(index)
        if token is body.tokens[-1].opening:
            return length <= WIDTH
        if token.kind is Kind.OPEN:
            return True
    return False
