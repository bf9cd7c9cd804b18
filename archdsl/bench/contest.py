"""All ways of one network against each other: each set up in its process, then measured in rounds.

A way that fails, dies, takes too long or gives other results than the readable module in eager mode
is out, for a reason that is told. The others go on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from archdsl.bench import memory
from archdsl.bench.apart import Apart, bench_error
from archdsl.bench.engines import call_of
from archdsl.bench.rounds import Spent, Times, time_of
from archdsl.bench.subject import Prepared, Subject, prepare
from archdsl.bench.ways import ENGINES, Way
from archdsl.diagnostics import CompileError
from archdsl.export.checks import BOUND

Say = Callable[[str], None]


@dataclass(frozen=True)
class Round:
    """What a call took in a round, and what is known of the process by then.

    `memory` is the most that the process held in its rounds, less what its libraries alone take.
    """

    spent: Spent
    memory: int | None
    difference: float


@dataclass(frozen=True)
class Measured:
    """A way with its times, its memory in bytes, and how far its results are off at most.

    `cpu` are the times of the processor, which other programs change little.
    """

    way: Way
    times: Times
    cpu: Times
    memory: int | None
    difference: float


@dataclass(frozen=True)
class Failed:
    """A way that is out, and why."""

    way: Way
    reason: str


@dataclass(frozen=True)
class Contest:
    """What was measured of a subject, in the order of its ways."""

    prepared: Prepared
    measured: Sequence[Measured]
    failed: Sequence[Failed]


@dataclass(frozen=True)
class Terms:
    """How it is measured: in how many rounds, and for how many seconds a way may take in all."""

    repeats: int
    seconds: float


def contest(subject: Subject, ways: Sequence[Way], terms: Terms, say: Say) -> Contest:
    """Measure all ways of a network. `say` gets what is being done.

    Raises:
        CompileError: the readable module itself does not run.
    """
    with tempfile.TemporaryDirectory(prefix="archdsl-bench-") as folder, ExitStack() as stack:
        prepared, unread = _prepared(subject, Path(folder), ways, terms, say)
        arena = _Arena(prepared, terms.seconds, stack)
        at = f"batch {subject.batch}: "
        for way in (each for each in ways if each not in unread):
            say(f"{at}setting up {way}")
            arena.enter(way)
        for number in range(terms.repeats):
            say(f"{at}round {number + 1} of {terms.repeats}")
            arena.round()
        out = {**unread, **arena.out}
        failed = [Failed(way, out[way]) for way in ways if way in out]
        return Contest(prepared, list(arena.measured()), failed)


def _prepared(
    subject: Subject, folder: Path, ways: Iterable[Way], terms: Terms, say: Say
) -> tuple[Prepared, dict[Way, str]]:
    """What all ways take, and why some do not get it."""
    say("weights and samples")
    with closing(Apart(prepare, subject, folder, seconds=terms.seconds)) as maker:
        prepared = maker.answer()
        readers = [way for way in ways if ENGINES[way.engine].reads_onnx]
        if not readers:
            return prepared, {}
        say("writing ONNX")
        try:
            maker.answer()
        except CompileError as failure:
            return prepared, dict.fromkeys(readers, f"no ONNX: {failure}")
    return prepared, {}


def compete(way: Way, prepared: Prepared) -> Generator[Round, None, None]:
    """The work of a way's process: a round for each answer."""
    import_module("numpy")
    import_module(ENGINES[way.engine].library)
    before = memory.resident()
    call = call_of(way, prepared)
    call()  # packs weights, which takes more memory than the rounds
    difference = prepared.difference(call())
    memory.forget_peak()
    while True:
        spent, most = time_of(call), memory.peak()
        grown = None if before is None or most is None else most - before
        yield Round(spent, grown, difference)


class _Arena:
    """The ways that are in, each in its process, and their rounds; why others are out."""

    def __init__(self, prepared: Prepared, seconds: float, stack: ExitStack) -> None:
        self._prepared, self._seconds, self._stack = prepared, seconds, stack
        self._running: dict[Way, Apart[Round]] = {}
        self._rounds: dict[Way, list[Round]] = {}
        self.out: dict[Way, str] = {}

    def enter(self, way: Way) -> None:
        """Start a way, and drop its first round: that fills its caches and its heap."""
        process = Apart(compete, way, self._prepared, seconds=self._seconds)
        self._running[way] = self._stack.enter_context(closing(process))
        self._rounds[way] = []
        self._ask(way)

    def round(self) -> None:
        for way in [*self._running]:
            if (found := self._ask(way)) is not None:
                self._rounds[way].append(found)

    def _ask(self, way: Way) -> Round | None:
        """A round of a way; None puts it out."""
        try:
            found = self._running[way].answer()
            _check_same(found)
        except CompileError as failure:
            self._running.pop(way).close()
            self.out[way] = str(failure)
            return None
        return found

    def measured(self) -> Iterator[Measured]:
        for way in self._running:
            rounds = self._rounds[way]
            walls, cpus = zip(*(each.spent for each in rounds), strict=True)
            last = rounds[-1]
            yield Measured(way, Times(walls), Times(cpus), last.memory, last.difference)


def _check_same(found: Round) -> None:
    if found.difference > BOUND:
        off = f"it gives something else: {found.difference:.1e} of the largest value off"
        raise bench_error(f"{off}, and {BOUND:.0e} is allowed")
