"""An expansion as a search: each step's networks are trained, and the most accurate goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archdsl.expansion.by_accuracy import Progress, progress
from archdsl.expansion.stages import Grown
from archdsl.search.candidates.course import chosen, tried
from archdsl.search.candidates.grown import GrownSpace, grown_by
from archdsl.search.domain import Goal
from archdsl.search.records.ledger import Job
from archdsl.search.records.record import Record, State

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

_REASON = "grown "
"""How the reason of a trial begins, before the axes that lead to its network."""


@dataclass(frozen=True)
class Growth:
    """The networks that an expansion trains, all of which follow from results."""

    space: GrownSpace

    @property
    def sampler(self) -> BaseSampler:
        """Optuna wants one, which is never asked."""
        from optuna.samplers import RandomSampler

        return RandomSampler()

    @property
    def asked(self) -> int:
        return 0

    def jobs(self, results: Mapping[str, Record]) -> Sequence[Job]:
        how_far = self._progress(_own(results))
        end = () if how_far.end is None else (how_far.end,)
        return [self._job(grown) for grown in dict.fromkeys((*how_far.wanted, *end)) if grown.path]

    def found(self, trials: Sequence[Record], goal: Goal) -> Record | None:
        """The network that the expansion ends with; before, the one that it goes on from."""
        own = tried(trials)
        how_far = self._progress(own)
        last = how_far.end or how_far.stages[-1].grown
        trained = (record for record in own if record.state is State.TRAINED)
        return next((record for record in trained if _grown(record) == last), None)

    def notes(self, results: Mapping[str, Record]) -> Sequence[str]:
        """The axes along which the last step has no network."""
        skipped = self._progress(_own(results)).stages[-1].skipped
        return [f"not along {axis}: {reason}" for axis, reason in skipped.items()]

    def keeps(self, record: Record) -> bool:
        """Networks of the last step are trained beyond the budget, to contract the best one."""
        return not self.space.expansions.stage(_grown(record)).is_beyond

    def _progress(self, records: Iterable[Record]) -> Progress:
        results = {
            _grown(record): record.accuracy if record.state is State.TRAINED else None
            for record in records
        }
        return progress(self.space.expansions, results)

    def _job(self, grown: Grown) -> Job:
        end = " contracted" if grown.is_contracted else ""
        reason = f"{_REASON}{'.'.join(grown.path)}{end}"
        return Job(reason, chosen(self.space, self.space.member_of(grown)))


def _own(results: Mapping[str, Record]) -> Iterator[Record]:
    """The results of the expansion itself, without random ones that it is compared with."""
    return (record for reason, record in results.items() if reason.startswith(_REASON))


def _grown(record: Record) -> Grown:
    assert record.chosen
    return grown_by(record.chosen.taken)
