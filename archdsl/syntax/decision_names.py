"""Names of decisions, which are no expressions: `choose(stage1.row0.block = t3_s3)`.

They stand before `=`, among the arguments of a transform or of a command. Each becomes one token,
as the name of any other argument is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lark import Token

from archdsl.syntax.separators import CLOSE, OPEN
from archdsl.syntax.tokens import join, touches

_PATH = re.compile(r"\w+(\.\w+)+")


def decision_names(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens of a derivation; names of decisions in its transforms are one token each."""
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
        depth += (token.type in OPEN) - (token.type in CLOSE)
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
