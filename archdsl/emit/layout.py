"""How a logical line of Python is broken into lines: the rules of black, on tokens.

A token list holds invisible parentheses wherever black may add some; a split makes them
visible. What is too long is split at its last bracket, then at its weakest delimiters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cached_property

WIDTH = 88
INDENT = 4
PASSES = 4

COMPREHENSION = 20
COMMA = 18
TERNARY = 16
DOT = 1


class Kind(Enum):
    """What the layout needs to know of a token."""

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

    `priority` is how willingly the line breaks before it, `space` whether a space stands
    there else. Of brackets, `indexes` those of a subscript, `encloses` those that are an
    expression of their own, `optional` the parentheses that the next reading may drop.
    A token is `replaced` once a copy of it was laid out; black then forces nothing more.
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


class CannotSplit(Exception):
    """A way to split does not apply to a line."""


@dataclass
class Line:
    """Tokens to print on one line, if they fit."""

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
        """How deep in brackets each token stands; the targets of a loop count as one deeper."""
        depths, depth = [], 0
        for token in self.tokens:
            depth -= token.kind in (Kind.CLOSE, Kind.IN) and depth > 0
            depths.append(depth)
            depth += token.kind in (Kind.OPEN, Kind.FOR)
        return depths

    @cached_property
    def breaks(self) -> dict[int, int]:
        """The priority of the break after a token, for those outside all brackets."""
        breaks: dict[int, int] = {}
        for index, (token, depth) in enumerate(zip(self.tokens, self.depths, strict=True)):
            if depth == 0 and token.priority and index:
                breaks[index - 1] = token.priority
            elif depth == 0 and token.kind is Kind.COMMA:
                breaks[index] = COMMA
        return breaks

    @cached_property
    def weakest(self) -> int:
        """The highest priority of a break, a comma at the very end left aside."""
        last = len(self.tokens) - 1
        return max((p for index, p in self.breaks.items() if index != last), default=0)

    def count(self, priority: int) -> int:
        return sum(p == priority for p in self.breaks.values())

    @property
    def pairs(self) -> Iterator[int]:
        """Where the brackets close that open on this line."""
        opened = set()
        for index, token in enumerate(self.tokens):
            if token.kind is Kind.OPEN:
                opened.add(token)
            elif token.opening in opened:
                yield index

    @property
    def magic(self) -> bool:
        """Whether a bracket ends in a comma, by which it stays open."""
        return any(self.tokens[index - 1].kind is Kind.COMMA for index in self.pairs)

    def copy(self) -> Line:
        """The line with tokens of its own."""
        copies = {token: replace(token, replaced=False) for token in self.tokens}
        for token, copied in copies.items():
            token.replaced = True
            copied.opening = copies.get(token.opening, token.opening) if token.opening else None
        return Line(list(copies.values()), self.depth, self.bracketed, self.explode)


@dataclass(frozen=True, slots=True)
class Split:
    """A line parted at a pair of brackets."""

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
        """The parts, between brackets that now are visible."""
        self.opening.text = self.opening.text or "("
        self.closing.text = self.closing.text or ")"
        return [self.head, self.body, self.tail]


Splitter = Callable[[Line, bool], Iterable[Line]]


def lay_out(tokens: list[Token], depth: int) -> list[str]:
    """The lines of a logical line, indented.

    Black reads what it wrote a second time, its own commas and parentheses included, so
    the layout is the one that a further reading leaves alone.
    """
    texts: list[str] = []
    for _ in range(PASSES):
        lines = transform(Line(tokens, depth))
        before, texts = texts, [str(line) for line in lines]
        if len(texts) == 1 or texts == before:
            break
        tokens = Line([token for line in lines for token in line.tokens], depth).copy().tokens
        for token in tokens:
            token.text = "" if token.optional else token.text
    return texts


def transform(line: Line, forced: bool = False) -> list[Line]:
    """The lines that a line becomes; `forced` keeps its optional parentheses."""
    if not line.explode and not line.magic and line.fits():
        return [line]
    for splitter in splitters(line):
        try:
            return run(splitter, line, forced)
        except CannotSplit:
            continue
    return [line]


def splitters(line: Line) -> tuple[Splitter, ...]:
    if line.tokens[0].text == "def":
        return (split_signature,)
    if line.bracketed:
        return (split_at_delimiters, split_at_brackets)
    return (split_at_brackets,)


def run(splitter: Splitter, line: Line, forced: bool) -> list[Line]:
    """Split and transform the parts; where the first still is too long, force parentheses."""
    invisible = [i for i in line.pairs if not line.tokens[i].text]
    outermost = [line.tokens[i] for i in invisible if line.depths[i] == 0]
    before = str(line)
    result: list[Line] = []
    for part in splitter(line, forced):
        if str(part) == before:
            raise CannotSplit
        result += transform(part, forced)
    if forced or splitter is not split_at_brackets or not invisible or result[0].fits():
        return result
    if any(token.text for token in outermost) or any(token.replaced for token in line.tokens):
        return result
    second = run(splitter, line.copy(), True)
    return second if all(part.fits() for part in second) else result


def split_signature(line: Line, forced: bool) -> Iterator[Line]:
    """Split the header of a function at its first bracket."""
    start = next(i for i, token in enumerate(line.tokens) if token.kind is Kind.OPEN)
    end = next(i for i, token in enumerate(line.tokens) if token.opening is line.tokens[start])
    body = line.tokens[start + 1 : end]
    if not body:
        raise CannotSplit
    if is_lone(body):
        body.append(Token(",", Kind.COMMA))
    yield from part_at(line, start, end, body).lines()


def is_lone(parameters: list[Token]) -> bool:
    """Whether there is one parameter, and no comma in its default."""
    kinds = [token.kind for token in parameters]
    default = kinds.index(Kind.EQUAL) if Kind.EQUAL in kinds else len(kinds)
    commas = COMMA in Line(parameters, 0).breaks.values()
    return not commas and Kind.COMMA not in kinds[default:]


def split_at_delimiters(line: Line, forced: bool) -> Iterator[Line]:
    """Split at the delimiters that bind the least, one part a line."""
    priority = line.weakest
    if not priority or (priority == DOT and line.count(DOT) == 1):
        raise CannotSplit
    start = 0
    for index, found in line.breaks.items():
        if found == priority:
            yield Line(line.tokens[start : index + 1], line.depth, line.bracketed)
            start = index + 1
    rest = line.tokens[start:]
    if rest:
        comma = [Token(",", Kind.COMMA)] if priority == COMMA else []
        yield Line(rest + comma, line.depth, line.bracketed)


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
    """Whether the brackets that are next after `omit` open beyond the width."""
    closing = (t for t in reversed(line.tokens) if t.kind is Kind.CLOSE and t not in omit)
    opening = next((token.opening for token in closing), None)
    if opening not in line.tokens or not opening.text:
        return False
    start = line.tokens.index(opening)
    return INDENT * line.depth + sum(map(line.length, range(start))) > WIDTH


def trailers(line: Line) -> Iterator[set[Token]]:
    """The closing brackets to leave alone, more and more of them from the right."""
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
            omit |= {closing, *inner}
            inner.clear()
            yield omit
        if magic:
            return
        if token.text:
            opening, closing = token.opening, token


def split_omitting(line: Line, forced: bool, omit: set[Token]) -> list[Line]:
    """Split at the last brackets, without optional parentheses where that reads as well."""
    return choose(last_split(line, omit), line, forced, omit).lines()


def choose(split: Split, line: Line, forced: bool, omit: set[Token]) -> Split:
    """The split, or the one before it where its parentheses can go."""
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
    """Part a line at its last brackets that hold anything and are not to be omitted."""
    end = len(line.tokens) - 1
    while end >= 0:
        closing = line.tokens[end]
        if closing.kind is not Kind.CLOSE or closing in omit:
            end -= 1
            continue
        start = opening_index(line, end)
        if start < end - 1:
            return part_at(line, start, end, line.tokens[start + 1 : end])
        end = start - 1
    raise CannotSplit


def opening_index(line: Line, end: int) -> int:
    opening = line.tokens[end].opening
    for index in range(end - 1, -1, -1):
        if line.tokens[index] is opening:
            return index
    raise CannotSplit


def part_at(line: Line, start: int, end: int, inside: list[Token]) -> Split:
    body = Line(inside, line.depth + 1, bracketed=True)
    trailing = inside[-1].kind is Kind.COMMA
    body.explode = body.weakest == COMMA and (trailing or line.tokens[start].encloses)
    head = Line(line.tokens[: start + 1], line.depth)
    return Split(head, body, Line(line.tokens[end:], line.depth))


def prefers(other: Split, split: Split) -> bool:
    """Whether to split at `other` brackets rather than at the optional ones of `split`."""
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
    """Whether an expression can do without the optional parentheses around it."""
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
    """Whether what follows the brackets at the start fits on the line that closes them."""
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
    """Whether what precedes the brackets at the end fits, or can be split itself."""
    length = INDENT * body.depth
    for index, token in enumerate(body.tokens):
        length += body.length(index)
        if token is body.tokens[-1].opening:
            return length <= WIDTH
        if token.kind is Kind.OPEN:
            return True
    return False
