"""The networks that a supernet has found: each is trained alone, and the best one is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archdsl.diagnostics import CompileError, error
from archdsl.search.candidates.course import best, chosen
from archdsl.search.domain import Goal, NotAMember
from archdsl.search.records.ledger import Job, Searched
from archdsl.search.records.record import Record

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler


@dataclass(frozen=True)
class Derived:
    """What the searches with some seeds have found; nothing before they have ended.

    No member is asked of the sampler: a study must have one.
    """

    sampler: BaseSampler = field(repr=False)
    members: Sequence[Job] = ()
    asked: int = field(default=0, init=False)

    def jobs(self, results: Mapping[str, Record]) -> Sequence[Job]:
        return self.members

    def found(self, trials: Sequence[Record], goal: Goal) -> Record | None:
        return best(trials, goal)

    def notes(self, results: Mapping[str, Record]) -> Sequence[str]:
        return ()

    def keeps(self, record: Record) -> bool:
        return True


def jobs_of(space: Searched, found: Mapping[int, Mapping[str, str]]) -> tuple[Job, ...]:
    """What is to be trained of the decisions of each seed: every network once.

    Raises:
        CompileError: one is no member of the space within the bounds.
    """
    jobs: dict[str, Job] = {}
    for seed, taken in found.items():
        try:
            member = chosen(space, space.member(taken))
        except NotAMember as fault:
            message = f"what seed {seed} found is no member of `{space.name}`: {fault}"
            raise CompileError([error("search", message)]) from None
        jobs.setdefault(member.likeness, Job(f"found with seed {seed}", member))
    return tuple(jobs.values())
