"""One trial from its member to its result: the folder, the trainings, and what is told of them."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from archdsl.report.text import readable
from archdsl.search import trouble
from archdsl.search.candidates import course
from archdsl.search.domain import Member
from archdsl.search.post import Post
from archdsl.search.records.claim import Claim
from archdsl.search.records.ledger import lineages
from archdsl.search.records.presence import Heart
from archdsl.search.records.record import Record
from archdsl.search.results.results import UNITS
from archdsl.search.training import Attendance, Broken, Trained, bench


class Clock:
    """How long a trial is trained, its interruptions left out."""

    def __init__(self) -> None:
        self._before = 0.0
        self._since: float | None = None

    @property
    def seconds(self) -> float:
        """Seconds so far; 0 before the start."""
        return self._before + (0.0 if self._since is None else time.monotonic() - self._since)

    def start(self, before: float) -> None:
        """Go on from the seconds of earlier trials."""
        self._before, self._since = before, time.monotonic()


@dataclass
class Trial:
    """A trial of this worker whose member is known."""

    post: Post
    claim: Claim
    member: Member
    heart: Heart
    clock: Clock
    _told: int = field(default=0, init=False)  # epochs
    _reason: str = field(default="", init=False)

    def train(self) -> Broken | None:
        """Train the member and tell the result; a training that has crashed is given to the caller.

        Raises:
            Lost: the trial was taken from this worker.
            Stopped: the user has asked for it.
            CompileError: the user has to mend something, and the trial is not ended.
        """
        trials = self.post.ledger.trials()
        begun, earlier = self._earlier(trials)
        self.clock.start(earlier.seconds if earlier else 0.0)
        self._reason = trials[begun].reason
        setup = self.post.setup
        name = folder_name(begun, self.member)
        contents = setup.contents(self.member)
        try:
            with bench(self.post.run, name, contents, self._wait) as place:
                attendance = Attendance(self._on_epoch, self._check, self.post.stop)
                result = place.train(setup.how, setup.seeds, attendance)
        except OSError as fault:
            raise trouble.cannot_write(self.post.run, fault) from None
        if isinstance(result, Broken):
            return self._broken(result, trials)
        self._finish(result)
        return None

    def _earlier(self, trials: Sequence[Record]) -> tuple[int, Record | None]:
        """The number of the trial that was begun, and the last one before this, if there is one."""
        own = trials[self.claim.number]
        for begun, last in lineages(trials):
            if last.number == own.number:
                earlier = None if own.again is None else trials[own.again]
                return begun.number, earlier
        return own.number, None

    def _finish(self, result: Trained) -> None:
        self.claim.beat(self.clock.seconds)
        mean = sum(result.accuracies) / len(result.accuracies)
        self.claim.finish(self.post.setup.goal.values(self.member, mean), result.accuracies)
        self.post.console.line(f"{self._name}: {self._accuracy(mean)}")

    def _broken(self, broken: Broken, trials: Sequence[Record]) -> Broken | None:
        """Tell how a training ended that has no result. None if it is told for good."""
        if broken.has_diverged:
            worst = min((record.values[0] for record in course.searched(trials)), default=0.0)
            self.claim.diverge(self.post.setup.goal.values(self.member, worst))
            self.post.console.line(f"{self._name}: diverged, it counts as the worst so far")
            return None
        if broken.ending.is_refusal:
            raise trouble.refused(self.claim.number, self.member, broken)
        times = trials[self.claim.number].crashes + 1
        how = trouble.how_it_ended(broken)
        if times == 1:
            self.post.console.line(f"{self._name}: train.py {how}, once more")
            self.claim.crash(times)
        else:
            self.post.console.line(f"{self._name}: train.py {how} again, it is left out")
            self.claim.fail("; ".join([how, *broken.ending.words[-1:]]))
        return broken

    # While it trains

    def _check(self) -> None:
        self.heart.check()

    def _wait(self) -> None:
        """While another process has the folder: nothing of this trial runs yet."""
        self.heart.check()
        self.post.stop.check()

    def _on_epoch(self, count: int, accuracy: float) -> None:
        """Tell the accuracy after an epoch, once: a run that resumes begins with what is known."""
        if count > self._told:
            self.claim.end_epoch(count, accuracy)
            self._told = count
        how = self.post.setup.how
        total = how.epochs * len(self.post.setup.seeds)
        self.post.console.progress(
            f"{self._name}  epoch {count}/{total}  {self._accuracy(accuracy)}"
        )

    @property
    def _name(self) -> str:
        costs = self.member.costs
        metric = self.post.setup.baseline.metric
        cost = f"{readable(costs.get(metric, 0))} {UNITS.get(metric, metric)}"
        why = f"{self._reason}  " if self._reason else ""
        return f"trial {self.claim.number}  {self.member.name}  {why}{cost}"

    def _accuracy(self, value: float) -> str:
        return f"{self.post.setup.how.figure} {value:.2f} %"


def folder_name(begun: int, member: Member) -> str:
    """`0017_7f3a2c19`, of a trial and the digits of its member, which are this worker's own."""
    digits = re.sub(r"\W", "_", member.name.rpartition("#")[2])
    return f"{begun:04}_{digits}"
