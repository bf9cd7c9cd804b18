"""The actions of choices, and what can be said of one before it is built.

Literal options are compared here. Others have values in a build only.
"""

from __future__ import annotations

from archdsl.syntax import tree
from archdsl.syntax.actions import Actions, Child, node_of, node_of_all, nodes


class Choices(Actions):
    """One action for each rule of choices, under the name of the rule."""

    choice = node_of_all(tree.Choice)
    each = each_choice = node_of(tree.Each, 1)

    def steps(self, children: list[Child]) -> tree.Steps:
        first, last, *by = nodes(children)
        return self._make(tree.Steps, children, first, last, by[0] if by else None)

    def several(self, children: list[Child]) -> tree.Choice:
        amount, *options = nodes(children)
        return self._make(tree.Choice, children, tuple(options), amount, False)

    def at_most_several(self, children: list[Child]) -> tree.Choice:
        choice: tree.Choice = children[1]
        return self._make(tree.Choice, children, choice.options, choice.amount, True)
