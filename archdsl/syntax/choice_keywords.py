"""The words of choices, which are keywords only where the grammar has room for them.

`each` stands before what it belongs to, `of` after an amount, `by` in a range of options, `require`
at the head of a statement and `search` at that of a definition. A spec can use all five as names.
So can it `x`: `each x 3` is a shape, and `for each x in xs` is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lark import Token

from archdsl.syntax.separators import OPERAND
from archdsl.syntax.tokens import Ahead, join, retype, touches

_OPEN = {"LPAR", "LSQB", "LBRACE", "LCHOICE"}
_CLOSE = {"RPAR", "RSQB", "RBRACE", "RCHOICE"}
_BEFORE_STATEMENT = {"", "_SEP", "LBRACE"}
_VALUES = {"NUMBER", "NAME", "LPAR", "LCHOICE", "MINUS", "NOT", "CONSTANT", "NONE", "IN", "CELL"}
_HEAD = {"NAME", "LPAR", "LBRACE"}
_SIGN = re.compile(r"(x[0-9]+)*(x|x[0-9]+)")
_SIZES = {"NUMBER", "NAME", "LPAR", "LCHOICE"}
_WORDS = {"each", "of", "by", "require", "search"}


def choice_keywords(stream: Iterable[Token]) -> Iterator[Token]:
    """The tokens with the words of choices under types of their own."""
    tokens = Ahead(stream)
    brackets: list[str] = []
    previous, in_claim = "", False
    for token in tokens:
        kind = token.type
        if kind == "NAME" and token in _WORDS and not in_claim:
            innermost = brackets[-1] if brackets else ""
            kind = _kind(token, previous, innermost, tokens)
            token = retype(kind, token)
        elif kind in _OPEN:
            brackets.append(kind)
        elif kind in _CLOSE and brackets:
            brackets.pop()
        # A claim states figures and labels, and has no choices.
        in_claim = kind == "CLAIM" or (in_claim and kind != "RBRACE")
        previous = kind
        yield token


def _kind(word: Token, previous: str, innermost: str, following: Ahead) -> str:
    """The type of one of the words, by the token before and by those that follow."""
    if previous in OPERAND and word == "of" and following.types(1) == ["LCHOICE"]:
        return "OF"
    if previous in OPERAND and word == "by" and innermost == "LCHOICE":
        return "BY"
    if word == "each" and _is_each(previous, following):
        return "EACH"
    (after,) = following.types(1)
    begins = previous in _BEFORE_STATEMENT
    if word == "require" and begins and (after in _VALUES or following.next() == "each"):
        return "REQUIRE"
    if word == "search" and begins and not innermost and after in _HEAD:
        return "SEARCH"
    return "NAME"


def _is_each(previous: str, following: Ahead) -> bool:
    """Whether `each` stands before a choice, a name or a call that it can belong to."""
    after = following.next()
    if after is None or after.type in ("LCHOICE", "NUMBER"):
        return after is not None
    if after.type == "AT_MOST":
        return following.types(4)[2:] == ["NAME", "LCHOICE"]  # the name is `of`
    if after.type != "NAME":
        return False
    is_sign = _SIGN.fullmatch(after) and following.types(2)[1] in _SIZES
    return previous in ("FOR", "INSERT") or not is_sign


_PATH = re.compile(r"\w+(\.\w+)+")


def decision_names(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens of a derivation; names of decisions in its transforms are one token each.

    `choose(stage1.row0.block = t3_s3)` names a decision, which is no expression.
    """
    depth, previous, is_added = 0, "", False
    path: list[Token] = []
    for token in tokens:
        if path and _goes_on(path, token):
            path.append(token)
            continue
        yield from _named(path, token)
        path = []
        is_added = is_added or (token.type == "PLUS" and depth == 0)
        begins = is_added and depth == 1 and previous in ("LPAR", "COMMA")
        depth += (token.type in _OPEN) - (token.type in _CLOSE)
        previous = token.type
        if begins and token.isidentifier():
            path = [token]
        else:
            yield token
    yield from path


def leading_decision(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens of an argument; the name of a decision before its `=` is one token."""
    path: list[Token] = []
    rest = iter(tokens)
    for token in rest:
        if path and not _goes_on(path, token):
            yield from _named(path, token)
            yield token
            break
        path.append(token)
    else:
        yield from path
    yield from rest


def _goes_on(path: list[Token], token: Token) -> bool:
    is_piece = token.type in ("DOT", "NUMBER") or token.isidentifier()
    return is_piece and touches(path[-1], token)


def _named(path: list[Token], after: Token) -> list[Token]:
    """The pieces of a path as one token, where they are a name before `=`."""
    is_name = after.type == "EQUAL" and _PATH.fullmatch("".join(path))
    return [join(path, "NAME")] if is_name else path
