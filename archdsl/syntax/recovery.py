"""Error recovery: finds every syntax mistake of a text, not only the first one.

The text is cut into definitions, and the brackets of each are repaired, so that a mistake in one
cannot reach the next. After a mistake, parsing goes on with the next statement (panic mode). A
statement is reported at most once: what follows a mistake in it is likely to be its consequence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lark import Token

from archdsl import limits
from archdsl.diagnostics import Diagnostic
from archdsl.syntax.brackets import line_starts, repair
from archdsl.syntax.fault import Fault
from archdsl.syntax.grammar import END, Session
from archdsl.syntax.layout import arrange
from archdsl.syntax.mistakes import explain, keyword
from archdsl.syntax.separators import TooDeep

_DEFINITIONS = {"BLOCK", "CELL", "NETWORK", "CLAIM", "RECIPE", "USE", "DOC"}
_ANY_HEADER = [Token(kind, "", 0, end_pos=0) for kind in ("VBAR", "NAME", "VBAR")]
_WITH_STATEMENTS = {"block", "cell", "network", "if", "for", "else"}


def mistakes(
    session: Session, tokens: Sequence[Token], blamed: Sequence[int]
) -> Iterator[Diagnostic]:
    """The syntax mistakes, definition by definition.

    `blamed` are the offsets of mistakes that were reported before. Statements that contain one are
    not reported again.
    """
    for definition in _definitions(tokens):
        try:
            yield from _mistakes(session, definition, blamed)
        except TooDeep as deep:
            yield deep.diagnostic(session.source)


def _mistakes(
    session: Session, definition: Sequence[Token], blamed: Sequence[int]
) -> list[Diagnostic]:
    repaired = repair(session.source, definition)
    arranged = list(arrange(repaired.tokens))
    run = _Run(session, arranged, sorted([*blamed, *repaired.blamed]))
    return [*repaired.mistakes, *run.found("file")] or repaired.strays


def _definitions(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each definition."""
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
    """Whether the token at a position, the first of its line, begins a definition.

    `brackets` counts those before it. A keyword in the first column begins one even where a brace
    is still open: then the closing brace is missing.
    """
    token = tokens[position]
    is_outside = brackets["LBRACE"] <= brackets["RBRACE"]
    kinds = [token.type for token in tokens[position : position + 2]]
    is_search = token == "search" and kinds[1:] in (["NAME"], ["FOR"], ["LBRACE"])
    if token.type in _DEFINITIONS or is_search:
        return is_outside or token.column == 1
    # Two names in a row are no statement: `netwrk a` is a misspelt keyword.
    is_apart = brackets["LPAR"] <= brackets["RPAR"] or token.column == 1
    return is_outside and is_apart and kinds == ["NAME", "NAME"]


@dataclass
class _Level:
    """An open brace: the parser's height before the next statement inside, and its position."""

    height: int
    after_separator: bool
    first: int


class _Run:
    """Parses the tokens of a definition, and skips statements that fail after reporting them."""

    def __init__(self, session: Session, tokens: Sequence[Token], blamed: Sequence[int]) -> None:
        self._reading = session
        self._tokens = tokens
        self._blamed = blamed
        self._found: list[Diagnostic] = []

    def found(self, start: str) -> list[Diagnostic]:
        self._parser = self._reading.driver(start)
        # The height of an unused parser is 1: its start state.
        self._levels = [_Level(1, False, 0)]
        position = 0
        while position < len(self._tokens) and len(self._found) < limits.MISTAKES:
            position = self._step(position)
        # A mistake outside of all braces made the rest of the definition unreadable.
        if position > len(self._tokens):
            return self._found
        if self._parser.accepts(END):
            self._parser.finish()
        else:
            self._report(position, position)
        return self._found

    def _step(self, position: int) -> int:
        """Feed one token, or report it and skip its statement; the next position."""
        token = self._tokens[position]
        if not self._parser.accepts(token.type):
            end = self._statement_end(position)
            self._report(position, end)
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
        """The position of the separator or brace that ends the statement around a token.

        At the top level a statement is the whole definition.
        """
        depth = 0
        for end in range(position, len(self._tokens)):
            kind = self._tokens[end].type
            if depth == 0 and len(self._levels) > 1 and kind in ("_SEP", "RBRACE"):
                return end
            depth += (kind == "LBRACE") - (kind == "RBRACE")
        return len(self._tokens)

    def _resume(self, end: int) -> int:
        """Rewind the parser to the statement that ends at `end`; the position to go on from."""
        if len(self._levels) == 1:
            return len(self._tokens) + 1
        level = self._levels[-1]
        ends_line = self._tokens[end].type == "_SEP"
        # At a closing brace the separator before the skipped statement goes, too: with no statement
        # after it, the grammar would not accept the brace.
        self._parser.rewind(level.height - (level.after_separator and not ends_line))
        if ends_line and self._is_headless_table(level):
            # Rows can be parsed after any header: the grammar does not compare their cells with it.
            for token in _ANY_HEADER:
                self._parser.feed(token)
            return end
        if ends_line:
            level.first = end + 1
            return end + 1
        return end if self._parser.accepts("RBRACE") else self._leave(end)

    def _leave(self, closing: int) -> int:
        """Give up the statement whose body a closing brace ends, and go on after it."""
        self._levels.pop()
        return self._resume(self._statement_end(closing + 1))

    def _is_headless_table(self, level: _Level) -> bool:
        outer = self._levels[-2]
        return not level.after_separator and self._tokens[outer.first].type == "TABLE"

    def _report(self, position: int, end: int) -> None:
        first = self._levels[-1].first
        if self._is_blamed(first, position, end):
            return
        spelling = self._reading.spelling
        accepted = self._parser.accepted()
        fault = Fault(self._reading.source, self._tokens, first, position, accepted, spelling)
        self._found.append(explain(fault))

    def _is_blamed(self, first: int, position: int, end: int) -> bool:
        """Whether a mistake was reported in this statement before, up to its body if it has one."""
        after = range(position + 1, min(end, len(self._tokens)))
        # The body has mistakes of its own, which are found apart.
        end = next((i for i in after if self._tokens[i].type == "LBRACE"), end)
        words = self._tokens[first : end + 1]
        if not words:
            return False
        # A character that is not in the language can stand before the first token.
        before = self._tokens[first - 1].end_pos if first else words[0].start_pos
        start, stop = before or 0, words[-1].end_pos or 0
        return bisect_left(self._blamed, start) < bisect_left(self._blamed, stop)

    def _look_into_bodies(self, position: int, end: int) -> None:
        """Find mistakes in the bodies of a statement whose head is wrong."""
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
