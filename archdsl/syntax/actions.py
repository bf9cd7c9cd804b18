"""Parser actions: what makes a node when a rule is reduced, for expressions and statements.

Lark calls an action with all children of its rule, bottom-up, while it parses. So no parse tree
is ever built: a text of a million tokens would need a second tree of that size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

from lark import Token

from archdsl import limits
from archdsl.diagnostics import Label
from archdsl.source import Span
from archdsl.syntax import tree
from archdsl.syntax.lexemes import Margin, parse_number, unknown_escapes, unquote

N = TypeVar("N", bound=tree.Node)
Child = Any


class Group(tree.Node):
    """Several nodes of one list, until the action of the rule around it takes them out.

    It never gets into a finished tree.
    """

    items: tuple[Any, ...]


def nodes(children: list[Child]) -> list[Any]:
    return [child for child in children if isinstance(child, tree.Node)]


def names(children: list[Child]) -> list[str]:
    return [str(child) for child in children if isinstance(child, Token) and child.type == "NAME"]


def has(children: list[Child], token_type: str) -> bool:
    return any(isinstance(child, Token) and child.type == token_type for child in children)


class Actions:
    """Base of the actions: they make nodes and report mistakes, each with its span."""

    def __init__(self, margin: Margin) -> None:
        super().__init__()
        self._margin = margin

    def _report(
        self,
        code: str,
        message: str,
        span: Span,
        help: str | None = None,
        also: Iterable[Label] = (),
    ) -> None:
        self._margin.report(message, span, help, code=code, also=also)

    def _unquote(self, token: Token) -> str:
        for offset, escape in unknown_escapes(token):
            start = (token.start_pos or 0) + offset
            span = Span(self._margin.source, start, start + len(escape))
            help = 'the escapes are `\\"`, `\\\\`, `\\n` and `\\t`'
            self._report("syntax", f"unknown escape `{escape}`", span, help)
        return unquote(token)

    def _span(self, children: list[Child]) -> Span:
        first, last = children[0], children[-1]
        # `or 0`: Lark types positions as optional, but its lexer always sets them.
        start = (first.start_pos or 0) if isinstance(first, Token) else first.span.start
        end = (last.end_pos or 0) if isinstance(last, Token) else last.span.end
        return Span(self._margin.source, start, end)

    def _make(self, kind: type[N], children: list[Child], *values: object) -> N:
        span = self._span(children)
        # Everything after the parser recurses over the tree, so its depth is bounded here, where
        # nothing recurses yet. A plain loop: this runs for every node of every text.
        depth = 1
        for child in children:
            if isinstance(child, tree.Node) and child.depth >= depth:
                depth = child.depth + 1
        if depth == limits.NESTING + 1:  # equality reports it once: the nodes around are deeper
            message = f"nested more than {limits.NESTING} levels deep"
            self._report("nesting", message, span)
        return kind(*values, span=span, depth=depth)


Action: TypeAlias = Callable[[Actions, list[Child]], tree.Node]
"""Makes the node of a rule from the rule's children. In a subclass of `Actions` it is a method."""


def node_of(kind: type[tree.Node], *places: int) -> Action:
    """An action whose node has, as its fields, the children at these places of the rule."""

    def action(actions: Actions, children: list[Child]) -> tree.Node:
        chosen = [children[place] for place in places]
        values = (str(c) if isinstance(c, Token) else c for c in chosen)
        return actions._make(kind, children, *values)

    return action


def node_of_all(kind: type[tree.Node]) -> Action:
    """An action whose node has one field: the tuple of all nodes among the children."""
    return lambda actions, children: actions._make(kind, children, tuple(nodes(children)))


class Expressions(Actions):
    """One action for each rule of expressions, under the name of the rule."""

    conditional = node_of(tree.Conditional, 0, 2, 4)
    binary = node_of(tree.Binary, 1, 0, 2)
    unary = node_of(tree.Unary, 0, 1)
    dimensions = node_of_all(tree.Shape)
    repeat = node_of(tree.Repeat, 0, 2)
    attribute = node_of(tree.Attribute, 0, 2)
    index = node_of(tree.Index, 0, 2)
    tuple_ = node_of_all(tree.Tuple)
    name = node_of(tree.Name, 0)

    def at_most(self, children: list[Child]) -> tree.AtMost | tree.Choice:
        bound = children[1]
        # `<= 2 of {a, b, c}` bounds how many options are taken, and `<=28` a size.
        if isinstance(bound, tree.Choice) and bound.amount is not None and not bound.at_most:
            return self._make(tree.Choice, children, bound.options, bound.amount, True)
        return self._make(tree.AtMost, children, bound)

    def chain(self, children: list[Child]) -> tree.Chain:
        first, *steps = nodes(children)
        return self._make(tree.Chain, children, first, tuple(steps))

    def group(self, children: list[Child]) -> tree.Node:
        # Parentheses make no node, so `(a)` equals `a`. Only the span includes them.
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
            message = f"this number has more than {limits.DIGITS} digits"
            self._report("number", message, self._span(children))
        elif text[0] == "0" and text[1:2].isdecimal():
            # Of `1,000` the comma makes two arguments, and the second one would be 0.
            help = f"write `{value}`, and thousands without a comma: `1000`"
            self._report("number", "a number must not begin with 0", self._span(children), help)
        # A number without a value was reported, so the tree is never used.
        return self._make(tree.Number, children, text, value or 0)


class Statements(Actions):
    """One action for each rule of statements, under the name of the rule."""

    body = header = node_of_all(Group)
    initialise = node_of(tree.Initialise, 1, 3)
    share = node_of(tree.Share, 1, 3)
    apply = node_of(tree.Apply, 0)
    return_ = node_of_all(tree.Return)
    keyword = node_of(tree.Argument, 0, 2)
    rule = node_of(tree.Rule)
    row = node_of_all(tree.Row)

    def input(self, children: list[Child]) -> tree.Input:
        name, (shape, *below) = str(children[1]), nodes(children)
        return self._make(tree.Input, children, name, shape, below[0] if below else None)

    def assign(self, children: list[Child]) -> tree.Assign:
        targets, _, value = children
        return self._make(tree.Assign, children, targets.items, value)

    def names(self, children: list[Child]) -> Group:
        return self._make(Group, children, tuple(names(children)))

    def if_(self, children: list[Child]) -> tree.If:
        test, body, *otherwise = nodes(children)
        last = otherwise[0] if otherwise else None
        # `else { ... }` is a group of statements, `else if` a single `if`.
        items = last.items if isinstance(last, Group) else (last,) if last else ()
        return self._make(tree.If, children, test, body.items, items)

    def for_(self, children: list[Child]) -> tree.For:
        targets, values, body = nodes(children)
        each = has(children, "EACH")
        return self._make(tree.For, children, targets.items, values, body.items, each)

    def require(self, children: list[Child]) -> tree.Require:
        why = self._unquote(children[-1]) if has(children, "TEXT") else None
        return self._make(tree.Require, children, children[1], why)

    def table(self, children: list[Child]) -> tree.Table:
        below = nodes(children)
        # The header is a group and lines are rows, so all arguments here are bindings.
        bindings = tuple(node for node in below if isinstance(node, tree.Argument))
        header, *rows = below[len(bindings) :]
        return self._make(tree.Table, children, bindings, header.items, tuple(rows))

    def dash(self, children: list[Child]) -> tree.Dash:
        # An empty cell has no token, and `_span` would have none to read a place from.
        if not children:
            return tree.Dash(span=Span(self._margin.source, 0, 0))
        return self._make(tree.Dash, children)
