"""What the names mean that a file sees: definitions, the parameters of what they name, words.

These are names outside of bodies. What a body adds to them is in `scopes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cached_property

from archdsl import limits
from archdsl.analysis.names.symbol import Kind, Symbol
from archdsl.ops import OPERATIONS
from archdsl.ops.base import Operation
from archdsl.program.cells.blocks import CellBlock
from archdsl.program.program import (
    Definition,
    Function,
    Named,
    NamedRecipe,
    Program,
    Unit,
    is_network,
)
from archdsl.syntax import tree

Symbols = tuple[Symbol, ...]


def file_symbol(unit: Unit) -> Symbol:
    return Symbol(Kind.FILE, unit.path.stem, path=unit.real_path)


def definition_symbol(node: Named | tree.Cell, unit: Unit) -> Symbol:
    """The symbol of a block, a cell or a network."""
    if isinstance(node, tree.Cell | CellBlock):
        kind = Kind.CELL
    else:
        kind = Kind.NETWORK if is_network(node) else Kind.BLOCK
    return Symbol(kind, node.name, path=unit.real_path)


def recipe_symbol(node: NamedRecipe, unit: Unit) -> Symbol:
    return Symbol(Kind.RECIPE, node.name, path=unit.real_path)


def search_symbol(node: tree.Search, unit: Unit) -> Symbol:
    return Symbol(Kind.SEARCH, node.name, path=unit.real_path)


def operation_symbol(name: str) -> Symbol:
    return Symbol(Kind.OPERATION, name)


def options(kind: type[Operation]) -> dict[str, Symbol]:
    """The parameters of an operation."""
    owner = operation_symbol(kind.name)
    return {each.name: Symbol(Kind.OPTION, each.name, owner) for each in fields(kind)}


class Meanings:
    """The names that a file sees, each with its symbol."""

    def __init__(self, program: Program, unit: Unit) -> None:
        self.program = program
        self.unit = unit
        self._parameters: dict[str, Mapping[str, Symbols]] = {}

    @cached_property
    def definitions(self) -> Mapping[str, Symbol]:
        known = self.unit.names.items()
        return {name: definition_symbol(each.node, each.unit) for name, each in known}

    @cached_property
    def recipes(self) -> Mapping[str, Symbol]:
        known = self.unit.recipes.items()
        return {name: recipe_symbol(*located) for name, located in known}

    def symbol(self, name: str) -> Symbol | None:
        """What a name means outside of bodies; None where nothing defines it."""
        if name in self.definitions:
            return self.definitions[name]
        meaning = self.program.language.get(name)
        if isinstance(meaning, str):
            return Symbol(Kind.WORD, name)
        if isinstance(meaning, Function):
            return Symbol(Kind.FUNCTION, name)
        return operation_symbol(name) if meaning is not None else None

    def parameters(self, name: str) -> Mapping[str, Symbols]:
        """The parameters of what a name means, also where that is derived or a choice."""
        if name not in self._parameters:
            self._parameters[name] = self._found(name)
        return self._parameters[name]

    def _found(self, name: str) -> Mapping[str, Symbols]:
        if name in self.unit.names:
            return parameters(self.unit.names[name])
        return _single(options(OPERATIONS[name])) if name in OPERATIONS else {}

    def recipe_parameters(self, name: str) -> Mapping[str, Symbols]:
        """The parameters of a recipe, which may be those of one that it derives from."""
        located = self.unit.recipes.get(name)
        body = body_of_recipe(*located) if located else None
        if body is None:
            return {}
        recipe, unit = body
        return _single(_own(recipe.parameters, recipe_symbol(recipe, unit)))


def _single(symbols: Mapping[str, Symbol]) -> dict[str, Symbols]:
    return {name: (symbol,) for name, symbol in symbols.items()}


def _own(parameters: Sequence[tree.Parameter], owner: Symbol) -> dict[str, Symbol]:
    return {each.name: Symbol(Kind.PARAMETER, each.name, owner) for each in parameters}


def parameters(definition: Definition) -> Mapping[str, Symbols]:
    """The parameters of a definition. Blocks of one choice can each have one of a name."""
    found: dict[str, Symbols] = {}
    for name, symbol in _parameters(definition, limits.DERIVATIONS):
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), symbol)))
    return found


def _parameters(definition: Definition, levels: int) -> Iterator[tuple[str, Symbol]]:
    """Bounded, since a derivation can be a cycle. That is reported elsewhere."""
    node, unit = definition.node, definition.unit
    if isinstance(node, tree.Block | tree.Network):
        # The clip that enters a cell is a parameter of its block, and not of its text.
        own = node.parameters[1:] if isinstance(node, CellBlock) else node.parameters
        yield from _own(own, definition_symbol(node, unit)).items()
    elif levels:
        for name in _bases(node):
            if name in unit.names:
                yield from _parameters(unit.names[name], levels - 1)
            elif name in OPERATIONS:
                yield from options(OPERATIONS[name]).items()


def _bases(node: tree.Derived | tree.BlockChoice) -> Iterator[str]:
    """What a definition without a body stands for: its base, or the options of its choice."""
    if isinstance(node, tree.Derived):
        yield tree.split_call(node.base)[0].name
        return
    choice = node.choice.value if isinstance(node.choice, tree.Each) else node.choice
    for option in choice.options if isinstance(choice, tree.Choice) else ():
        if isinstance(option, tree.Call | tree.Name):
            yield tree.split_call(option)[0].name


def body_of(definition: Definition) -> Definition | None:
    """The definition with a body that one derives from, itself included; None where it has none."""
    for _ in range(limits.DERIVATIONS):
        if not isinstance(definition.node, tree.Derived):
            return definition
        base, _ = tree.split_call(definition.node.base)
        if base.name not in definition.unit.names:
            return None
        definition = definition.unit.names[base.name]
    return None


def body_of_recipe(recipe: NamedRecipe, unit: Unit) -> tuple[tree.Recipe, Unit] | None:
    """The recipe with settings that one derives from, itself included, and its file."""
    for _ in range(limits.DERIVATIONS):
        if isinstance(recipe, tree.Recipe):
            return recipe, unit
        base, _ = tree.split_call(recipe.base)
        if base.name not in unit.recipes:
            return None
        recipe, unit = unit.recipes[base.name]
    return None
