"""What a part of a network costs, as a tuple of numbers that can be added fast, and its metrics.

Every metric that is a sum over operations is a linear function of these. Memory is none of them: it
depends on the order of all operations.
"""

from __future__ import annotations

from operator import itemgetter

from archdsl.costs.figures import Figures
from archdsl.costs.metrics import METRICS, ORDERED, total
from archdsl.ops.base import Cost as Work
from archdsl.space.sums.factors import Cost
from archdsl.space.sums.sweeps import Metric

NOTHING: Cost = (0, 0, 0, 0, 0, 0)
"""The cost of nothing: parameters and work of operations, activations, bytes moved."""

ADDED = tuple(metric for metric in METRICS if metric not in ORDERED)
"""The metrics that are sums over operations."""


def quantities(figures: Figures) -> Cost:
    """What some operations cost, as a tuple."""
    work = figures.cost
    counted = work.parameters, work.macs, work.normalised, work.fvcore
    return (*counted, figures.activations, figures.bytes_moved)


def metric(name: str) -> Metric:
    """One of ADDED as a function of a cost."""
    units = [tuple(int(i == place) for i in range(len(NOTHING))) for place in range(len(NOTHING))]
    factors = [(place, _total(name, unit)) for place, unit in enumerate(units)]
    used = [(place, factor) for place, factor in factors if factor]
    if len(used) == 1 and used[0][1] == 1:
        return itemgetter(used[0][0])
    return lambda cost: sum([factor * cost[place] for place, factor in used])


def _total(name: str, cost: Cost) -> int:
    parameters, macs, normalised, fvcore, activations, moved = cost
    return total(name, Figures(Work(parameters, macs, normalised, fvcore), activations, moved))
