"""What a token means by where it stands: separators, and `x` between dimensions.

Runs between lexer and parser, so that the grammar stays free of both questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lark import Token

from archdsl import limits

_OPEN = {"LPAR", "LSQB", "LBRACE"}
_CLOSE = {"RPAR", "RSQB", "RBRACE"}
_CONTINUES = {"RBRACE", "__ARROW", "ELSE", "$END"}
_OPERAND = {"NUMBER", "NAME", "RPAR", "RSQB", "IN"}
_BY_SIZE = re.compile(r"x([0-9]+)$")


class TooDeep(Exception):
    """Brackets are nested deeper than the compiler follows."""

    def __init__(self, token: Token) -> None:
        super().__init__()
        self.token = token


class Layout:
    """Drops separators inside parentheses, beside braces and before `->`; joins repeated ones."""

    always_accept = ()

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        open_brackets: list[str] = []
        pending: Token | None = None
        previous = "LBRACE"
        for token in _dimensions(stream):
            if token.type == "_SEP":
                pending = pending or token
                continue
            inside_line = bool(open_brackets) and open_brackets[-1] != "LBRACE"
            if pending and not (previous == "LBRACE" or inside_line or token.type in _CONTINUES):
                yield pending
            pending = None
            if token.type in _OPEN:
                open_brackets.append(token.type)
            elif token.type in _CLOSE and open_brackets:
                open_brackets.pop()
            if len(open_brackets) > limits.NESTING:
                raise TooDeep(token)
            previous = token.type
            yield token


def _dimensions(stream: Iterator[Token]) -> Iterator[Token]:
    """A name `x` after an operand parts two dimensions, and so does that of `x160`."""
    previous = ""
    for token in stream:
        after_operand = token.type == "NAME" and previous in _OPERAND
        previous = token.type
        if not after_operand:
            yield token
        elif token == "x":
            previous = "_BY"
            yield Token.new_borrow_pos("_BY", token, token)
        elif size := _BY_SIZE.match(token):
            previous = "NUMBER"
            yield from _split(token, size[1])
        else:
            yield token


def _split(token: Token, size: str) -> Iterator[Token]:
    """`x160` as `x` and `160`, each in its place."""
    start, line, column = token.start_pos or 0, token.line or 0, token.column or 0
    yield Token("_BY", "x", start, line, column, line, column + 1, start + 1)
    yield Token("NUMBER", size, start + 1, line, column + 1, line, token.end_column, token.end_pos)
