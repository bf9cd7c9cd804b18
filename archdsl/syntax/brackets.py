"""Brackets that do not pair: each is reported once, then repaired, so that the rest can be parsed.

A missing bracket would otherwise make every later line of a definition wrong. Where it is missing
is a guess: from the indentation of lines, which authors keep right even where brackets are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

from lark import Token

from archdsl import limits
from archdsl.diagnostics import Diagnostic, Label, error
from archdsl.source import Source, Span
from archdsl.syntax.separators import BEFORE_VALUE, TooDeep

PAIRS = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
_TEXTS = {"RPAR": ")", "RSQB": "]", "RBRACE": "}"}
_CLOSERS = frozenset(_TEXTS)


@dataclass
class Repaired:
    """Tokens whose brackets pair; `blamed` holds the offsets where one was inserted or dropped.

    A surplus closing brace often follows from another mistake, so `strays` should be reported
    only where nothing else is wrong.
    """

    tokens: list[Token] = field(default_factory=list)
    mistakes: list[Diagnostic] = field(default_factory=list)
    strays: list[Diagnostic] = field(default_factory=list)
    blamed: list[int] = field(default_factory=list)


def repair(source: Source, tokens: Sequence[Token]) -> Repaired:
    """The tokens of one definition, with every bracket paired.

    Raises:
        TooDeep: there are more open brackets than a spec may have.
    """
    if _is_balanced(tokens):
        return Repaired(list(tokens))
    # Braces only: a line shows where a parenthesis should end, so these need no count.
    surplus = sum({"LBRACE": 1, "RBRACE": -1}.get(token.type, 0) for token in tokens)
    return _Repair(source, surplus).run(tokens)


def _is_balanced(tokens: Sequence[Token]) -> bool:
    expected: list[str] = []
    for token in tokens:
        if token.type in PAIRS:
            expected.append(PAIRS[token.type])
        elif token.type in _CLOSERS and (not expected or expected.pop() != token.type):
            return False
    return not expected


def line_starts(tokens: Sequence[Token]) -> Iterator[tuple[Token, bool]]:
    """Each token, and whether it is the first on its line."""
    is_first = True
    for token in tokens:
        yield token, is_first
        is_first = token.type == "_SEP" and token != ";"


class _Open(NamedTuple):
    """An open bracket, the indentation of its line, and whether it holds a list and no body."""

    token: Token
    indent: int
    is_list: bool


class _Repair:
    """Walks over tokens with a stack of open brackets, each with the indentation of its line.

    A brace where a value is expected opens a choice, which ends as a parenthesis does.

    `surplus` is how many more braces are opened than closed. Its sign decides whether a brace that
    fits no indentation is the surplus one, or shows that one before it is missing.
    """

    def __init__(self, source: Source, surplus: int) -> None:
        self._source = source
        self._surplus = surplus
        self._open: list[_Open] = []
        self._previous: Token | None = None
        self._indent = 0
        self._result = Repaired()

    def run(self, tokens: Sequence[Token]) -> Repaired:
        for token, is_first in line_starts(tokens):
            if is_first and token.type != "_SEP":
                self._indent = token.column or 0
                self._end_lines(token)
            if token.type in _CLOSERS:
                self._close(token, is_first)
            else:
                self._take(token)
            self._previous = token
        while self._open:
            self._insert_closer()
        return self._result

    def _take(self, token: Token) -> None:
        if token.type in PAIRS:
            is_list = token.type != "LBRACE" or self._expects_value()
            self._open.append(_Open(token, self._indent, is_list))
        # `layout` checks this too, but only after the repair, which takes time for each open
        # bracket.
        if len(self._open) > limits.NESTING:
            raise TooDeep(token)
        self._result.tokens.append(token)

    def _expects_value(self) -> bool:
        before = self._previous
        return before is not None and (before.type in BEFORE_VALUE or before in ("each", "of"))

    def _end_lines(self, token: Token) -> None:
        """A line that is indented no further than that of an open parenthesis ends its list.

        One that begins with `}` may be indented as far: `y = {` has its brace below the `y`.
        """
        is_brace = token.type == "RBRACE"
        while (is_brace or token.type not in _CLOSERS) and self._open:
            opening = self._open[-1]
            # A chain may continue at any indentation.
            if not opening.is_list or self._indent >= opening.indent + (not is_brace):
                return
            if token.type == "ARROW":
                return
            self._insert_closer()

    def _close(self, token: Token, is_first: bool) -> None:
        inner = self._inside_bodies()
        if token.type in inner:
            while PAIRS[self._open[-1].token.type] != token.type:
                self._insert_closer()
            self._pair(token)
        elif token.type == "RBRACE":
            self._close_brace(token, is_first)
        elif inner:
            self._replace(token)
        else:
            self._drop(token)

    def _inside_bodies(self) -> list[str]:
        """The closers of the lists that are open since the last body, innermost first."""
        lists = takewhile(lambda opening: opening.is_list, reversed(self._open))
        return [PAIRS[opening.token.type] for opening in lists]

    def _close_brace(self, token: Token, is_first: bool) -> None:
        braces = [opening.indent for opening in self._open if not opening.is_list]
        # There are more closing braces than opening ones, and this one is indented like a statement
        # of the body: it is the one too many.
        if not braces or (is_first and self._surplus < 0 and self._indent > braces[-1]):
            self._drop(token)
            return
        while self._open[-1].is_list:
            self._insert_closer()
        # A closing brace is missing, and this one is at the indentation of an outer block: the
        # inner one was left open.
        if is_first and self._surplus > 0 and len(braces) > 1 and self._indent < braces[-1]:
            self._insert_closer()
            self._close_brace(token, is_first)
        else:
            self._pair(token)

    def _pair(self, token: Token) -> None:
        self._open.pop()
        self._result.tokens.append(token)

    def _insert_closer(self) -> None:
        """Close the innermost open bracket after the last word, and report that it was open."""
        opening = self._open.pop().token
        result = self._result
        # Before the separators: the label belongs to the end of the line, not to the next one.
        after = next(
            i for i in range(len(result.tokens), 0, -1) if result.tokens[i - 1].type != "_SEP"
        )
        end = result.tokens[after - 1].end_pos or 0
        closer = PAIRS[opening.type]
        result.tokens.insert(after, Token(closer, _TEXTS[closer], end, end_pos=end))
        self._surplus -= closer == "RBRACE"
        self._blame(opening)
        place = Label(Span(self._source, end, end), f"expected `{_TEXTS[closer]}`")
        message = f"this `{opening}` is never closed"
        result.mistakes.append(error("syntax", message, self._span(opening), also=[place]))

    def _replace(self, token: Token) -> None:
        opening = self._open[-1].token
        closer = PAIRS[opening.type]
        self._blame(token)
        opened = Label(self._span(opening), "opened here")
        message = f"`{token}` cannot close `{opening}`"
        label = f"expected `{_TEXTS[closer]}`"
        mistake = error("syntax", message, self._span(token), label, also=[opened])
        self._result.mistakes.append(mistake)
        self._pair(Token.new_borrow_pos(closer, _TEXTS[closer], token))

    def _drop(self, token: Token) -> None:
        self._surplus += token.type == "RBRACE"
        self._blame(token)
        mistake = error("syntax", f"this `{token}` closes nothing", self._span(token))
        # A stray brace is reported only if nothing else is wrong: see `Repaired`.
        is_brace = token.type == "RBRACE"
        (self._result.strays if is_brace else self._result.mistakes).append(mistake)

    def _blame(self, token: Token) -> None:
        self._result.blamed.append(token.start_pos or 0)

    def _span(self, token: Token) -> Span:
        start = token.start_pos or 0
        return Span(self._source, start, start + len(token))
