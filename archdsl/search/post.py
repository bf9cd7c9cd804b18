"""What every part of a worker has at hand: the search, the trials, and the user who watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from archdsl.search.candidates.course import Baseline, Course
from archdsl.search.domain import Goal, Member
from archdsl.search.records.ledger import Ledger, Searched
from archdsl.search.records.presence import Presence, Watch
from archdsl.search.records.record import Record
from archdsl.search.stopping import StopRequest
from archdsl.search.training import How


class Console(Protocol):
    """Who is told what happens."""

    def line(self, text: str) -> None:
        """Something that happened."""

    def progress(self, text: str) -> None:
        """What is running."""


@dataclass(frozen=True)
class Setup:
    """What all workers of a search have in common, each built from the same spec.

    `contents` gives the files of a member's build folder by their names, with a spec of the member
    among them; `spec` gives the spec in which it is kept, as a network of a name.
    """

    name: str

    space: Searched
    goal: Goal
    course: Course
    baseline: Baseline
    contents: Callable[[Member], Mapping[str, str]]
    spec: Callable[[Member, str], str]
    how: How
    seeds: Sequence[int]
    keep: int


@dataclass(frozen=True)
class Post:
    """A worker's place in a search. `stale` is after how many seconds others count as gone."""

    run: Path
    setup: Setup
    ledger: Ledger
    console: Console
    stop: StopRequest
    stale: float
    presence: Presence = field(init=False)
    _watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "presence", Presence(self.run))
        object.__setattr__(self, "_watch", Watch(self.run, self.stale))

    def trials(self) -> list[Record]:
        """All trials, after those of workers that are gone were taken from these."""
        trials = self.ledger.trials()
        silent = self._watch.silent(trials)
        for record in silent:
            self.ledger.interrupt(record.number)
            whose = record.worker_name or "a worker"
            self.console.line(f"trial {record.number}: {whose} is gone, another goes on with it")
        return self.ledger.trials() if silent else trials

    def look(self) -> None:
        """Note who gives signs of life, while this worker trains."""
        self._watch.look(self.ledger.trials())

    def wait(self, seconds: float) -> None:
        """Wait a moment.

        Raises:
            Stopped: the user has asked the worker to stop.
        """
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.stop.check()
            time.sleep(min(left, 0.05))
