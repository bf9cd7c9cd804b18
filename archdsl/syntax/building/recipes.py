"""Recipes, as they are reduced."""

from __future__ import annotations

from archdsl.syntax import tree
from archdsl.syntax.building.maker import Child, Group, Maker, nodes


class Recipes(Maker):
    def recipe(self, children: list[Child]) -> tree.Recipe:
        *head, settings = nodes(children)
        parameters = next((part.items for part in head if isinstance(part, Group)), ())
        network = next((part for part in head if isinstance(part, tree.Name)), None)
        name = str(children[1])
        return self._make(tree.Recipe, children, name, parameters, network, settings.items, None)

    def derived_recipe(self, children: list[Child]) -> tree.DerivedRecipe:
        *network, base = nodes(children)
        name = str(children[1])
        return self._make(
            tree.DerivedRecipe, children, name, network[0] if network else None, base, None
        )

    def settings(self, children: list[Child]) -> Group:
        return self._make(Group, children, tuple(nodes(children)))

    def setting(self, children: list[Child]) -> tree.Setting:
        below = nodes(children)
        options = below[0].items if below and isinstance(below[0], Group) else below
        arguments = tuple(map(self._argument, options))
        return self._make(tree.Setting, children, str(children[0]), arguments)

    def options(self, children: list[Child]) -> Group:
        return self._make(Group, children, tuple(nodes(children)))

    def _argument(self, node: tree.Node) -> tree.Argument:
        """An option; a value by itself is one without a name."""
        if isinstance(node, tree.Argument):
            return node
        return self._make(tree.Argument, [node], None, node)

    def range(self, children: list[Child]) -> tree.Range:
        return self._make(tree.Range, children, *nodes(children))

    def text(self, children: list[Child]) -> tree.Text:
        return self._make(tree.Text, children, self._unquoted(children[0]))
