"""Every syntax mistake of a text: after each, parsing goes on with the next statement."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lark import Token

from archdsl import limits
from archdsl.diagnostics import Diagnostic
from archdsl.syntax.brackets import line_starts, mend
from archdsl.syntax.fault import Fault
from archdsl.syntax.grammar import END, Reading
from archdsl.syntax.layout import TooDeep, arrange
from archdsl.syntax.mistakes import explain, keyword

_DEFINITIONS = {"BLOCK", "CELL", "NETWORK", "CLAIM", "RECIPE", "USE", "DOC"}
_ANY_HEADER = [Token(kind, "", 0, end_pos=0) for kind in ("VBAR", "NAME", "VBAR")]
_WITH_STATEMENTS = {"block", "cell", "network", "if", "for", "else"}


def mistakes(
    reading: Reading, tokens: Sequence[Token], blamed: Sequence[int]
) -> Iterator[Diagnostic]:
    """The syntax mistakes, definition by definition; statements with a blamed offset are spared."""
    for definition in _definitions(tokens):
        try:
            yield from _mistakes(reading, definition, blamed)
        except TooDeep as deep:
            yield deep.told(reading.source)


def _mistakes(
    reading: Reading, definition: Sequence[Token], blamed: Sequence[int]
) -> list[Diagnostic]:
    mended = mend(reading.source, definition)
    arranged = list(arrange(mended.tokens))
    run = _Run(reading, arranged, sorted([*blamed, *mended.blamed]))
    return [*mended.mistakes, *run.found("file")] or mended.strays


def _definitions(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Parts the tokens where a definition begins."""
    part: list[Token] = []
    brackets = Counter[str]()
    for position, (token, is_first) in enumerate(line_starts(tokens)):
        if is_first and part and _begins_definition(tokens, position, brackets):
            yield part
            part, brackets = [], Counter()
        brackets[token.type] += 1
        part.append(token)
    yield part


def _begins_definition(tokens: Sequence[Token], position: int, brackets: Counter[str]) -> bool:
    """Whether the first token of a line does, after so many brackets of each kind."""
    token = tokens[position]
    is_outside = brackets["LBRACE"] <= brackets["RBRACE"]
    if token.type in _DEFINITIONS:
        return is_outside or token.column == 1
    # Two names in a row outside of all brackets: a misspelt word of the language.
    kinds = [token.type for token in tokens[position : position + 2]]
    is_apart = brackets["LPAR"] <= brackets["RPAR"] or token.column == 1
    return is_outside and is_apart and kinds == ["NAME", "NAME"]


@dataclass
class _Level:
    """An open brace: the parser's height where its next statement begins, and where that is."""

    height: int
    after_separator: bool
    first: int


class _Run:
    """Parses arranged tokens; what fails is told, and its statement left out."""

    def __init__(self, reading: Reading, tokens: Sequence[Token], blamed: Sequence[int]) -> None:
        self._reading = reading
        self._tokens = tokens
        self._blamed = blamed
        self._found: list[Diagnostic] = []

    def found(self, start: str) -> list[Diagnostic]:
        self._parser = self._reading.driver(start)
        self._levels = [_Level(1, False, 0)]
        position = 0
        while position < len(self._tokens) and len(self._found) < limits.MISTAKES:
            position = self._step(position)
        if position > len(self._tokens):
            return self._found
        if self._parser.accepts(END):
            self._parser.finish()
        else:
            self._tell(position, position)
        return self._found

    def _step(self, position: int) -> int:
        """Takes one token, or leaves out what it makes unreadable; where to go on."""
        token = self._tokens[position]
        if not self._parser.accepts(token.type):
            end = self._statement_end(position)
            self._tell(position, end)
            self._look_into_bodies(position, end)
            return self._resume(end)
        self._parser.feed(token)
        height = self._parser.height
        if token.type == "LBRACE":
            self._levels.append(_Level(height, False, position + 1))
        elif token.type == "_SEP":
            self._levels[-1] = _Level(height, True, position + 1)
        elif token.type == "RBRACE":
            self._levels.pop()
        return position + 1

    def _statement_end(self, position: int) -> int:
        """The separator or brace that ends the statement around a token; at the top, the end."""
        depth = 0
        for end in range(position, len(self._tokens)):
            kind = self._tokens[end].type
            if depth == 0 and len(self._levels) > 1 and kind in ("_SEP", "RBRACE"):
                return end
            depth += (kind == "LBRACE") - (kind == "RBRACE")
        return len(self._tokens)

    def _resume(self, end: int) -> int:
        if len(self._levels) == 1:
            return len(self._tokens) + 1
        level = self._levels[-1]
        ends_line = self._tokens[end].type == "_SEP"
        self._parser.fall_back(level.height - (level.after_separator and not ends_line))
        if ends_line and self._is_headless_table(level):
            for token in _ANY_HEADER:
                self._parser.feed(token)
            return end
        if ends_line:
            level.first = end + 1
            return end + 1
        return end if self._parser.accepts("RBRACE") else self._leave(end)

    def _leave(self, closing: int) -> int:
        """Gives up the statement that a closing brace ends."""
        self._levels.pop()
        return self._resume(self._statement_end(closing + 1))

    def _is_headless_table(self, level: _Level) -> bool:
        outer = self._levels[-2]
        return not level.after_separator and self._tokens[outer.first].type == "TABLE"

    def _tell(self, position: int, end: int) -> None:
        first = self._levels[-1].first
        if self._is_blamed(first, position, end):
            return
        spelling = self._reading.spelling
        accepted = self._parser.accepted()
        fault = Fault(self._reading.source, self._tokens, first, position, accepted, spelling)
        self._found.append(explain(fault))

    def _is_blamed(self, first: int, position: int, end: int) -> bool:
        """Whether a mistake was already told in this statement, up to a body that it heads."""
        after = range(position + 1, min(end, len(self._tokens)))
        end = next((i for i in after if self._tokens[i].type == "LBRACE"), end)
        words = self._tokens[first : end + 1]
        if not words:
            return False
        start, stop = words[0].start_pos or 0, words[-1].end_pos or 0
        return bisect_left(self._blamed, start) < bisect_left(self._blamed, stop)

    def _look_into_bodies(self, position: int, end: int) -> None:
        """A head at fault does not hide the mistakes in the statements that it heads."""
        if keyword(self._tokens[self._levels[-1].first]) not in _WITH_STATEMENTS:
            return
        while position < end:
            if self._tokens[position].type != "LBRACE":
                position += 1
                continue
            closing = self._matching(position)
            body = self._tokens[position : closing + 1]
            self._found += _Run(self._reading, body, self._blamed).found("body")
            position = closing + 1

    def _matching(self, opening: int) -> int:
        depth = 0
        for position in range(opening, len(self._tokens)):
            kind = self._tokens[position].type
            depth += (kind == "LBRACE") - (kind == "RBRACE")
            if depth == 0:
                return position
        return len(self._tokens) - 1
