"""What every part of the builder makes nodes with."""

from __future__ import annotations

from typing import Any, TypeVar

from lark import Token

from archdsl import limits
from archdsl.source import Span
from archdsl.syntax import tree
from archdsl.syntax.literals import unknown_escapes, unquoted
from archdsl.syntax.margin import Margin

N = TypeVar("N", bound=tree.Node)
Child = Any


class Group(tree.Node):
    """Several things between brackets, on their way into the node they belong to."""

    items: tuple[Any, ...]


def nodes(children: list[Child]) -> list[Any]:
    return [child for child in children if isinstance(child, tree.Node)]


def names(children: list[Child]) -> list[str]:
    return [str(child) for child in children if isinstance(child, Token) and child.type == "NAME"]


def has(children: list[Child], token_type: str) -> bool:
    return any(isinstance(child, Token) and child.type == token_type for child in children)


class Maker:
    """Makes nodes and tells mistakes, each with its place."""

    def __init__(self, margin: Margin) -> None:
        super().__init__()
        self._margin = margin

    def _tell(self, code: str, message: str, span: Span, help: str | None = None) -> None:
        self._margin.tell(message, span, help, code=code)

    def _unquoted(self, token: Token) -> str:
        for offset, escape in unknown_escapes(token):
            start = (token.start_pos or 0) + offset
            span = Span(self._margin.source, start, start + len(escape))
            help = 'a text knows `\\"`, `\\\\`, `\\n` and `\\t`'
            self._tell("syntax", f"unknown escape `{escape}`", span, help)
        return unquoted(token)

    def _span(self, children: list[Child]) -> Span:
        first, last = children[0], children[-1]
        start = (first.start_pos or 0) if isinstance(first, Token) else first.span.start
        end = (last.end_pos or 0) if isinstance(last, Token) else last.span.end
        return Span(self._margin.source, start, end)

    def _make(self, kind: type[N], children: list[Child], *values: object) -> N:
        span = self._span(children)
        depth = 1
        for child in children:
            if isinstance(child, tree.Node) and child.depth >= depth:
                depth = child.depth + 1
        if depth == limits.NESTING + 1:  # once: what stands around it is deeper still
            message = f"nested more than {limits.NESTING} levels deep"
            self._tell("nesting", message, span)
        return kind(*values, span=span, depth=depth)
