"""A spec with the files that it uses, and which names each of them sees."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from archdsl.diagnostics import Diagnostic
from archdsl.source import Span
from archdsl.syntax import tree

Named: TypeAlias = tree.Block | tree.Network | tree.Derived
NamedRecipe: TypeAlias = tree.Recipe | tree.DerivedRecipe

_HEAD = re.compile(r"\b(block|cell|network|recipe)\s+")


@dataclass(frozen=True)
class Unit:
    """One file, with what its names stand for: its `own` definitions and those it uses.

    Cells are among its own as the blocks that they stand for. Recipes are no values, and have
    names of their own.
    """

    file: tree.File = field(repr=False)
    path: Path
    own: tuple[Named, ...] = field(repr=False)
    names: dict[str, tuple[Named, Unit]] = field(default_factory=dict, repr=False)
    recipes: dict[str, tuple[NamedRecipe, Unit]] = field(default_factory=dict, repr=False)

    @property
    def own_recipes(self) -> tuple[NamedRecipe, ...]:
        """The recipes that the file itself defines, in order."""
        return tuple(d for d in self.file.definitions if isinstance(d, NamedRecipe))

    def claims(self) -> Iterator[tree.Claim]:
        for definition in self.file.definitions:
            if isinstance(definition, tree.Claim):
                yield definition


@dataclass(frozen=True)
class Program:
    """The spec (`main`) and every unit it uses, each once, used before user.

    `mistakes` are those that can be seen without building a network.
    """

    main: Unit
    units: tuple[Unit, ...]
    mistakes: tuple[Diagnostic, ...] = field(default=(), repr=False)

    def with_network(self, definition: tree.Derived) -> Program:
        """The program with one more network, which sees what the spec itself sees."""
        names = {**self.main.names, definition.name: (definition, self.main)}
        return replace(self, main=replace(self.main, names=names))

    def networks(self) -> list[str]:
        """The networks that the spec itself defines, in order."""
        return [d.name for d in self.main.own if is_network(d)]

    @property
    def digest(self) -> str:
        """SHA-256 over the texts of all units, in hexadecimal."""
        parts = "".join(unit.file.source.digest for unit in self.units)
        return hashlib.sha256(parts.encode()).hexdigest()


def is_network(definition: Named) -> bool:
    if isinstance(definition, tree.Derived):
        return definition.kind == "network"
    return isinstance(definition, tree.Network)


def name_span(definition: Named | NamedRecipe | tree.Cell) -> Span:
    """The place of a definition's name."""
    source, start = definition.span.source, definition.span.start
    if definition.doc is not None:
        start = source.text.index('"""', start + 3) + 3
    head = _HEAD.search(source.text, start)
    found = source.text.index(definition.name, head.end() if head else start)
    return Span(source, found, found + len(definition.name))
