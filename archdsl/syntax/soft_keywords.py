"""Soft keywords, which a spec may also use as names: what they mean by where they stand.

In a derivation these are `insert`, `after` and the places that follow it, whose labels are no
expressions: `mixed_4*`, `res4.0..res4.5`. In a claim it is `on`, behind a number, and `same`, which
labels follow.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

from lark import Token

SPELLING = {"INSERT": "insert", "AFTER": "after", "ON": "on"}
_PIECES = {"NUMBER", "DOT", "RANGE", "TIMES"}
_DERIVED = {"BLOCK", "NETWORK"}
_BRACKETS = {"LPAR": 1, "RPAR": -1}
_BEFORE_CLAIMED = {"LBRACE", "_SEP", "DISPUTED"}
_ENDS_CLAIMED = {"_SEP", "RBRACE", "TEXT"}
_ENDS_PLACES = {"COMMA", "PLUS", "RPAR"}


def soft_keywords(stream: Iterable[Token]) -> Iterator[Token]:
    """The tokens of separated lines, with each such word and place as a kind of its own."""
    tokens = iter(stream)
    earlier, previous, in_claim = "", "", False
    for token in tokens:
        yield _as("ON", token) if token == "on" and previous == "NUMBER" else token
        in_claim = token.type == "CLAIM" or (in_claim and token.type != "RBRACE")
        if in_claim and token == "same" and previous in _BEFORE_CLAIMED:
            previous = yield from _labels(tokens)
            in_claim = previous != "RBRACE"
            continue
        if token.type == "EQUAL" and previous == "NAME" and earlier in _DERIVED:
            yield from _places(_words(tokens))
        earlier, previous = previous, token.type


def _labels(tokens: Iterator[Token]) -> Generator[Token, None, str]:
    """What a claim says of labels, each of them a name, also `res3.1`; the kind of its end."""
    label: list[Token] = []
    for token in tokens:
        is_piece = token.type in ("NAME", "NUMBER", "DOT")
        if label and not (is_piece and label[-1].end_pos == token.start_pos):
            yield _joined(label, label[0].type)
            label = []
        if is_piece:
            label.append(token)
            continue
        yield token
        if token.type in _ENDS_CLAIMED:
            return token.type
    return ""


def _words(tokens: Iterator[Token]) -> Iterator[Token]:
    """The rest of a derivation, up to its separator, with its words."""
    previous, depth = "", 0
    for token in tokens:
        if token == "insert" and previous == "PLUS" and depth == 0:
            token = _as("INSERT", token)
        elif token == "after" and previous in ("NAME", "RPAR"):
            token = _as("AFTER", token)
        depth += _BRACKETS.get(token.type, 0)
        previous = token.type
        yield token
        if previous == "_SEP":
            return


def _places(tokens: Iterator[Token]) -> Iterator[Token]:
    """The tokens of a derivation; what touches where places stand becomes one."""
    place: list[Token] = []
    for token, is_piece in _pieces(tokens):
        if place and not (is_piece and place[-1].end_pos == token.start_pos):
            yield _joined(place, "PLACE")
            place = []
        if is_piece:
            place.append(token)
        else:
            yield token
    if place:
        yield _joined(place, "PLACE")


def _pieces(tokens: Iterator[Token]) -> Iterator[tuple[Token, bool]]:
    """Each token, and whether it is a piece of a place."""
    is_place, depth = False, 0
    for token in tokens:
        if token.type == "AFTER":
            is_place, depth = True, 0
            yield token, False
            continue
        depth += _BRACKETS.get(token.type, 0)
        is_place = is_place and (depth > 0 or token.type not in _ENDS_PLACES)
        yield token, is_place and (token.type in _PIECES or token.isidentifier())


def _joined(pieces: list[Token], kind: str) -> Token:
    first, last = pieces[0], pieces[-1]
    end = (last.end_line, last.end_column, last.end_pos)
    return Token(kind, "".join(pieces), first.start_pos, first.line, first.column, *end)


def _as(kind: str, token: Token) -> Token:
    return Token.new_borrow_pos(kind, str(token), token)
