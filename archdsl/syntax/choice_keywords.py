"""The words of choices, which are keywords only where the grammar has room for them.

`each` stands before what it belongs to, `of` after an amount, `by` in a range of options, `require`
at the head of a statement and `search` at that of a definition. A spec can use all five as names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lark import Token

from archdsl.syntax.separators import AMOUNT, CLOSE, OPEN, OPERAND
from archdsl.syntax.tokens import Ahead, retype

_WORDS = {"each", "of", "by", "require", "search"}
_BEFORE_STATEMENT = {"", "_SEP", "LBRACE"}
_BEFORE_ITEM = {*_BEFORE_STATEMENT, "DISPUTED"}
_AFTER_SEARCH = {"NAME", "LPAR", "LBRACE", "FOR"}
# A value can begin with one of these.
_VALUES = {"NUMBER", "NAME", "LPAR", "LCHOICE", "MINUS", "NOT", "CONSTANT", "NONE", "IN", "CELL"}
_SIZES = {*_VALUES, "AT_MOST"}
_SIGN = re.compile(r"(x[0-9]+)*(x|x[0-9]+)")


def choice_keywords(stream: Iterable[Token]) -> Iterator[Token]:
    """The tokens with the words of choices under types of their own."""
    following, before = Ahead(stream), _Before()
    for token in following:
        if token.type == "NAME" and token in _WORDS:
            token = retype(_kind(token, before, following), token)
        before.take(token)
        yield token


class _Before:
    """What stands before the next token.

    `is_value` says whether an operand has ended there, after which `x` is the sign of a shape.
    """

    def __init__(self) -> None:
        self.kind = ""
        self.is_value = False
        self.in_labels = False
        self._open: list[str] = []

    @property
    def bracket(self) -> str:
        """The innermost open bracket; empty outside of all."""
        return self._open[-1] if self._open else ""

    def take(self, token: Token) -> None:
        kind = token.type
        if kind in OPEN:
            self._open.append(kind)
        elif kind in CLOSE and self._open:
            self._open.pop()
        # `same each other` in a claim: labels can be any words.
        begins_labels = token == "same" and self.kind in _BEFORE_ITEM
        self.in_labels = kind == "NAME" and (begins_labels or self.in_labels)
        self.is_value = kind in OPERAND and not (self.is_value and token == "x")
        self.kind = kind


def _kind(word: Token, before: _Before, following: Ahead) -> str:
    """The type of one of the words."""
    if before.in_labels or before.kind == "DOT":
        return "NAME"
    if word == "of":
        return "OF" if before.kind in AMOUNT and following.kind() == "LCHOICE" else "NAME"
    if word == "by":
        return "BY" if before.is_value and before.bracket == "LCHOICE" else "NAME"
    if word == "each":
        return "EACH" if _is_each(before, following) else "NAME"
    begins = before.kind in _BEFORE_STATEMENT
    if word == "require":
        return "REQUIRE" if begins and following.kind() in _VALUES else "NAME"
    begins = begins and not before.bracket
    return "SEARCH" if begins and following.kind() in _AFTER_SEARCH else "NAME"


def _is_each(before: _Before, following: Ahead) -> bool:
    """Whether `each` stands before a choice, a name or a call that it can belong to."""
    after = following.peek()
    if after is None:
        return False
    if after.type in ("LCHOICE", "NUMBER"):
        return True
    if after.type in ("AT_MOST", "LPAR"):  # `each <= 2 of {a, b, c}`, or a comparison, or a call
        return _is_of(following, _value_end(following, int(after.type == "AT_MOST")))
    is_step = after == "by" and before.bracket == "LCHOICE" and following.kind(1) in _VALUES
    if after.type != "NAME" or is_step or _is_of(following, 0):
        return False
    if before.kind in ("FOR", "INSERT") or _is_of(following, 1) or not _SIGN.fullmatch(after):
        return True
    return after.endswith("x") and following.kind(1) not in _SIZES  # else `each x 3`, `each x3`


def _is_of(following: Ahead, place: int) -> bool:
    return following.peek(place) == "of" and following.kind(place + 1) == "LCHOICE"


def _value_end(following: Ahead, place: int) -> int:
    """The place after the value that begins at this one: a word, a number or parentheses."""
    depth = 0
    while kind := following.kind(place):
        depth += (kind in OPEN) - (kind in CLOSE)
        place += 1
        if depth <= 0:
            break
    return place
