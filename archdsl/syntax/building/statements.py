"""Statements and tables, as they are reduced."""

from __future__ import annotations

from archdsl.source import Span
from archdsl.syntax import tree
from archdsl.syntax.building.maker import Child, Group, Maker, names, nodes


class Statements(Maker):
    def body(self, children: list[Child]) -> Group:
        return self._make(Group, children, tuple(nodes(children)))

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

    def header(self, children: list[Child]) -> Group:
        return self._make(Group, children, tuple(nodes(children)))

    def rule(self, children: list[Child]) -> tree.Rule:
        return self._make(tree.Rule, children)

    def row(self, children: list[Child]) -> tree.Row:
        return self._make(tree.Row, children, tuple(nodes(children)))

    def dash(self, children: list[Child]) -> tree.Dash:
        # An empty cell has no token, hence no place of its own; its row gives it one.
        if not children:
            return tree.Dash(span=Span(self._margin.source, 0, 0))
        return self._make(tree.Dash, children)
