"""Recipes: how a network is trained and tested."""

from __future__ import annotations

from archdsl.syntax.tree.base import Node
from archdsl.syntax.tree.definitions import Parameter
from archdsl.syntax.tree.expressions import Argument, Call, Name


class Setting(Node):
    """`flip`, `epochs 300`, `clip(frames = 13)`; of options, the first may go without its name."""

    name: str
    arguments: tuple[Argument, ...]


class Recipe(Node):
    """`recipe a for b { ... }`; one without a network is for others to derive from."""

    name: str
    parameters: tuple[Parameter, ...]
    network: Name | None
    settings: tuple[Setting, ...]
    doc: str | None


class DerivedRecipe(Node):
    """`recipe a for b = c(...)`: the same with other parameters, or for another network."""

    name: str
    network: Name | None
    base: Call | Name
    doc: str | None
