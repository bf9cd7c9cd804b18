"""The names that the language defines, and the check that every name in a file is defined.

The check is on text alone. It sees mistakes in blocks that no network uses, and does not know in
which order a body assigns its names: that is up to evaluation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from functools import cache

from archdsl.diagnostics import Diagnostic, did_you_mean, error, one_of
from archdsl.ir.types import AXIS_NAMES, POSITIONS
from archdsl.ops import OPERATIONS
from archdsl.params.kinds import Choice, Either, Kind, Maybe, Several, kind_of
from archdsl.program.cells.blocks import CellBlock
from archdsl.program.cells.parts import KEYS_VALUES
from archdsl.program.hints import name_hint
from archdsl.program.outline import assigned_names
from archdsl.program.program import Function, Named, NamedRecipe, Symbol, Unit
from archdsl.program.stages import STAGE
from archdsl.syntax import tree

COUNTER, INDEX, COUNT = "i", "index", "count"
"""The names under which definitions of a table read the number of a block in its stage, its index
among all blocks of the body that ask for it, and how many these are."""

SCALED = ("depth", "width", "bottleneck", "frames", "size")
"""The axes that a parameter of a network can be, along which transforms scale it."""

ANY_SIZE = "_"
"""A size of a printed shape that is not compared."""

TAU = "tau"
"""The parameter that says how many frames apart those of a clip are, which transforms read."""

TYPE_WORDS = frozenset({"int", "number", "bool", "tuple", "tensor", "block", "none"})

FUNCTIONS = {
    name: Function(name, least, most)
    for least, most, names in (
        (1, 1, ("int", "floor", "ceil", "round", "abs", "sqrt")),
        (1, None, ("min", "max", "sum")),
        (1, 1, ("len",)),
        (1, 3, ("range",)),
        (2, 2, ("round_to",)),
    )
    for name in names
}


def cell_words(units: Iterable[Unit]) -> frozenset[str]:
    """The words of `keys_values`, if a cell leaves it to a parameter or a choice."""
    nodes = (definition.node for unit in units for definition in unit.own)
    is_asked = any(isinstance(node, CellBlock) and not node.wiring.keys_values for node in nodes)
    return frozenset(KEYS_VALUES if is_asked else ())


def language(units: Iterable[Unit]) -> dict[str, Symbol]:
    """The symbols that no file defines: operations, functions and words.

    `max` and others are operations and functions. The function comes first: it reduces a tensor
    by the operation.
    """
    nodes = (definition.node for unit in units for definition in unit.own)
    known: dict[str, Symbol] = {**OPERATIONS, **FUNCTIONS}
    words = (operation_words() | words_in_types(nodes) | cell_words(units)) - known.keys()
    return known | {word: word for word in words}


def words_in_types(definitions: Iterable[Named | NamedRecipe | tree.Search]) -> frozenset[str]:
    """The words in the types of parameters, such as `dot` and `map` in `by: dot | map`."""
    parameters = (
        parameter
        for definition in definitions
        if not isinstance(definition, tree.Derived | tree.BlockChoice | tree.DerivedRecipe)
        for parameter in definition.parameters
    )
    return frozenset(word for parameter in parameters for word in parameter.types) - TYPE_WORDS


@cache
def operation_words() -> frozenset[str]:
    """The words that parameters of operations take, and the names of axes."""
    kinds = (kind_of(f) for operation in OPERATIONS.values() for f in fields(operation))
    listed = {word for kind in kinds for word in words_of_kind(kind)}
    return frozenset({*listed, *AXIS_NAMES, POSITIONS})


def words_of_kind(kind: Kind) -> tuple[str, ...]:
    """The words that a kind of parameter takes."""
    if isinstance(kind, Maybe | Several):
        return words_of_kind(kind.kind)
    if isinstance(kind, Either):
        return words_of_kind(kind.first) + words_of_kind(kind.second)
    return kind.words if isinstance(kind, Choice) else ()


def check_names(unit: Unit, language: Iterable[str]) -> Iterator[Diagnostic]:
    """Errors for undefined names in a file, and for parameters that are no axes."""
    outside = {*unit.names, *language}
    named = (*(own.node for own in unit.own), *unit.own_recipes, *unit.searches.values())
    yield from (mistake for definition in named for mistake in _axes(definition))
    for own in unit.own:
        definition = own.node
        if isinstance(definition, tree.Derived):
            # The base and the transforms are looked up when the network is planned: their names can
            # come from other files.
            _, arguments = tree.split_call(definition.base)
            yield from _undefined(unit, [*tree.walk(arguments)], outside)
            continue
        if isinstance(definition, tree.BlockChoice):
            yield from _undefined(unit, own.nodes, outside)
            continue
        yield from _undefined(unit, own.nodes, outside | set(_inside(definition, own.nodes)))


def _axes(definition: Named | NamedRecipe | tree.Search) -> Iterator[Diagnostic]:
    """Errors for parameters that cannot be the axis that they say."""
    if isinstance(definition, tree.Derived | tree.BlockChoice | tree.DerivedRecipe):
        return
    for parameter in definition.parameters:
        if parameter.axis is None:
            continue
        if not isinstance(definition, tree.Network):
            message = f"only a parameter of a network is an axis; `{definition.name}` is no network"
            yield error("transform", message, parameter.span)
        elif parameter.axis not in SCALED:
            message = f"there is no axis `{parameter.axis}`"
            help = did_you_mean(parameter.axis, SCALED) or one_of(SCALED)
            yield error("transform", message, parameter.span, help=help)


def _inside(definition: tree.Block | tree.Network, nodes: Sequence[tree.Node]) -> Iterator[str]:
    """The names that a definition gives a value anywhere, perhaps later or in another table."""
    yield "in"
    yield from (parameter.name for parameter in definition.parameters)
    yield from assigned_names(*definition.body)
    for node in nodes:
        if isinstance(node, tree.Table):
            yield from (COUNTER, INDEX, COUNT)
            # A size in a printed shape that may be any; elsewhere, evaluation does not know it.
            yield ANY_SIZE
            yield from (column.name for column in node.columns)
            yield from (binding.name or "" for binding in node.bindings)
            rows = (row.cells for row in node.rows if isinstance(row, tree.Row))
            named = (pair for cells in rows for pair in zip(node.columns, cells, strict=False))
            # A cell of the column `stage` defines a name in place of reading one.
            yield from (cell.span.text for column, cell in named if column.name == STAGE)
        elif isinstance(node, tree.Initialise):
            # Schemes are no symbols: `init` itself knows them.
            scheme, _ = tree.split_call(node.scheme)
            yield scheme.name


def _undefined(unit: Unit, nodes: Sequence[tree.Node], known: set[str]) -> Iterator[Diagnostic]:
    for node in nodes:
        if isinstance(node, tree.Name) and node.name not in known and not unit.may_see(node.name):
            # Sorted, because a set of strings has another order in every process.
            hint = name_hint(node, unit.file.source, sorted(known))
            yield error("name", f"`{node.name}` is not defined", node.span, help=hint)
