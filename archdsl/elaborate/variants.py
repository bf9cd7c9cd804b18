"""A network with its open parameters changed: what differs between the two depends on them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from archdsl.diagnostics import CompileError, Diagnostics
from archdsl.elaborate.networks import elaborate
from archdsl.elaborate.parameters import given_by_program
from archdsl.elaborate.program import Program
from archdsl.elaborate.values import Given, is_number
from archdsl.ir.graph import Graph


def variant(program: Program, graph: Graph, given: Mapping[str, Given]) -> Graph | None:
    """The network of a graph with another number for each open parameter.

    None where it has none that is a number, or does not take others.
    """
    bindings = graph.scopes[0].bindings
    numbers = {name: bindings[name] for name in graph.open_parameters}
    changed = {
        name: given_by_program(name, _other(value))
        for name, value in numbers.items()
        if is_number(value)
    }
    if not changed:
        return None
    try:
        return elaborate(program, graph.name, {**given, **changed}, Diagnostics())
    except CompileError:
        return None


def _other(value: int | Fraction) -> int | Fraction:
    """Another number of the same kind; one between 0 and 1 stays there."""
    return value + 1 if isinstance(value, int) else (value + 1) / 2
