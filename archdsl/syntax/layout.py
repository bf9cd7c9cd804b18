"""What a token means by where it stands: separators, and `x` between dimensions.

Runs between lexer and parser, so that the grammar stays free of both questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lark import Token

from archdsl import limits
from archdsl.diagnostics import Diagnostic, error
from archdsl.source import Source, Span

_OPEN = {"LPAR", "LSQB", "LBRACE"}
_CLOSE = {"RPAR", "RSQB", "RBRACE"}
_PARTS = {"COMMA", "VBAR"}
_CONTINUES = {"RBRACE", "ARROW", "ELSE"}
_PREFIX = {"MINUS", "NOT"}
_OPERAND = {"NUMBER", "NAME", "CONSTANT", "NONE", "RPAR", "RSQB", "IN"}
_DIMENSIONS = re.compile(r"(x[0-9]+)*(x|x[0-9]+)")


class TooDeep(Exception):
    """Brackets or signs are nested deeper than the compiler follows."""

    def __init__(self, token: Token) -> None:
        super().__init__()
        self.token = token

    def told(self, source: Source) -> Diagnostic:
        start = self.token.start_pos or 0
        message = f"nested more than {limits.NESTING} levels deep"
        return error("nesting", message, Span(source, start, start + len(self.token)))


def arrange(stream: Iterable[Token]) -> Iterator[Token]:
    """Drops separators inside parentheses, beside braces and before `->`; joins repeated ones."""
    open_brackets: list[str] = []
    pending: Token | None = None
    previous, signs = "LBRACE", 0
    elses = [0]
    for token in _dimensions(stream):
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
        elses[-1] = 0 if kind in _PARTS else elses[-1] + (kind == "ELSE")
        signs = signs + 1 if kind in _PREFIX else 0
        if max(len(open_brackets), signs, elses[-1]) > limits.NESTING:
            raise TooDeep(token)
        previous = kind
        yield token


def _dimensions(stream: Iterable[Token]) -> Iterator[Token]:
    """A name `x` after an operand parts two dimensions, and so does each in `x13x160`."""
    previous, in_loop = "", False
    for token in stream:
        if token.type == "FOR":
            in_loop = True
        elif token.type == "IN" and in_loop:
            # This `in` is no operand: `for i in x` goes through a value named `x`.
            previous, in_loop = "FOR", False
            yield token
            continue
        if token.type == "NAME" and previous in _OPERAND and _DIMENSIONS.fullmatch(token):
            parts = list(_split(token))
            previous = parts[-1].type
            yield from parts
            continue
        previous = token.type
        yield token


def _split(token: Token) -> Iterator[Token]:
    """`x160` as `x` and `160`, each in its place."""
    offset, line, column = token.start_pos or 0, token.line or 0, token.column or 0
    for part in re.finditer("x|[0-9]+", token):
        kind = "_BY" if part[0] == "x" else "NUMBER"
        places = (part.start() + column, line, part.end() + column, part.end() + offset)
        yield Token(kind, part[0], part.start() + offset, line, *places)
