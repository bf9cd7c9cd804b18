"""A worker: it takes a trial, trains its member and tells the result, until there is no more to do.

Any number of workers do this on one storage, each a process of its own. None leads: whoever looks
at the trials sees what is to be done, and `ledger.py` says why two cannot do it twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from archdsl.diagnostics import CompileError, counted
from archdsl.search import cores, trouble
from archdsl.search.candidates import course
from archdsl.search.candidates.drawing import Drawing
from archdsl.search.domain import Member
from archdsl.search.post import Post
from archdsl.search.records.claim import Claim
from archdsl.search.records.ledger import Job, Lost, lineages, missing, successors
from archdsl.search.records.presence import Heart, living
from archdsl.search.records.record import Record, State
from archdsl.search.stopping import Stopped
from archdsl.search.training import Broken
from archdsl.search.trial import Clock, Trial

_CRASHES = 3
"""Members in a row whose training crashed, after which it is the machine and not the members."""

_PAUSE = 2.0
"""Seconds between looks at what others do."""

_PERIOD = 15.0
"""Seconds between signs of life, at most: a quarter of `--stale` if that is less."""

_UNFINISHED = {State.WAITING, State.DECIDING, State.RUNNING, State.INTERRUPTED}


class Worker:
    """One process of a search."""

    def __init__(self, post: Post, on_result: Callable[[Sequence[Record]], None]) -> None:
        """`on_result` is called with all trials whenever one of this worker has ended."""
        self._post, self._on_result = post, on_result
        self._drawing = Drawing(post)
        self._crashed: set[str] = set()
        self._said: set[str] = set()

    def work(self) -> None:
        """Train until the search is over, or the user stops it.

        Raises:
            CompileError: a training needs the user, or the storage is away, or the disk is full.
        """
        try:
            with self._post.presence.shown(), suppress(Stopped):
                self._say_if_crowded()
                while self._step():
                    self._post.stop.check()
        except BrokenPipeError:  # of the terminal
            raise
        except OSError as fault:
            raise trouble.cannot_write(self._post.run, fault) from None

    def _say_if_crowded(self) -> None:
        """Trainings that wait for each other's threads are several times slower."""
        here = living(self._post.run) * (self._post.setup.how.processes or 1)
        if said := cores.crowding(here):
            self._post.console.line(said)

    def _step(self) -> bool:
        """Do the next thing. False once the search is over."""
        trials = self._post.trials()
        jobs = [*successors(trials), *missing(self._jobs(trials), trials)]
        if jobs:
            self._post.ledger.enqueue(jobs)
            self._tell(trials)
            return True
        if self._is_asked(trials) or any(each.state is State.WAITING for each in trials):
            self._take()
            return True
        running = [last for _, last in lineages(trials) if last.state in _UNFINISHED]
        if running:
            self._post.console.progress(f"waiting for {counted(len(running), 'trial')} of others")
            self._post.wait(_PAUSE)
        return bool(running)

    def _tell(self, trials: Sequence[Record]) -> None:
        """Say what is left out of the members in the queue, once."""
        notes = self._post.setup.course.notes(course.results(trials))
        for note in notes:
            if note not in self._said:
                self._post.console.line(note)
        self._said |= {*notes}

    def _is_asked(self, trials: Sequence[Record]) -> bool:
        """Whether the sampler is to be asked for one more member."""
        is_short = len(course.drawn(trials)) < self._post.setup.course.asked
        return is_short and not self._post.ledger.end

    def _jobs(self, trials: Sequence[Record]) -> Sequence[Job]:
        """What follows from the results: the method's own, and then what it is compared with."""
        setup = self._post.setup
        jobs = setup.course.jobs(course.results(trials))
        own = [last for begun, last in lineages(trials) if not course.is_baseline(begun)]
        is_over = not missing(jobs, trials) and not self._is_asked(trials)
        if not is_over or any(record.state in _UNFINISHED for record in own):
            return jobs
        found = setup.course.found(trials, setup.goal)
        return [*jobs, *setup.baseline.jobs(found)] if found else jobs

    def _take(self) -> None:
        """Take a trial, and bring it to an end."""
        claim = Claim(self._post.ledger, self._post.ledger.ask())
        clock = Clock()
        period = min(self._post.stale / 4, _PERIOD)
        try:
            with Heart(lambda: self._beat(claim, clock), period) as heart:
                claim.sign(self._post.presence.identity, self._post.presence.name)
                if member := self._drawing.member(claim, heart):
                    self._count(
                        Trial(self._post, claim, member, heart, clock).train(), claim, member
                    )
        except Lost:
            self._post.console.line(f"trial {claim.number}: another worker has taken it")
        except BaseException as fault:
            if not _is_of_storage(fault):
                with suppress(Lost):
                    claim.give_back()
            raise
        self._on_result(self._post.ledger.trials())

    def _beat(self, claim: Claim, clock: Clock) -> None:
        """Give a sign of life, and look for those of others."""
        claim.beat(clock.seconds)
        self._post.look()

    def _count(self, broken: Broken | None, claim: Claim, member: Member) -> None:
        """Note whether a training has crashed.

        Raises:
            CompileError: those of several members have, one after the other.
        """
        self._crashed = self._crashed | {member.name} if broken else set()
        if broken and len(self._crashed) == _CRASHES:
            raise trouble.crashing(claim.number, member, broken, _CRASHES)


def _is_of_storage(fault: BaseException) -> bool:
    """Whether the storage is away, so that nothing can be told to it."""
    if not isinstance(fault, CompileError):
        return False
    return any(diagnostic.code == "storage" for diagnostic in fault.diagnostics)
