"""Variables that say the same are one: a cell, the argument that it becomes, a tensor of that size.

A network hands values on from name to name, so most variables of a space follow from another one,
and that from them. Before anything is joined, such variables are replaced by one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from archdsl.space.sums.factors import Cost, Factor, FactorGraph, Key
from archdsl.space.sums.sweeps import Assignment


@dataclass(frozen=True, slots=True)
class _Replaced:
    """A variable that is another one in other numbers; without that, it is a constant."""

    variable: int
    by: int | None
    values: Mapping[int, int]

    def value(self, member: Assignment) -> int:
        """The value in a member, given the one that it was replaced by."""
        return self.values[0 if self.by is None else member[self.by]]


@dataclass(frozen=True)
class Unified:
    """A space with fewer variables, and how the others follow from these."""

    graph: FactorGraph
    replaced: tuple[_Replaced, ...]

    def complete(self, member: Assignment) -> Assignment:
        """The values of all variables in a member."""
        found = dict(member)
        # One that was replaced may be replaced by one that was replaced later.
        for each in reversed(self.replaced):
            found[each.variable] = each.value(found)
        return found


def unify(graph: FactorGraph) -> Unified:
    """Replace variables by others, as long as one says the same as another."""
    work = _Work(graph)
    waiting = [*range(len(graph.factors))]
    while waiting:
        waiting += work.simplify(waiting.pop())
    return Unified(FactorGraph(graph.sizes, tuple(work.factors)), tuple(work.replaced))


class _Work:
    """The factors, as far as variables are replaced in them."""

    def __init__(self, graph: FactorGraph) -> None:
        self.factors = list(graph.factors)
        self.replaced: list[_Replaced] = []

    def simplify(self, number: int) -> list[int]:
        """Replace a variable of a factor, if possible; the factors that are changed by that."""
        factor = self.factors[number]
        found = _constant(factor) or _alike(factor)
        if found is None:
            return []
        self.replaced.append(found)
        inverse = {own: other for other, own in found.values.items()}
        changed = [i for i, each in enumerate(self.factors) if found.variable in each.scope]
        for i in changed:
            self.factors[i] = _without(self.factors[i], found, inverse)
        return changed


def _constant(factor: Factor) -> _Replaced | None:
    """A variable that has the same value in all rows of a factor."""
    for place, variable in enumerate(factor.scope):
        values = {key[place] for key in factor.rows}
        if len(values) == 1:
            return _Replaced(variable, None, {0: values.pop()})
    return None


def _alike(factor: Factor) -> _Replaced | None:
    """Two variables of a factor of which each follows from the other."""
    values = [{key[place] for key in factor.rows} for place in range(len(factor.scope))]
    for one, other in combinations(range(len(factor.scope)), 2):
        if len(values[one]) == len(values[other]):
            pairs = {(key[one], key[other]) for key in factor.rows}
            if len(pairs) == len(values[one]):
                return _Replaced(factor.scope[other], factor.scope[one], dict(pairs))
    return None


def _without(factor: Factor, replaced: _Replaced, numbers: Mapping[int, int]) -> Factor:
    """A factor in which a variable is replaced, without the rows that no member has."""
    place, by = factor.scope.index(replaced.variable), replaced.by
    other = factor.scope.index(by) if by in factor.scope else None
    scope = [each for each in factor.scope if each != replaced.variable]
    rows: dict[Key, Cost] = {}
    for key, cost in factor.rows.items():
        if key[place] not in numbers:
            continue
        value, rest = numbers[key[place]], key[:place] + key[place + 1 :]
        if by is not None and other is None:
            rows[(*rest, value)] = cost
        elif other is None or key[other] == value:
            rows[rest] = cost
    if by is not None and other is None:
        scope.append(by)
    return Factor(tuple(scope), rows)
