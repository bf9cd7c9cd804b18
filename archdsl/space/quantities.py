"""What a part of a network costs, as a tuple of numbers that can be added fast, and its metrics.

Every metric that is a sum over operations is a linear function of these. Memory is none of them: it
depends on the order of all operations.
"""

from __future__ import annotations

from operator import itemgetter

from archdsl.costs.figures import Figures
from archdsl.costs.metrics import METRICS, WHOLE, total
from archdsl.ops.base import Cost as Work
from archdsl.space.sums.factors import Cost
from archdsl.space.sums.sweeps import Metric

QUANTITIES = ("params", "macs", "normalised", "fvcore", "activations", "bytes")
"""The numbers of a cost: parameters and work of operations, activations, bytes moved."""

NOTHING: Cost = tuple([0 for _ in QUANTITIES])
"""The cost of nothing."""

ADDED = tuple(metric for metric in METRICS if metric not in WHOLE)
"""The metrics that are sums over operations."""


def quantities(figures: Figures) -> Cost:
    """What some operations cost, as a tuple."""
    work = figures.cost
    counted = work.parameters, work.macs, work.normalised, work.fvcore
    return (*counted, figures.activations, figures.bytes_moved)


def factors(name: str) -> dict[str, int]:
    """How often one of ADDED counts each quantity, of those that it counts."""
    units = [tuple([int(i == place) for i in range(len(NOTHING))]) for place in range(len(NOTHING))]
    counted = zip(QUANTITIES, [_total(name, unit) for unit in units], strict=True)
    return {quantity: factor for quantity, factor in counted if factor}


def metric(name: str) -> Metric:
    """One of ADDED as a function of a cost."""
    used = [(QUANTITIES.index(quantity), factor) for quantity, factor in factors(name).items()]
    if len(used) == 1 and used[0][1] == 1:
        return itemgetter(used[0][0])
    return lambda cost: sum([factor * cost[place] for place, factor in used])


def _total(name: str, cost: Cost) -> int:
    parameters, macs, normalised, fvcore, activations, moved = cost
    return total(name, Figures(Work(parameters, macs, normalised, fvcore), activations, moved))
