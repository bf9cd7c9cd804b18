"""Words that stand for themselves: choices of operations, names of axes, types of parameters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from functools import cache

from archdsl.program.program import Named, NamedRecipe, Unit
from archdsl.build.values import BlockValue, OperationValue, Value
from archdsl.ir.types import AXIS_NAMES
from archdsl.ops import OPERATIONS
from archdsl.ops.axes import POSITIONS
from archdsl.params.kinds import Choice, Either, Kind, Maybe, Several, kind_of
from archdsl.syntax import tree

TYPE_WORDS = frozenset({"int", "number", "bool", "tuple", "tensor", "block", "none"})


def words_of(units: Iterable[Unit]) -> frozenset[str]:
    """The words that operations know, and those that the types of parameters list."""
    definitions = (definition for unit in units for definition in unit.own)
    return operation_words() | words_of_parameters(definitions)


def words_of_parameters(definitions: Iterable[Named | NamedRecipe]) -> frozenset[str]:
    """The words that the types of parameters list."""
    parameters = (
        parameter
        for definition in definitions
        if not isinstance(definition, tree.Derived | tree.DerivedRecipe)
        for parameter in definition.parameters
    )
    return frozenset(word for parameter in parameters for word in parameter.types) - TYPE_WORDS


def words_for(callee: Value, parameter: str) -> tuple[str, ...]:
    """The words that a parameter of what is called lists; none where it lists none."""
    if isinstance(callee, BlockValue):
        types = (p.types for p in callee.definition.parameters if p.name == parameter)
        return tuple(word for word in next(types, ()) if word not in TYPE_WORDS)
    if isinstance(callee, OperationValue):
        kinds = (kind_of(f) for f in fields(callee.operation) if f.name == parameter)
        return next(map(_words, kinds), ())
    return ()


@cache
def operation_words() -> frozenset[str]:
    """The words that parameters of operations list, and the names of axes."""
    kinds = (kind_of(f) for operation in OPERATIONS.values() for f in fields(operation))
    listed = {word for kind in kinds for word in _words(kind)}
    return frozenset({*listed, *AXIS_NAMES, POSITIONS})


def _words(kind: Kind) -> tuple[str, ...]:
    if isinstance(kind, Maybe | Several):
        return _words(kind.kind)
    if isinstance(kind, Either):
        return _words(kind.first) + _words(kind.second)
    return kind.words if isinstance(kind, Choice) else ()
