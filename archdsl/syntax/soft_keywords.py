"""Words that are keywords only where the grammar has room for them, and labels.

A spec can use these words as names elsewhere. In a derivation they are `insert` and `after`, and
places follow: labels that are no expressions, such as `mixed_4*` and `res4.0..res4.5`. A transform
names decisions, `choose(stage1.row0.block = t3_s3)`. In a claim the words are `on` after a number,
and `same`, which is followed by labels. After the shape of an input they are `integers` and
`below`. Those of choices are in `choice_keywords`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

from lark import Token

from archdsl.syntax.decision_names import decision_names
from archdsl.syntax.separators import OPERAND
from archdsl.syntax.tokens import Ahead, join, retype, touches

BEGINS_ITEM = {"LBRACE", "_SEP", "DISPUTED"}
"""The name of a claimed item or a setting follows one of these."""

_PIECES = {"NUMBER", "DOT", "RANGE", "TIMES"}
_DERIVED = {"BLOCK", "NETWORK"}
_BRACKETS = {"LPAR": 1, "RPAR": -1, "LCHOICE": 1, "RCHOICE": -1}
_ENDS_CLAIMED = {"_SEP", "RBRACE", "TEXT"}
_ENDS_PLACES = {"COMMA", "PLUS", "RPAR"}


def soft_keywords(stream: Iterable[Token]) -> Iterator[Token]:
    """The tokens with soft keywords and places under types of their own."""
    ahead = Ahead(stream)
    tokens = iter(ahead)
    earlier, previous, in_claim = "", "", False
    in_input = after_size = False
    for token in tokens:
        in_input = token.type == "INPUT" or (in_input and token.type != "_SEP")
        if token == "on" and previous == "NUMBER":
            token = retype("ON", token)
        elif token == "integers" and in_input and (after_size or ahead.peek() == "below"):
            token = retype("INTEGERS", token)
        elif token == "below" and previous == "INTEGERS":
            token = retype("BELOW", token)
        yield token
        # An `x` after a size is the sign before the next one.
        is_sign = after_size and token == "x"
        # What follows `each` is what it belongs to, unless it is the name of a size.
        after_size = token.type in OPERAND and not is_sign and token != "each"
        in_claim = token.type == "CLAIM" or (in_claim and token.type != "RBRACE")
        if in_claim and token == "same" and previous in BEGINS_ITEM:
            # `same` is followed by labels up to the end of the item, which are taken from this
            # iterator.
            previous = yield from _labels(tokens)
            in_claim = previous != "RBRACE"
            continue
        if token.type == "EQUAL" and previous == "NAME" and earlier in _DERIVED:
            # Both take tokens from this same iterator, so the loop goes on after the derivation.
            yield from _places(_derivation_keywords(decision_names(tokens)))
        earlier, previous = previous, token.type


def _labels(tokens: Iterator[Token]) -> Generator[Token, None, str]:
    """The labels after `same` in a claim, each as one token, also `res3.1`.

    Returns the type of the token that ends them.
    """
    label: list[Token] = []
    for token in tokens:
        is_piece = token.type in ("NAME", "NUMBER", "DOT")
        if label and not (is_piece and touches(label[-1], token)):
            yield join(label, label[0].type)
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
            token = retype("INSERT", token)
        elif token == "after" and previous in ("NAME", "RPAR"):
            token = retype("AFTER", token)
        depth += _BRACKETS.get(token.type, 0)
        previous = token.type
        yield token
        if previous == "_SEP":
            return


def _places(tokens: Iterator[Token]) -> Iterator[Token]:
    """The tokens of a derivation. After `after`, tokens without a blank between them are joined."""
    place: list[Token] = []
    for token, is_piece in _pieces(tokens):
        if place and not (is_piece and touches(place[-1], token)):
            yield join(place, "PLACE")
            place = []
        if is_piece:
            place.append(token)
        else:
            yield token
    if place:
        yield join(place, "PLACE")


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
