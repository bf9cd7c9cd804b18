"""A trial while it is this worker's: all that the worker tells the storage about it.

Each step raises `Lost` once the trial was taken from the worker, which then stops training it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archdsl.search.records.ledger import Ledger, Lost
from archdsl.search.records.record import Chosen

if TYPE_CHECKING:
    from optuna.trial import Trial, TrialState


@dataclass(frozen=True)
class Claim:
    """A trial that this worker has taken."""

    ledger: Ledger = field(repr=False)
    trial: Trial = field(repr=False)

    @property
    def number(self) -> int:
        return self.trial.number

    def sign(self, identity: str, name: str) -> None:
        """Say whose the trial is."""
        self._note("worker", [identity, name])
        self.beat(0.0)

    def beat(self, seconds: float) -> None:
        """Show that the worker is there, and how long it has trained."""
        self._note("beat", [round(time.time(), 1), round(seconds, 1)])

    def suggest(self) -> dict[str, str]:
        """What the sampler takes at each decision; in a trial of the queue what is given there."""
        decisions, suggest = self.ledger.decisions, self.trial.suggest_categorical

        def take() -> dict[str, str]:
            return {name: str(suggest(name, list(options))) for name, options in decisions.items()}

        return self.ledger.attempt(take)

    def decide(self, chosen: Chosen) -> None:
        """The member is known; from now on others draw other ones."""
        self._note("member", chosen.attribute())

    def end_epoch(self, count: int, accuracy: float) -> None:
        """The accuracy after an epoch, counted over all trainings of the trial, from 1."""
        storage, identity = self.trial.storage, self.trial._trial_id
        self.ledger.attempt(lambda: storage.set_trial_intermediate_value(identity, count, accuracy))

    # Ends

    def finish(self, values: Sequence[float], accuracies: Sequence[float]) -> None:
        """The trial is trained."""
        self._note("trained", list(accuracies))
        self._tell("COMPLETE", values)

    def diverge(self, values: Sequence[float]) -> None:
        """Its loss was no longer finite: it counts as the worst."""
        self._note("diverged", True)
        self._tell("COMPLETE", values)

    def fail(self, why: str) -> None:
        """It cannot be trained, and nobody shall try again: samplers count it as the worst."""
        self._note("diverged", True)
        self._note("failed", _words(why))
        self._tell("FAIL")

    def skip(self, why: str, values: Sequence[float] | None = None) -> None:
        """It is not trained. `values` are those of an equal member, from which samplers learn."""
        self._note("skipped", _words(why))
        self._tell("COMPLETE" if values else "FAIL", values)

    def crash(self, times: int) -> None:
        """Its training has crashed, so many times by now: another trial tries again."""
        self._note("crashes", times)
        self._tell("FAIL")

    def give_back(self) -> None:
        """End it as interrupted: another trial goes on from its last checkpoint."""
        self._tell("FAIL")

    def _note(self, name: str, value: Any) -> None:
        self.ledger.attempt(lambda: self.trial.set_user_attr(name, value))

    def _tell(self, state: str, values: Sequence[float] | None = None) -> None:
        from optuna.trial import TrialState

        how: TrialState = TrialState[state]
        self.ledger.attempt(lambda: self._told(how, None if values is None else list(values)))

    def _told(self, state: TrialState, values: list[float] | None) -> None:
        """Tell once. Where the answer to an earlier attempt was lost, it has been told already."""
        found = self.ledger.study.tell(self.number, values, state=state, skip_if_finished=True)
        if found.state != state or (found.values or None) != values:
            raise Lost


_LONGEST = 1000


def _words(text: str) -> str:
    """The text as `record.py` takes it: short, and no formula in a table."""
    return text.lstrip("=+-@ \t\r\n")[:_LONGEST]
