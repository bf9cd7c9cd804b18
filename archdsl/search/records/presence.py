"""Who is alive: the sign that a worker gives of itself, and how others know that one is gone.

On one machine the lock on a worker's file says it at once: the kernel frees it when the process
ends, however it ends. Otherwise a worker is gone if its signs of life have stayed the same for
long. How long is measured by whoever watches: clocks of two machines need not agree.
"""

from __future__ import annotations

import fcntl
import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from archdsl.search.records.machine import machine
from archdsl.search.records.record import Record, State

FOLDER = "workers"
"""The folder in that of the run with a file for each worker."""

_DECIDING = 120.0
"""Seconds after which a worker that draws a member counts as gone: a draw takes a few."""


@dataclass(frozen=True)
class Presence:
    """This worker: `identity` is new in each process, `name` is for people."""

    run: Path
    identity: str = field(default_factory=lambda: os.urandom(6).hex())
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Hold the lock on the worker's file, and remove both in the end."""
        path = _file(self.run, self.identity)
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "w") as stream:
            with suppress(OSError):  # a file system without locks: others wait for signs of life
                fcntl.flock(stream, fcntl.LOCK_EX)
                stream.write(machine())
                stream.flush()
            try:
                yield
            finally:
                path.unlink(missing_ok=True)


def is_gone(run: Path, identity: str) -> bool:
    """Whether a worker of this machine has certainly ended. False where that cannot be known."""
    try:
        with open(_file(run, identity), "r+") as stream:
            if stream.read(100) != machine():
                return False
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except OSError:
        return False


def living(run: Path) -> int:
    """How many workers of a run are on this machine, this one included."""
    files = [*(run / FOLDER).glob("*")]
    return max(1, sum(_lives_here(path) for path in files))


def _lives_here(path: Path) -> bool:
    """Whether a process of this machine holds the lock on a worker's file."""
    try:
        with open(path, "r+") as stream:
            if stream.read(100) != machine():
                return False
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # it has ended meanwhile, or nobody knows
    return False


def _file(run: Path, identity: str) -> Path:
    return run / FOLDER / identity


@dataclass
class _Sight:
    """The last sign of life of a trial, and for how long it was seen to stay the same."""

    beat: float | None
    seconds: float = 0.0


@dataclass
class Watch:
    """Tells which trials are silent: their workers are gone, or gave no sign for `stale` seconds.

    It must look often. One look counts for a third of `stale` at most: between two that are far
    apart, the storage may have been away, and nobody could give a sign.
    """

    run: Path
    stale: float
    clock: Callable[[], float] = monotonic
    _looked: float | None = None
    _sights: dict[int, _Sight] = field(default_factory=dict)

    def look(self, trials: Iterable[Record]) -> None:
        """Note the signs of life of running trials."""
        now = self.clock()
        passed = min(now - self._looked, self.stale / 3) if self._looked is not None else 0.0
        self._looked = now
        for record in filter(_is_running, trials):
            sight = self._sights.get(record.number)
            if sight is None or sight.beat != record.beat:
                self._sights[record.number] = _Sight(record.beat)
            else:
                sight.seconds += passed

    def silent(self, trials: Sequence[Record]) -> list[Record]:
        """Look, and return the trials to take from their workers."""
        self.look(trials)
        return [record for record in trials if _is_running(record) and self._is_silent(record)]

    def _is_silent(self, record: Record) -> bool:
        is_drawing = record.state is State.DECIDING
        patience = min(self.stale, _DECIDING) if is_drawing else self.stale
        if self._sights[record.number].seconds >= patience:
            return True
        return bool(record.worker) and is_gone(self.run, record.worker)


def _is_running(record: Record) -> bool:
    return record.state in (State.RUNNING, State.DECIDING)


class Heart:
    """A thread that does something every few seconds, until it fails or is stopped."""

    def __init__(self, beat: Callable[[], None], period: float) -> None:
        self._beat, self._period = beat, period
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self.fault: Exception | None = None

    def __enter__(self) -> Heart:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stopped.wait(self._period):
            try:
                self._beat()
            except Exception as fault:  # the worker's own thread raises it
                self.fault = fault
                return

    def check(self) -> None:
        """Raise what has stopped the beats."""
        if self.fault is not None:
            raise self.fault
