"""A file: its definitions and comments."""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from archdsl.source import Source
from archdsl.syntax.tree.base import Node
from archdsl.syntax.tree.claims import Claim
from archdsl.syntax.tree.definitions import Block, Cell, Derived, Network, Use
from archdsl.syntax.tree.recipes import DerivedRecipe, Recipe

Definition: TypeAlias = Use | Block | Cell | Network | Derived | Claim | Recipe | DerivedRecipe


class Comment(Node):
    text: str


class File(Node):
    source: Source = field(compare=False, repr=False)
    doc: str | None
    definitions: tuple[Definition, ...]
    comments: tuple[Comment, ...] = field(compare=False)
