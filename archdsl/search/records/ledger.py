"""What workers agree on: the trials in a storage, and the few changes that workers make to them.

Several processes change one study at once. What they do rests on three promises, which each
storage keeps in its own way: the journal by the order of its lines, a database by locking the row
of the study or of the trial, a proxy by the storage behind it.

1. Trials are numbered in the order in which they appear: whoever sees one sees all before it.
2. A waiting trial is taken by one worker alone.
3. A trial is finished once. Whoever comes later is told so.

From these follows the rest. A trial is taken from a silent worker by finishing it as interrupted
(3), and its member is put in the queue again. A worker that dies between the two leaves no gap:
any other sees an interrupted trial without one that goes on, and adds that. If two add it, the
lower number counts (1), and so for everything that is put in the queue for a reason. Members are
drawn in the order of the numbers, so a draw knows all others, and no member is drawn twice at the
same time (1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random
from time import monotonic, sleep
from typing import TYPE_CHECKING, Protocol, TypeVar

from archdsl.diagnostics import CompileError
from archdsl.search.domain import Member, NotAMember
from archdsl.search.records.damage import DAMAGES, Damaged
from archdsl.search.records.record import Chosen, Record, State, read
from archdsl.search.records.storage import Address
from archdsl.search.records.study import ENDED

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial, Trial

T = TypeVar("T")

_PAUSES = (0.1, 0.5, 2.0, 5.0)
"""Seconds between attempts to reach a storage, the last one again and again."""


class Lost(Exception):
    """Another worker has finished this trial: it took its worker for gone."""


class Searched(Protocol):
    """What workers need of a space: as `domain.Space` has it, but members are not changed here."""

    @property
    def name(self) -> str: ...

    @property
    def decisions(self) -> Mapping[str, tuple[str, ...]]: ...

    def draw(self, random: Random) -> Member: ...

    def member(self, taken: Mapping[str, str]) -> Member: ...

    def canonical(self, member: Member) -> str: ...


@dataclass(frozen=True)
class Job:
    """A member that is to be trained, for a reason that no other trial has."""

    reason: str
    chosen: Chosen
    again: int | None = None
    crashes: int = 0


@dataclass(frozen=True)
class Ledger:
    """The trials of a study of a space. `space` is None for who only looks, without the spec.

    A storage that is away for less than `patience` seconds is waited for.
    """

    study: Study = field(repr=False)
    address: Address
    space: Searched | None
    patience: float
    _finished: dict[int, Record] = field(default_factory=dict, repr=False)
    _members: dict[int, Chosen] = field(default_factory=dict, repr=False)

    def trials(self) -> list[Record]:
        """All trials, by their numbers.

        Raises:
            CompileError: the storage cannot be read, or holds what no worker has written.
        """
        try:
            found = self.attempt(lambda: self.study.get_trials(deepcopy=False))
            records = [self._record(trial) for trial in found]
            lineages(records)
            return records
        except DAMAGES as fault:
            raise CompileError([self.address.told(fault)]) from None

    def _record(self, trial: FrozenTrial) -> Record:
        """The record of a trial; one that is finished stays as it is, and is read once."""
        if trial.number in self._finished:
            return self._finished[trial.number]
        record = read(trial)
        self._check(record)
        if trial.state.is_finished():
            self._finished[trial.number] = record
        return record

    def _check(self, record: Record) -> None:
        """Refuse a trial whose decisions make no member of the space, with just these."""
        chosen, space = record.chosen, self.space
        if chosen is None or space is None or self._members.get(record.number) == chosen:
            return
        try:
            is_member = dict(space.member(chosen.taken).taken) == chosen.taken
        except NotAMember as fault:
            raise Damaged(f"trial {record.number} is of no member: {fault}") from None
        if not is_member:
            raise Damaged(f"trial {record.number} decides what its member does not")
        self._members[record.number] = chosen

    @property
    def decisions(self) -> Mapping[str, Sequence[str]]:
        """The parameters of trials, with the texts of their options."""
        return self.space.decisions if self.space else {}

    def ask(self) -> Trial:
        """A trial for this worker: one that waits, or else a new one."""
        return self.attempt(self.study.ask)

    def enqueue(self, jobs: Iterable[Job]) -> None:
        """Put members in the queue, each with its reason and all that is known of it, at once."""
        for job in jobs:
            attributes: dict[str, object] = {
                "reason": job.reason,
                "member": job.chosen.attribute(),
            }
            if job.again is not None:
                attributes |= {"again": job.again, "crashes": job.crashes}
            # All decisions, also those that this member does not make: no sampler is asked then.
            options = {name: texts[0] for name, texts in self.decisions.items()}
            taken = {name: job.chosen.taken.get(name, first) for name, first in options.items()}
            self.attempt(partial(self.study.enqueue_trial, taken, attributes))

    def interrupt(self, number: int) -> None:
        """Take a trial from its worker, unless that has finished it."""
        from optuna.trial import TrialState

        take = partial(self.study.tell, number, state=TrialState.FAIL, skip_if_finished=True)
        with suppress(Lost):
            self.attempt(take)

    @property
    def end(self) -> str:
        """Why the sampler is not asked any more; empty while it is."""
        return str(self.attempt(lambda: self.study.user_attrs.get(ENDED, "")))

    def exhaust(self, why: str) -> None:
        """Let no worker ask the sampler any more."""
        self.attempt(partial(self.study.set_user_attr, ENDED, why))

    def attempt(self, action: Callable[[], T]) -> T:
        """Do something with the storage, again and again while it is away.

        Raises:
            Lost: the trial is finished.
            CompileError: the storage stays away, or is damaged.
        """
        from optuna.exceptions import UpdateFinishedTrialError

        since, tries = monotonic(), 0
        while True:
            try:
                return action()
            except UpdateFinishedTrialError:
                raise Lost from None
            except Damaged as fault:
                raise CompileError([self.address.told(fault)]) from None
            except _faults() as fault:
                if monotonic() - since >= self.patience:
                    raise CompileError([self.address.told(fault)]) from None
                sleep(_PAUSES[min(tries, len(_PAUSES) - 1)])
                tries += 1


def _faults() -> tuple[type[Exception], ...]:
    """The errors of a storage that is away."""
    from optuna.exceptions import StorageInternalError

    try:
        from grpc import RpcError
    except ImportError:
        return StorageInternalError, OSError
    return StorageInternalError, OSError, RpcError


def goes_on(record: Record) -> str:
    """The reason of the trial that goes on with an interrupted one."""
    return f"again {record.number}"


def successors(trials: Sequence[Record]) -> list[Job]:
    """What goes on with the interrupted trials, where nothing does yet."""
    return [
        Job(goes_on(last), last.chosen, last.number, last.crashes)
        for _, last in lineages(trials)
        if last.state is State.INTERRUPTED and last.chosen
    ]


def missing(jobs: Iterable[Job], trials: Sequence[Record]) -> list[Job]:
    """Those of the jobs that no trial is for."""
    reasons = {record.reason for record in trials}
    return [job for job in jobs if job.reason not in reasons]


def is_first(record: Record, trials: Sequence[Record]) -> bool:
    """Whether a trial counts among those of one reason: it is that of the lowest number."""
    same = (each.number for each in trials if each.reason == record.reason)
    return not record.reason or next(same) == record.number


def lineages(trials: Sequence[Record]) -> list[tuple[Record, Record]]:
    """Each trial that was begun anew, and the one that goes on with it last; often the same.

    Raises:
        Damaged: a trial goes on with none that came before it.
    """
    begun: dict[int, Record] = {}
    last: dict[int, Record] = {}
    reasons: set[str] = set()
    for record in trials:
        if record.reason in reasons:
            continue  # two workers have added it, and the first of them counts
        reasons |= {record.reason} - {""}
        first = record if record.again is None else begun.get(record.again)
        if first is None:
            raise Damaged(f"trial {record.number} goes on with trial {record.again}")
        begun[record.number] = first
        last[first.number] = record
    return [(begun[number], record) for number, record in last.items()]
