"""A network with its open parameters changed: what differs between the two depends on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import TypeAlias

from archdsl.build.parameters import given_by_program
from archdsl.build.values import Given
from archdsl.ir.graph import Graph
from archdsl.params.numbers import is_number
from archdsl.program.program import Unit
from archdsl.program.uses import computed_with

Varied: TypeAlias = Callable[[Mapping[str, Given]], Graph | None]
"""A network with other parameters; None where it does not take them."""


def open_numbers(graph: Graph) -> tuple[str, ...]:
    """The open parameters that are numbers."""
    bindings = graph.scopes[0].bindings
    return tuple(name for name in graph.open_parameters if is_number(bindings[name]))


def variants(
    graph: Graph, units: Iterable[Unit], names: Sequence[str], varied: Varied
) -> tuple[Graph, ...]:
    """The network of a graph with other numbers for these parameters, no two of them alike.

    In the first they are larger, in the next much larger, then small, as far as the network takes
    them: what bounds a parameter shows there. None where it does not take the first, or is made
    of other operations in any.
    """
    bindings = graph.scopes[0].bindings
    values = [value for name in names if is_number(value := bindings[name])]
    rounds = zip(*(_others(value, place) for place, value in enumerate(values)), strict=True)
    # What is only ever handed on shows at one other value all that it does.
    count = None if computed_with(units, names) else 1
    chosen = (dict(zip(names, numbers, strict=True)) for numbers in islice(rounds, count))
    first, *rest = (_with(varied, numbers) for numbers in chosen)
    made = [other for other in (first, *rest) if other is not None]
    is_alike = all(_operations(other) == _operations(graph) for other in made)
    return tuple(made) if first is not None and is_alike else ()


def _with(varied: Varied, numbers: Mapping[str, int | Fraction]) -> Graph | None:
    return varied({name: given_by_program(name, n) for name, n in numbers.items()})


def _operations(graph: Graph) -> list[str]:
    return [node.operation.name for node in graph]


def _others(value: int | Fraction, place: int) -> tuple[int | Fraction, ...]:
    """Other numbers of the same kind, for each place others.

    The first is far enough that half of it is another too; what is between 0 and 1 stays there.
    """
    if isinstance(value, int):
        return (2 * value + 1 + place, 50 * value + 7 + place, 1 + place)
    larger = value + (1 - value) * Fraction(place + 1, place + 2)
    return (larger, (larger + 1) / 2, value / (place + 3))
