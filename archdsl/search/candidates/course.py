"""What a search trains: as many members as a sampler is asked for, and those that follow from
results.

All of it is a function of the results in the storage, so that every worker comes to the same end,
and any of them can go on where another has stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Protocol

from archdsl.search.domain import Goal, Member
from archdsl.search.records.ledger import Job, Searched, lineages
from archdsl.search.records.record import FINISHED, Chosen, Record, State

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

BASELINE = "baseline "
"""How the reason of a trial begins that is trained to compare with."""

_NEAR = 0.05
"""The part of a cost by which another one may differ and still be about the same."""

_DRAWS = 400
"""Draws among which networks of about the same cost are looked for."""


class Course(Protocol):
    """Which members a method trains."""

    @property
    def sampler(self) -> BaseSampler:
        """Whom to ask for members."""

    @property
    def asked(self) -> int:
        """How many members the sampler is asked for; 0 where all follow from results."""

    def jobs(self, results: Mapping[str, Record]) -> Sequence[Job]:
        """All members that these results call for, those that are trained among them.

        `results` has the trials that were tried to the end, by the reasons that `jobs` gave them.
        The search is over once there are results for all of its jobs.
        """

    def found(self, trials: Sequence[Record], goal: Goal) -> Record | None:
        """The trial of the network that the search ends with, or would end with now."""

    def notes(self, results: Mapping[str, Record]) -> Sequence[str]:
        """What is left out of the members that these results call for, and why."""

    def keeps(self, record: Record) -> bool:
        """Whether the network of a trial is within all bounds, and so may be kept."""


@dataclass(frozen=True)
class Sampled:
    """The members that a sampler proposes."""

    sampler: BaseSampler = field(repr=False)
    asked: int

    def jobs(self, results: Mapping[str, Record]) -> Sequence[Job]:
        return ()

    def found(self, trials: Sequence[Record], goal: Goal) -> Record | None:
        return best(trials, goal)

    def notes(self, results: Mapping[str, Record]) -> Sequence[str]:
        return ()

    def keeps(self, record: Record) -> bool:
        return True


def chosen(space: Searched, member: Member) -> Chosen:
    """A member as a trial keeps it."""
    likeness = space.canonical(member)
    return Chosen(member.name, dict(member.taken), likeness, dict(member.costs))


def results(trials: Sequence[Record]) -> dict[str, Record]:
    """The trials tried to the end, by the reasons for which they were begun.

    Those of a sampler have none, and are not among them.
    """
    pairs = lineages(trials)
    return {begun.reason: last for begun, last in pairs if begun.reason and last.state in FINISHED}


def drawn(trials: Sequence[Record]) -> list[int]:
    """The numbers of the trials that were begun for a sampler's members, decided or not."""
    pairs = lineages(trials)
    return [
        begun.number
        for begun, last in pairs
        if not begun.reason and last.state is not State.SKIPPED
    ]


def tried(trials: Sequence[Record]) -> list[Record]:
    """The trials of the search itself that were tried to the end, with a result or without."""
    pairs = lineages(trials)
    return [last for begun, last in pairs if last.state in FINISHED and not is_baseline(begun)]


def compared(trials: Sequence[Record]) -> list[Record]:
    """The trained trials of all that a search is compared with."""
    return [last for begun, last in lineages(trials) if _is_trained(last) and is_baseline(begun)]


def searched(trials: Sequence[Record]) -> list[Record]:
    """The trained trials of the search itself."""
    pairs = lineages(trials)
    return [last for begun, last in pairs if _is_trained(last) and not is_baseline(begun)]


def _is_trained(record: Record) -> bool:
    return record.state is State.TRAINED


def is_baseline(record: Record) -> bool:
    """Whether a trial was begun to compare with."""
    return record.reason.startswith(BASELINE)


def best(trials: Sequence[Record], goal: Goal) -> Record | None:
    """The trial with the best accuracy; of equal ones the cheaper, and then the earlier."""

    def rank(record: Record) -> tuple[float, ...]:
        paired = zip(goal.objectives, record.values, strict=True)
        return (*(-objective.oriented(value) for objective, value in paired), record.number)

    return min(searched(trials), key=rank, default=None)


@dataclass(frozen=True)
class Baseline:
    """Random networks that cost about as much as what was found."""

    space: Searched
    metric: str
    count: int
    seed: int

    def jobs(self, found: Record) -> list[Job]:
        """The same ones for all workers: the first draws that cost about the same.

        Where these are too few, those whose costs are nearest.
        """
        assert found.chosen
        names = count(1)
        return [
            Job(f"{BASELINE}{found.number}.{next(names)}", member)
            for member in self._members(found.chosen)
        ]

    def _members(self, found: Chosen) -> list[Chosen]:
        random, known = Random(f"{self.seed}/baseline"), {found.likeness}
        near: list[Chosen] = []
        others: list[Chosen] = []
        for _ in range(_DRAWS if self.count else 0):
            member = chosen(self.space, self.space.draw(random))
            if member.likeness in known:
                continue
            known.add(member.likeness)
            is_near = self._distance(member, found) <= _NEAR * found.costs[self.metric]
            (near if is_near else others).append(member)
            if len(near) == self.count:
                return near
        others.sort(key=lambda member: self._distance(member, found))
        return [*near, *others][: self.count]

    def _distance(self, member: Chosen, found: Chosen) -> int:
        return abs(member.costs[self.metric] - found.costs[self.metric])
