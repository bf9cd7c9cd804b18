"""A network with its open parameters changed: what differs between the two depends on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from archdsl.diagnostics import CompileError, Diagnostics
from archdsl.elaborate.networks import elaborate
from archdsl.elaborate.parameters import given_by_program
from archdsl.elaborate.program import Program
from archdsl.elaborate.values import Given, is_number
from archdsl.ir.graph import Graph


def open_numbers(graph: Graph) -> tuple[str, ...]:
    """The open parameters that are numbers."""
    bindings = graph.scopes[0].bindings
    return tuple(name for name in graph.open_parameters if is_number(bindings[name]))


def variant(
    program: Program, graph: Graph, given: Mapping[str, Given], names: Iterable[str]
) -> Graph | None:
    """The network of a graph with another number for each of these parameters.

    None where it does not take others, or is made of other operations with them.
    """
    bindings = graph.scopes[0].bindings
    changed: dict[str, Given] = {}
    for name in names:
        value = bindings[name]
        assert is_number(value)
        changed[name] = given_by_program(name, _other(value))
    try:
        made = elaborate(program, graph.name, {**given, **changed}, Diagnostics())
    except CompileError:
        return None
    return made if _operations(made) == _operations(graph) else None


def _operations(graph: Graph) -> list[str]:
    return [node.operation.name for node in graph]


def _other(value: int | Fraction) -> int | Fraction:
    """Another number of the same kind, far enough that half of it is another too.

    One between 0 and 1 stays there.
    """
    return 2 * value + 1 if isinstance(value, int) else (value + 1) / 2
