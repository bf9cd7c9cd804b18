"""Splitting a logical line of Python into lines of at most 88 characters, by the rules of black.

The tokens contain invisible parentheses wherever black may add some, and a split makes them
visible. A line that is too long is split at its last brackets; their inside, if it is still too
long, at the delimiters with the highest priority.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from archdsl.emit.python.brackets import CannotSplit, split_at, split_at_brackets
from archdsl.emit.python.tokens import COMMA, DOT, Kind, Line, Token

PASSES = 4
"""The most passes over one line; its layout is normally stable after two."""

Splitter = Callable[[Line, bool], Iterable[Line]]


def lay_out(tokens: list[Token], depth: int) -> list[str]:
    """The lines of a logical line, indented.

    Black formats its own output again, in which commas and parentheses that it added count as
    written. So passes are repeated until nothing changes.
    """
    texts: list[str] = []
    for _ in range(PASSES):
        lines = transform(Line(tokens, depth))
        before, texts = texts, [str(line) for line in lines]
        if len(texts) == 1 or texts == before:
            break
        tokens = Line([token for line in lines for token in line.tokens], depth).copy().tokens
        # Parentheses that the last pass made visible are for the next one to add again, or not.
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
    """Split a line and transform its parts; if the first is still too long, force parentheses."""
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
    # The copy has tokens of its own: if it is worse, the first result must still be intact.
    second = run(splitter, line.copy(), True)
    return second if all(part.fits() for part in second) else result


def split_signature(line: Line, forced: bool) -> Iterator[Line]:
    """Split the header of a function at its first brackets."""
    start = next(i for i, token in enumerate(line.tokens) if token.kind is Kind.OPEN)
    end = next(i for i, token in enumerate(line.tokens) if token.opening is line.tokens[start])
    body = line.tokens[start + 1 : end]
    if not body:
        raise CannotSplit
    if is_lone(body):
        body.append(Token(",", Kind.COMMA))
    yield from split_at(line, start, end, body).lines()


def is_lone(parameters: list[Token]) -> bool:
    """Whether there is only one parameter, with no comma in its default.

    Black adds a trailing comma to it then, unlike elsewhere.
    """
    kinds = [token.kind for token in parameters]
    default = kinds.index(Kind.EQUAL) if Kind.EQUAL in kinds else len(kinds)
    commas = COMMA in Line(parameters, 0).breaks.values()
    return not commas and Kind.COMMA not in kinds[default:]


def split_at_delimiters(line: Line, forced: bool) -> Iterator[Line]:
    """Split at the delimiters with the highest priority, one part on each line."""
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
