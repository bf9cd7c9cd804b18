"""Definitions, as they are reduced."""

from __future__ import annotations

from archdsl.syntax import tree
from archdsl.syntax.building.maker import Child, Group, Maker, has, nodes
from archdsl.syntax.labels import mistaken


class Definitions(Maker):
    def block(self, children: list[Child]) -> tree.Block:
        name, parameters, body = children[1:]
        return self._make(tree.Block, children, str(name), parameters.items, body.items, None)

    def cell(self, children: list[Child]) -> tree.Cell:
        name, *parts = children[1:]
        *parameters, body = (part.items for part in parts)
        given = parameters[0] if parameters else ()
        return self._make(tree.Cell, children, str(name), given, body, None)

    def network(self, children: list[Child]) -> tree.Network:
        name, parameters, body = children[1:]
        return self._make(tree.Network, children, str(name), parameters.items, body.items, None)

    def derived(self, children: list[Child]) -> tree.Derived:
        kind, name = map(str, children[:2])
        base, *transforms = nodes(children)
        return self._make(tree.Derived, children, kind, name, base, tuple(transforms), None)

    def insert(self, children: list[Child]) -> tree.Insert:
        return self._make(tree.Insert, children, tuple(nodes(children)))

    def insertion(self, children: list[Child]) -> tree.Insertion:
        block, places = nodes(children)
        return self._make(tree.Insertion, children, block, places.items)

    def places(self, children: list[Child]) -> Group:
        return self._make(Group, children, tuple(nodes(children)))

    def place(self, children: list[Child]) -> tree.Place:
        text = str(children[0])
        first, *last = text.split("..")
        if mistake := mistaken(text):
            message, help = mistake
            self._tell("syntax", message, self._span(children), help)
        return self._make(tree.Place, children, first, last[0] if last else None)

    def parameters(self, children: list[Child]) -> Group:
        return self._make(Group, children, tuple(nodes(children)))

    def parameter(self, children: list[Child]) -> tree.Parameter:
        below = nodes(children)
        types = next((node.items for node in below if isinstance(node, Group)), ())
        default = below[-1] if has(children, "EQUAL") else None
        return self._make(tree.Parameter, children, str(children[0]), types, default)

    def types(self, children: list[Child]) -> Group:
        words = tuple(node.name for node in nodes(children))
        return self._make(Group, children, words)

    def type(self, children: list[Child]) -> tree.Name:
        return self._make(tree.Name, children, str(children[0]))
