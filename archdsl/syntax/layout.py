"""Tokens whose type depends on their context: separators, `x` between dimensions, soft keywords.

This runs between lexer and parser, so that the grammar needs no rules for it. A soft keyword is a
word that a spec may also use as a name. In a derivation these are `insert` and `after`, and places
follow: labels that are no expressions, such as `mixed_4*` and `res4.0..res4.5`. In a claim they
are `on` after a number, and `same`, which is followed by labels. After the shape of an input they
are `integers` and `below`.

Everything here is a generator over tokens, so that a text streams from lexer to parser.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator

from lark import Token

from archdsl import limits
from archdsl.diagnostics import Diagnostic, error
from archdsl.source import Source, Span

_OPEN = {"LPAR", "LSQB", "LBRACE"}
_CLOSE = {"RPAR", "RSQB", "RBRACE"}
_PARTS = {"COMMA", "VBAR"}
# A line that begins with one of these continues the statement before it.
_CONTINUES = {"RBRACE", "ARROW", "PLUS", "ELSE"}
# The name of a claimed item or a setting follows one of these.
_BEGINS_ITEM = {"LBRACE", "_SEP", "DISPUTED"}
_WITH_ITEMS = {"CLAIM", "RECIPE"}
_PREFIX = {"MINUS", "NOT"}
# An operand can end with one of these. `in` and `cell` are names of values, too.
_OPERAND = {"NUMBER", "NAME", "CONSTANT", "NONE", "RPAR", "RSQB", "IN", "CELL"}
_DIMENSIONS = re.compile(r"(x[0-9]+)*(x|x[0-9]+)")

SPELLING = {
    "INSERT": "insert",
    "AFTER": "after",
    "ON": "on",
    "INTEGERS": "integers",
    "BELOW": "below",
}
_PIECES = {"NUMBER", "DOT", "RANGE", "TIMES"}
_DERIVED = {"BLOCK", "NETWORK"}
_BRACKETS = {"LPAR": 1, "RPAR": -1}
_ENDS_CLAIMED = {"_SEP", "RBRACE", "TEXT"}
_ENDS_PLACES = {"COMMA", "PLUS", "RPAR"}


class TooDeep(Exception):
    """Brackets, signs or `else` are nested deeper than `limits.NESTING`.

    The parser needs no recursion for them, but everything that follows it does.
    """

    def __init__(self, token: Token) -> None:
        super().__init__()
        self.token = token

    def diagnostic(self, source: Source) -> Diagnostic:
        start = self.token.start_pos or 0
        message = f"nested more than {limits.NESTING} levels deep"
        return error("nesting", message, Span(source, start, start + len(self.token)))


def arrange(stream: Iterable[Token]) -> Iterator[Token]:
    """The tokens as the grammar expects them.

    Raises:
        TooDeep: they are nested deeper than a spec may be.
    """
    return _dimensions(_soft_keywords(_drop_separators(stream)))


def _drop_separators(stream: Iterable[Token]) -> Iterator[Token]:
    """Drop separators in parentheses, next to braces, before `->` and `+`; join repeated ones.

    Chained conditionals (`a if b else c if d else ...`) nest without a bracket, so `elses` counts
    them for each open bracket.
    """
    open_brackets: list[str] = []
    pending: Token | None = None
    previous, signs = "LBRACE", 0
    elses = [0]
    for token in stream:
        kind = token.type
        if kind == "_SEP":
            pending = pending or token
            continue
        if pending:
            inside_line = bool(open_brackets) and open_brackets[-1] != "LBRACE"
            if not (previous == "LBRACE" or inside_line or kind in _CONTINUES):
                elses[-1] = 0
                yield pending
            pending = None
        if kind in _OPEN:
            open_brackets.append(kind)
            elses.append(0)
        elif kind in _CLOSE and open_brackets:
            open_brackets.pop()
            elses.pop()
        # Each argument and each cell of a table is an expression of its own.
        elses[-1] = 0 if kind in _PARTS else elses[-1] + (kind == "ELSE")
        signs = signs + 1 if kind in _PREFIX else 0
        if max(len(open_brackets), signs, elses[-1]) > limits.NESTING:
            raise TooDeep(token)
        previous = kind
        yield token


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
        is_metric = in_items and kind == "NAME" and previous in _BEGINS_ITEM
        is_cell = kind == "CELL" and depth == 0 and previous in ("", "_SEP")
        is_loop = in_loop and kind == "IN"
        yield token, kind in _OPERAND and not (is_metric or is_cell or is_loop)
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


def _soft_keywords(stream: Iterable[Token]) -> Iterator[Token]:
    """The tokens with soft keywords and places under types of their own."""
    tokens = iter(stream)
    earlier, previous, in_claim = "", "", False
    in_input = after_size = False
    for token in tokens:
        in_input = token.type == "INPUT" or (in_input and token.type != "_SEP")
        if token == "on" and previous == "NUMBER":
            token = _retype("ON", token)
        elif token == "integers" and in_input and after_size:
            token = _retype("INTEGERS", token)
        elif token == "below" and previous == "INTEGERS":
            token = _retype("BELOW", token)
        yield token
        # An `x` after a size is the sign before the next one.
        after_size = token.type in _OPERAND and not (after_size and token == "x")
        in_claim = token.type == "CLAIM" or (in_claim and token.type != "RBRACE")
        if in_claim and token == "same" and previous in _BEGINS_ITEM:
            # `same` is followed by labels up to the end of the item, which are taken from this
            # iterator.
            previous = yield from _labels(tokens)
            in_claim = previous != "RBRACE"
            continue
        if token.type == "EQUAL" and previous == "NAME" and earlier in _DERIVED:
            # Both take tokens from this same iterator, so the loop goes on after the derivation.
            yield from _places(_derivation_keywords(tokens))
        earlier, previous = previous, token.type


def _labels(tokens: Iterator[Token]) -> Generator[Token, None, str]:
    """The labels after `same` in a claim, each as one token, also `res3.1`.

    Returns the type of the token that ends them.
    """
    label: list[Token] = []
    for token in tokens:
        is_piece = token.type in ("NAME", "NUMBER", "DOT")
        if label and not (is_piece and label[-1].end_pos == token.start_pos):
            yield _join(label, label[0].type)
            label = []
        if is_piece:
            label.append(token)
            continue
        yield token
        if token.type in _ENDS_CLAIMED:
            return token.type
    return ""


def _derivation_keywords(tokens: Iterator[Token]) -> Iterator[Token]:
    """The rest of a derivation, up to its separator, with its soft keywords."""
    previous, depth = "", 0
    for token in tokens:
        if token == "insert" and previous == "PLUS" and depth == 0:
            token = _retype("INSERT", token)
        elif token == "after" and previous in ("NAME", "RPAR"):
            token = _retype("AFTER", token)
        depth += _BRACKETS.get(token.type, 0)
        previous = token.type
        yield token
        if previous == "_SEP":
            return


def _places(tokens: Iterator[Token]) -> Iterator[Token]:
    """The tokens of a derivation. After `after`, tokens without a blank between them are joined."""
    place: list[Token] = []
    for token, is_piece in _pieces(tokens):
        if place and not (is_piece and place[-1].end_pos == token.start_pos):
            yield _join(place, "PLACE")
            place = []
        if is_piece:
            place.append(token)
        else:
            yield token
    if place:
        yield _join(place, "PLACE")


def _pieces(tokens: Iterator[Token]) -> Iterator[tuple[Token, bool]]:
    """Each token, and whether it is a part of a place."""
    is_place, depth = False, 0
    for token in tokens:
        if token.type == "AFTER":
            is_place, depth = True, 0
            yield token, False
            continue
        depth += _BRACKETS.get(token.type, 0)
        is_place = is_place and (depth > 0 or token.type not in _ENDS_PLACES)
        # Any word can be a part of a label, also a keyword: `block.in`.
        yield token, is_place and (token.type in _PIECES or token.isidentifier())


def _join(pieces: list[Token], kind: str) -> Token:
    first, last = pieces[0], pieces[-1]
    end = (last.end_line, last.end_column, last.end_pos)
    return Token(kind, "".join(pieces), first.start_pos, first.line, first.column, *end)


def _retype(kind: str, token: Token) -> Token:
    return Token.new_borrow_pos(kind, str(token), token)
