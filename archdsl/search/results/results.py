"""What a search has found so far: the best network, the front, and random networks of its cost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from archdsl.diagnostics import counted
from archdsl.report.text import readable
from archdsl.search.candidates.course import compared, searched
from archdsl.search.domain import Goal, Objective
from archdsl.search.records.record import Record

UNITS = {"macs": "MACs", "params": "parameters", "flops": "FLOPs"}
"""What people call the metrics."""


@dataclass(frozen=True)
class Results:
    """The trials of a search, and what follows from them.

    `found` is the trial that it ends with, or would now. `metric` is the cost that is compared.
    """

    name: str
    space: str
    trials: Sequence[Record]
    goal: Goal
    metric: str
    found: Record | None

    @property
    def unit(self) -> str:
        return UNITS.get(self.metric, self.metric)

    @cached_property
    def searched(self) -> list[Record]:
        """The trained trials of the search itself."""
        return searched(self.trials)

    @cached_property
    def compared(self) -> list[Record]:
        """Those that were drawn for comparison with what was found: with the last one of these."""
        number = "" if self.found is None else f"{self.found.number}."
        return [each for each in compared(self.trials) if self._reason(each).startswith(number)]

    def _reason(self, record: Record) -> str:
        while record.again is not None:
            record = self.trials[record.again]
        return record.reason.rpartition(" ")[2]

    @cached_property
    def front(self) -> list[Record]:
        """The trials that no other one beats in all that is wanted, the most accurate first.

        Where the search names no cost, it is cost against accuracy.
        """
        objectives = (*self.goal.costs, *[Objective(self.metric, False)] * (not self.goal.costs))
        points = [(self._point(record, objectives), record) for record in self.searched]
        front = [record for point, record in points if not any(_beats(o, point) for o, _ in points)]
        return sorted(front, key=lambda record: (-self._accuracy(record), record.number))

    def _point(self, record: Record, costs: Sequence[Objective]) -> tuple[float, ...]:
        own = [objective.oriented(self.cost(record, objective.metric)) for objective in costs]
        return (self._accuracy(record), *own)

    def _accuracy(self, record: Record) -> float:
        return self.goal.trained.oriented(record.accuracy or 0.0)

    def cost(self, record: Record, metric: str = "") -> int:
        """What a member costs; in the metric that is compared, unless another is named."""
        assert record.chosen
        return record.chosen.costs.get(metric or self.metric, 0)

    # In words

    def summary(self) -> Iterator[str]:
        """What was found and what random networks of its cost reach, always both."""
        found = self.found
        if found is None or found.chosen is None:
            yield "found     nothing: no trial has ended with an accuracy"
            return
        cost = f"{readable(self.cost(found))} {self.unit}"
        which = f"trial {found.number}, {found.chosen.name}, {cost}"
        yield f"found     {which}: {accuracy_text(found)}"
        yield f"random    {self._compared_text(found)}"

    def _compared_text(self, found: Record) -> str:
        figures = [record.accuracy for record in self.compared if record.accuracy is not None]
        if not figures:
            return "no network of this cost was trained for comparison"
        costs = sorted(self.cost(record) for record in self.compared)
        span = " to ".join(readable(cost) for cost in dict.fromkeys((costs[0], costs[-1])))
        beaten = sum(figure < (found.accuracy or 0.0) for figure in figures)
        mean = math.fsum(figures) / len(figures)
        reach = f"{mean:.2f} % on average, {max(figures):.2f} % at best"
        networks = counted(len(figures), "network")
        return f"{networks} of {span} {self.unit}: {reach}; {beaten} of {len(figures)} below found"


def accuracy_text(record: Record) -> str:
    """`71.30 %`, or the mean of several trainings with their standard deviation."""
    if record.accuracy is None:
        return "-"
    spread = "" if record.spread is None else f" ± {record.spread:.2f}"
    return f"{record.accuracy:.2f}{spread} %"


def _beats(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether it is nowhere worse and somewhere better."""
    return all(a >= b for a, b in zip(one, other, strict=True)) and tuple(one) != tuple(other)
