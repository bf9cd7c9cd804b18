"""How nodes are made as rules are reduced, and the rules of expressions and statements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from lark import Token

from archdsl import limits
from archdsl.source import Span
from archdsl.syntax import tree
from archdsl.syntax.lexemes import Margin, exact, unknown_escapes, unquoted

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

    def _several(self, children: list[Child]) -> Group:
        return self._make(Group, children, tuple(nodes(children)))


class Expressions(Maker):
    def conditional(self, children: list[Child]) -> tree.Conditional:
        return self._make(tree.Conditional, children, *nodes(children))

    def chain(self, children: list[Child]) -> tree.Chain:
        first, *steps = nodes(children)
        return self._make(tree.Chain, children, first, tuple(steps))

    def binary(self, children: list[Child]) -> tree.Binary:
        left, operator, right = children
        return self._make(tree.Binary, children, str(operator), left, right)

    def unary(self, children: list[Child]) -> tree.Unary:
        operator, operand = children
        return self._make(tree.Unary, children, str(operator), operand)

    def dimensions(self, children: list[Child]) -> tree.Shape:
        return self._make(tree.Shape, children, tuple(nodes(children)))

    def at_most(self, children: list[Child]) -> tree.AtMost:
        return self._make(tree.AtMost, children, children[1])

    def repeat(self, children: list[Child]) -> tree.Repeat:
        return self._make(tree.Repeat, children, children[0], children[2])

    def attribute(self, children: list[Child]) -> tree.Attribute:
        return self._make(tree.Attribute, children, children[0], str(children[2]))

    def index(self, children: list[Child]) -> tree.Index:
        return self._make(tree.Index, children, children[0], children[2])

    def group(self, children: list[Child]) -> tree.Node:
        inner: tree.Node = children[1]
        return replace(inner, span=self._span(children))

    def tuple_(self, children: list[Child]) -> tree.Tuple:
        return self._make(tree.Tuple, children, tuple(nodes(children)))

    def call(self, children: list[Child]) -> tree.Call:
        function, *arguments = nodes(children)
        return self._make(tree.Call, children, function, tuple(arguments))

    def argument(self, children: list[Child]) -> tree.Argument:
        name = str(children[0]) if has(children, "EQUAL") else None
        return self._make(tree.Argument, children, name, children[-1])

    def name(self, children: list[Child]) -> tree.Name:
        return self._make(tree.Name, children, str(children[0]))

    def constant(self, children: list[Child]) -> tree.Constant:
        value = {"true": True, "false": False, "none": None}[str(children[0])]
        return self._make(tree.Constant, children, value)

    def number(self, children: list[Child]) -> tree.Number:
        text = str(children[0])
        value = exact(text)
        if value is None:
            message = f"a number of more than {limits.DIGITS} digits"
            self._tell("number", message, self._span(children))
        return self._make(tree.Number, children, text, value or 0)


class Statements(Maker):
    body = header = Maker._several

    def input(self, children: list[Child]) -> tree.Input:
        return self._make(tree.Input, children, str(children[1]), children[3])

    def initialise(self, children: list[Child]) -> tree.Initialise:
        return self._make(tree.Initialise, children, str(children[1]), children[3])

    def assign(self, children: list[Child]) -> tree.Assign:
        targets, _, value = children
        return self._make(tree.Assign, children, targets.items, value)

    def names(self, children: list[Child]) -> Group:
        return self._make(Group, children, tuple(names(children)))

    def apply(self, children: list[Child]) -> tree.Apply:
        return self._make(tree.Apply, children, children[0])

    def return_(self, children: list[Child]) -> tree.Return:
        return self._make(tree.Return, children, tuple(nodes(children)))

    def if_(self, children: list[Child]) -> tree.If:
        test, body, *otherwise = nodes(children)
        last = otherwise[0] if otherwise else None
        items = last.items if isinstance(last, Group) else (last,) if last else ()
        return self._make(tree.If, children, test, body.items, items)

    def for_(self, children: list[Child]) -> tree.For:
        targets, values, body = nodes(children)
        return self._make(tree.For, children, targets.items, values, body.items)

    def table(self, children: list[Child]) -> tree.Table:
        below = nodes(children)
        bindings = tuple(node for node in below if isinstance(node, tree.Argument))
        header, *rows = below[len(bindings) :]
        return self._make(tree.Table, children, bindings, header.items, tuple(rows))

    def keyword(self, children: list[Child]) -> tree.Argument:
        return self._make(tree.Argument, children, str(children[0]), children[2])

    def rule(self, children: list[Child]) -> tree.Rule:
        return self._make(tree.Rule, children)

    def row(self, children: list[Child]) -> tree.Row:
        return self._make(tree.Row, children, tuple(nodes(children)))

    def dash(self, children: list[Child]) -> tree.Dash:
        # An empty cell has no token, hence no place of its own; its row gives it one.
        if not children:
            return tree.Dash(span=Span(self._margin.source, 0, 0))
        return self._make(tree.Dash, children)
