"""How nodes are made as rules are reduced, and the rules of expressions and statements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

from lark import Token

from archdsl import limits
from archdsl.source import Span
from archdsl.syntax import tree
from archdsl.syntax.lexemes import Margin, parse_number, unknown_escapes, unquoted

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


Action: TypeAlias = Callable[[Maker, list[Child]], tree.Node]
"""How a rule is made from what it holds; of a class of rules, a method."""


def made_of(kind: type[tree.Node], *places: int) -> Action:
    """A node of what stands at some places of its rule."""

    def action(maker: Maker, children: list[Child]) -> tree.Node:
        found = [children[place] for place in places]
        return maker._make(kind, children, *(str(c) if isinstance(c, Token) else c for c in found))

    return action


def made_of_all(kind: type[tree.Node]) -> Action:
    """A node of all the nodes below it."""
    return lambda maker, children: maker._make(kind, children, tuple(nodes(children)))


class Expressions(Maker):
    conditional = made_of(tree.Conditional, 0, 2, 4)
    binary = made_of(tree.Binary, 1, 0, 2)
    unary = made_of(tree.Unary, 0, 1)
    dimensions = made_of_all(tree.Shape)
    at_most = made_of(tree.AtMost, 1)
    repeat = made_of(tree.Repeat, 0, 2)
    attribute = made_of(tree.Attribute, 0, 2)
    index = made_of(tree.Index, 0, 2)
    tuple_ = made_of_all(tree.Tuple)
    name = made_of(tree.Name, 0)

    def chain(self, children: list[Child]) -> tree.Chain:
        first, *steps = nodes(children)
        return self._make(tree.Chain, children, first, tuple(steps))

    def group(self, children: list[Child]) -> tree.Node:
        inner: tree.Node = children[1]
        return replace(inner, span=self._span(children))

    def call(self, children: list[Child]) -> tree.Call:
        function, *arguments = nodes(children)
        return self._make(tree.Call, children, function, tuple(arguments))

    def argument(self, children: list[Child]) -> tree.Argument:
        name = str(children[0]) if has(children, "EQUAL") else None
        return self._make(tree.Argument, children, name, children[-1])

    def constant(self, children: list[Child]) -> tree.Constant:
        value = {"true": True, "false": False, "none": None}[str(children[0])]
        return self._make(tree.Constant, children, value)

    def number(self, children: list[Child]) -> tree.Number:
        text = str(children[0])
        value = parse_number(text)
        if value is None:
            message = f"a number of more than {limits.DIGITS} digits"
            self._tell("number", message, self._span(children))
        return self._make(tree.Number, children, text, value or 0)


class Statements(Maker):
    body = header = made_of_all(Group)
    input = made_of(tree.Input, 1, 3)
    initialise = made_of(tree.Initialise, 1, 3)
    apply = made_of(tree.Apply, 0)
    return_ = made_of_all(tree.Return)
    keyword = made_of(tree.Argument, 0, 2)
    rule = made_of(tree.Rule)
    row = made_of_all(tree.Row)

    def assign(self, children: list[Child]) -> tree.Assign:
        targets, _, value = children
        return self._make(tree.Assign, children, targets.items, value)

    def names(self, children: list[Child]) -> Group:
        return self._make(Group, children, tuple(names(children)))

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

    def dash(self, children: list[Child]) -> tree.Dash:
        # An empty cell has no token, hence no place of its own; its row gives it one.
        if not children:
            return tree.Dash(span=Span(self._margin.source, 0, 0))
        return self._make(tree.Dash, children)
