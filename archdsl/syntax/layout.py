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
from archdsl.syntax.soft_keywords import soft_keywords

_OPEN = {"LPAR", "LSQB", "LBRACE"}
_CLOSE = {"RPAR", "RSQB", "RBRACE"}
_PARTS = {"COMMA", "VBAR"}
_CONTINUES = {"RBRACE", "ARROW", "PLUS", "ELSE"}
_BEGINS_ITEM = {"LBRACE", "_SEP", "DISPUTED"}
_WITH_ITEMS = {"CLAIM", "RECIPE"}
_PREFIX = {"MINUS", "NOT"}
_OPERAND = {"NUMBER", "NAME", "CONSTANT", "NONE", "RPAR", "RSQB", "IN", "CELL"}
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
    """The tokens as the grammar takes them."""
    return _dimensions(soft_keywords(_separated(stream)))


def _separated(stream: Iterable[Token]) -> Iterator[Token]:
    """Drops separators in parentheses, beside braces, before `->` and `+`; joins repeated ones."""
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
        elses[-1] = 0 if kind in _PARTS else elses[-1] + (kind == "ELSE")
        signs = signs + 1 if kind in _PREFIX else 0
        if max(len(open_brackets), signs, elses[-1]) > limits.NESTING:
            raise TooDeep(token)
        previous = kind
        yield token


def _dimensions(stream: Iterable[Token]) -> Iterator[Token]:
    """A name `x` after an operand parts two dimensions, and so does each in `x13x160`."""
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
    """Each token, and whether it ends an operand: not `in`, `cell` or a metric before a name.

    `for i in x`, `cell x {}`, in a claim `path x` and in a recipe `crop x` are of things that are
    called `x`. Outside of braces, `for` says which network a recipe is for.
    """
    previous, depth = "", 0
    in_loop = in_items = False
    for token in stream:
        kind = token.type
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
    """`x160` as `x` and `160`, each in its place."""
    offset, line, column = token.start_pos or 0, token.line or 0, token.column or 0
    for part in re.finditer("x|[0-9]+", token):
        kind = "_BY" if part[0] == "x" else "NUMBER"
        places = (part.start() + column, line, part.end() + column, part.end() + offset)
        yield Token(kind, part[0], part.start() + offset, line, *places)
