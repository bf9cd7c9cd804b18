"""What the trials of a study tell a sampler: members, their results, and which networks are known.

All of it is read from the storage, so every process that asks has the same history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from archdsl.search.domain import Goal, Member, NotAMember, Space

DIVERGED = "diverged"
"""The attribute of a trial whose loss was no number: it counts as the worst, whatever it told."""

SKIPPED = "skipped"
"""The attribute of a trial that nothing was trained for, with the reason."""

FAILED = "failed"
"""The attribute of a trial that cannot be trained, and is not tried again."""

_FIXED = "fixed_params"  # Optuna's name for the parameters of an enqueued trial


@dataclass(frozen=True)
class Seen:
    """A member of a trial with the number of the trial.

    `result` is what training told, so that more is better; None while it is trained.
    """

    number: int
    member: Member
    canonical: str
    result: float | None


@dataclass(frozen=True)
class History:
    """The trials so far, in the order of their numbers.

    `given_up` are those that cannot be trained. Others that were interrupted do not count: what
    goes on with them is a trial of its own.
    """

    trained: tuple[Seen, ...]
    awaited: tuple[Seen, ...]
    given_up: tuple[Seen, ...] = ()

    @property
    def known(self) -> frozenset[str]:
        """The canonical names of the networks that are no longer to be proposed."""
        seen = (*self.trained, *self.awaited, *self.given_up)
        return frozenset(each.canonical for each in seen)


@dataclass(frozen=True)
class Historian:
    """Reads histories of one space, and finds each trial's member once."""

    space: Space
    goal: Goal
    _found: dict[int, tuple[Member, str]] = field(default_factory=dict)

    def read(self, study: Study, asking: int) -> History:
        """The history for the trial of the number `asking`, without that trial."""
        trials = study.get_trials(deepcopy=False)
        told = [t for t in trials if t.number != asking and SKIPPED not in t.user_attrs]
        awaited = [t for t in told if t.state in (TrialState.RUNNING, TrialState.WAITING)]
        given_up = [t for t in told if t.user_attrs.get(FAILED)]
        return History(
            self._seen(self._results(told)),
            self._seen((trial, None) for trial in awaited),
            self._seen((trial, None) for trial in given_up),
        )

    def _results(self, trials: Sequence[FrozenTrial]) -> Iterator[tuple[FrozenTrial, float]]:
        """The trials that ended, each with its result; the worst one where training diverged."""
        results = {
            t.number: self.goal.trained.oriented(t.values[0]) for t in trials if _is_result(t)
        }
        worst = min(results.values(), default=0.0)
        for trial in trials:
            if trial.number in results or trial.user_attrs.get(DIVERGED):
                yield trial, results.get(trial.number, worst)

    def _seen(self, trials: Iterable[tuple[FrozenTrial, float | None]]) -> tuple[Seen, ...]:
        found = ((trial.number, self._member(trial), result) for trial, result in trials)
        return tuple(Seen(number, *member, result) for number, member, result in found if member)

    def _member(self, trial: FrozenTrial) -> tuple[Member, str] | None:
        """A trial's member and its canonical name; None for one that has just begun to ask."""
        if trial.number not in self._found:
            try:
                member = self.space.member(_options(trial))
            except NotAMember:
                return None
            self._found[trial.number] = member, self.space.canonical(member)
        return self._found[trial.number]


def _is_result(trial: FrozenTrial) -> bool:
    return trial.state is TrialState.COMPLETE and not trial.user_attrs.get(DIVERGED)


def _options(trial: FrozenTrial) -> Mapping[str, Any]:
    return {**trial.system_attrs.get(_FIXED, {}), **trial.params}
