"""Tokens whose type depends on their context: separators, soft keywords, `x` between dimensions.

This runs between lexer and parser, so that the grammar needs no rules for it. Everything here is a
generator over tokens, so that a text streams from lexer to parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lark import Token

from archdsl.syntax.choice_keywords import choice_keywords
from archdsl.syntax.separators import OPERAND, drop_separators
from archdsl.syntax.soft_keywords import BEGINS_ITEM, soft_keywords

_WITH_ITEMS = {"CLAIM", "RECIPE", "SEARCH"}
_DIMENSIONS = re.compile(r"(x[0-9]+)*(x|x[0-9]+)")

SPELLING = {
    "INSERT": "insert",
    "AFTER": "after",
    "ON": "on",
    "INTEGERS": "integers",
    "BELOW": "below",
    "EACH": "each",
    "OF": "of",
    "BY": "by",
    "REQUIRE": "require",
    "SEARCH": "search",
    "LCHOICE": "{",
    "RCHOICE": "}",
}
"""How the tokens are written that only these passes make."""


def arrange(stream: Iterable[Token]) -> Iterator[Token]:
    """The tokens as the grammar expects them.

    Raises:
        TooDeep: they are nested deeper than a spec may be.
    """
    return _dimensions(choice_keywords(soft_keywords(drop_separators(stream))))


def _dimensions(stream: Iterable[Token]) -> Iterator[Token]:
    """Turn a name `x` after an operand into the sign between two dimensions.

    `3 x13x160` is lexed as a number and the name `x13x160`, which is split into its signs and
    numbers. After anything else, `x` is a name: blocks call their input so.
    """
    after_operand = False
    for token, is_operand in _operands(stream):
        if after_operand and token.type == "NAME" and _DIMENSIONS.fullmatch(token):
            parts = list(_split(token))
            after_operand = parts[-1].type == "NUMBER"
            yield from parts
        else:
            after_operand = is_operand
            yield token


def _operands(stream: Iterable[Token]) -> Iterator[tuple[Token, bool]]:
    """Each token, and whether it ends an operand, after which `x` separates dimensions.

    `in`, `cell` and the name of a claimed item or setting end none where a name follows: in
    `for i in x`, `cell x {}`, `path x` in a claim and `crop x` in a recipe, `x` is a name. A `for`
    outside of braces belongs to a recipe (`recipe a for b`) and has no `in`.
    """
    previous, depth = "", 0
    in_loop = in_items = False
    for token in stream:
        kind = token.type
        # `path x` and `crop x`: the first name is that of an item, so `x` is a value.
        is_metric = in_items and kind == "NAME" and previous in BEGINS_ITEM
        is_cell = kind == "CELL" and depth == 0 and previous in ("", "_SEP")
        is_loop = in_loop and kind == "IN"
        yield token, kind in OPERAND and not (is_metric or is_cell or is_loop)
        in_loop = (kind == "FOR" and depth > 0) or (in_loop and kind != "IN")
        depth += (kind == "LBRACE") - (kind == "RBRACE")
        ends_items = kind == "RBRACE" or (kind == "_SEP" and depth == 0)
        in_items = kind in _WITH_ITEMS or (in_items and not ends_items)
        previous = kind


def _split(token: Token) -> Iterator[Token]:
    """`x160` as `x` and `160`, each with its own span."""
    offset, line, column = token.start_pos or 0, token.line or 0, token.column or 0
    for part in re.finditer("x|[0-9]+", token):
        kind = "_BY" if part[0] == "x" else "NUMBER"
        places = (part.start() + column, line, part.end() + column, part.end() + offset)
        yield Token(kind, part[0], part.start() + offset, line, *places)
