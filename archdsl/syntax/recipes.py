"""The actions of recipes and searches, which have settings instead of a body."""

from __future__ import annotations

from archdsl.syntax import tree
from archdsl.syntax.actions import Actions, Child, Group, node_of, node_of_all, nodes


class Recipes(Actions):
    """One action for each rule of recipes and searches, under the name of the rule."""

    settings = options = node_of_all(Group)
    range = node_of(tree.Range, 0, 2)

    def recipe(self, children: list[Child]) -> tree.Recipe:
        *head, settings = nodes(children)
        # Both parts of the head are optional: a group of parameters, and the name of a network.
        parameters = next((part.items for part in head if isinstance(part, Group)), ())
        network = next((part for part in head if isinstance(part, tree.Name)), None)
        name = str(children[1])
        return self._make(tree.Recipe, children, name, parameters, network, settings.items, None)

    def derived_recipe(self, children: list[Child]) -> tree.DerivedRecipe:
        *network, base = nodes(children)
        name, other = str(children[1]), network[0] if network else None
        return self._make(tree.DerivedRecipe, children, name, other, base, None)

    def search(self, children: list[Child]) -> tree.Search:
        *parameters, space, settings = nodes(children)
        given = parameters[0].items if parameters else ()
        name, items = str(children[1]), settings.items
        return self._make(tree.Search, children, name, given, space, items, None)

    def setting(self, children: list[Child]) -> tree.Setting:
        below = nodes(children)
        # Options in parentheses come as a group. Otherwise there is one value or none.
        options = below[0].items if below and isinstance(below[0], Group) else below
        arguments = tuple(map(self._argument, options))
        return self._make(tree.Setting, children, str(children[0]), arguments)

    def _argument(self, node: tree.Node) -> tree.Argument:
        """An option of a setting; a bare value becomes an option without a name."""
        if isinstance(node, tree.Argument):
            return node
        return self._make(tree.Argument, [node], None, node)

    def text(self, children: list[Child]) -> tree.Text:
        return self._make(tree.Text, children, self._unquote(children[0]))
