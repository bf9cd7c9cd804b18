"""Small spaces as factors: random ones, and all their members one by one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random

from archdsl.space.sums.factors import Cost, Factor, FactorGraph
from archdsl.space.sums.sweeps import Assignment


def cost_of(cost: Cost) -> int:
    """A metric of costs of two quantities."""
    return cost[0] + 2 * cost[1]


def random_graph(random: Random) -> FactorGraph:
    """Up to six variables of up to three values, and factors that leave some keys out."""
    sizes = tuple(random.randint(1, 3) for _ in range(random.randint(1, 6)))
    factors = (_factor(random, sizes) for _ in range(random.randint(1, 6)))
    return FactorGraph(sizes, tuple(factors))


def _factor(random: Random, sizes: tuple[int, ...]) -> Factor:
    scope = tuple(random.sample(range(len(sizes)), random.randint(0, min(3, len(sizes)))))
    keys = product(*(range(sizes[variable]) for variable in scope))
    kept = [key for key in keys if not scope or random.random() < 0.8]
    return Factor(scope, {key: (random.randint(0, 9), random.randint(0, 5)) for key in kept})


def chain(random: Random, rows: int, channels: int, others: int) -> FactorGraph:
    """Rows after one another: each reads the channels of the one before, and decides the rest."""
    factors = []
    for row in range(rows):
        before, own, other = 2 * row - 2, 2 * row, 2 * row + 1
        scope = (before, own, other) if row else (own, other)
        sizes = [channels] * (len(scope) - 1) + [others]
        keys = product(*map(range, sizes))
        factors.append(Factor(scope, {key: (random.randint(1, 10**8), 0) for key in keys}))
    return FactorGraph((channels, others) * rows, tuple(factors))


def members(graph: FactorGraph) -> Iterator[tuple[Assignment, int]]:
    """All members with their costs, by trying all values of all variables in factors."""
    variables = sorted({variable for factor in graph.factors for variable in factor.scope})
    for values in product(*(range(graph.sizes[variable]) for variable in variables)):
        member = dict(zip(variables, values, strict=True))
        keys = [tuple(member[variable] for variable in factor.scope) for factor in graph.factors]
        if all(key in factor.rows for key, factor in zip(keys, graph.factors, strict=True)):
            costs = (factor.rows[key] for key, factor in zip(keys, graph.factors, strict=True))
            yield member, sum(map(cost_of, costs))
