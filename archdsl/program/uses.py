"""What becomes of parameters, found in the text alone: handed on as they are, or computed with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from archdsl.ops import OPERATIONS
from archdsl.program.mentions import names_in
from archdsl.program.names import FUNCTIONS
from archdsl.program.program import Unit
from archdsl.syntax import tree

_UNKNOWN = "?"
"""A parameter of a block that is only known when the network is built."""

_COMPUTING = (tree.Binary, tree.Unary, tree.Conditional, tree.Index, tree.Tuple, tree.Shape)


def computed_with(units: Iterable[Unit], names: Iterable[str]) -> bool:
    """Whether a block may do more with one of these than hand it on, under whatever name.

    Names are not told apart by their blocks: the answer errs to yes.
    """
    nodes = ((own.node, unit) for unit in units for own in unit.own)
    blocks = [(node, unit) for node, unit in nodes if isinstance(node, tree.Block)]
    uses = [_uses(block, unit) for block, unit in blocks]
    computed = frozenset[str]().union(*(use.computed for use in uses))
    reached, waiting = set(names), list(names)
    while waiting:
        name = waiting.pop()
        further = {to for use in uses for source, to in use.handed if source == name} - reached
        reached |= further
        waiting += further
    return not reached.isdisjoint(computed | {_UNKNOWN})


@dataclass(frozen=True)
class _Uses:
    """The names that a block computes with, and those it hands on with the names they get."""

    computed: frozenset[str]
    handed: tuple[tuple[str, str], ...]


def _uses(block: tree.Block, unit: Unit) -> _Uses:
    nodes = list(tree.walk([*block.parameters, *block.body]))
    computed = frozenset(name for node in nodes for name in _computed(node))
    calls = (node for node in nodes if isinstance(node, tree.Call))
    return _Uses(computed, tuple(pair for call in calls for pair in _handed(call, unit)))


def _computed(node: tree.Node) -> Iterator[str]:
    match node:
        case tree.If(test=deciding) | tree.For(values=deciding):
            yield from names_in(deciding)
        case tree.Assign(value=tree.Name(name=name)) | tree.Parameter(default=tree.Name(name=name)):
            yield name
        case tree.Call(function=tree.Name(name=function)) if function in FUNCTIONS:
            yield from names_in(*(argument.value for argument in node.arguments))
        case _ if isinstance(node, _COMPUTING):
            yield from names_in(node)


def _handed(call: tree.Call, unit: Unit) -> Iterator[tuple[str, str]]:
    """What a call hands on as it is; what stands in place n may be parameter n, or the next."""
    parameters = _parameters(call.function.name, unit)
    for place, argument in enumerate(call.arguments):
        if not isinstance(argument.value, tree.Name):
            continue
        unnamed = parameters[place : place + 2] if parameters is not None else (_UNKNOWN,)
        given = (argument.name,) if argument.name else unnamed
        yield from ((argument.value.name, name) for name in given)


def _parameters(callee: str, unit: Unit) -> Sequence[str] | None:
    """The parameters of what a name stands for; none of an operation, None where it is unknown."""
    while callee in unit.names:
        definition, unit = unit.names[callee].node, unit.names[callee].unit
        if isinstance(definition, tree.Block):
            return [parameter.name for parameter in definition.parameters]
        if not isinstance(definition, tree.Derived):
            return None
        callee = tree.called(definition.base)[0].name
    return () if callee in OPERATIONS else None
