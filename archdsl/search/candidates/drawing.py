"""Which member a trial is of: what the queue says, or what the sampler proposes now."""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.search import trouble
from archdsl.search.candidates import course
from archdsl.search.candidates.course import chosen
from archdsl.search.domain import Member, NotAMember
from archdsl.search.post import Post
from archdsl.search.records.claim import Claim
from archdsl.search.records.ledger import is_first, lineages
from archdsl.search.records.presence import Heart
from archdsl.search.records.record import Record, State
from archdsl.search.samplers.even import Exhausted

_MISSES = 100
"""Proposals in a row that are known or not wanted, after which a sampler is of no use."""

_PAUSE = 0.1


class Drawing:
    """Finds the members of trials, and ends those that are not to be trained."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._misses = 0

    def member(self, claim: Claim, heart: Heart) -> Member | None:
        """The member to be trained; None where the trial was ended without that.

        Raises:
            Lost: the trial was taken from this worker.
            Stopped: the user has asked for it.
            CompileError: the sampler is of no use, or the storage.
        """
        trials = self._post.ledger.trials()
        record = trials[claim.number]
        if record.chosen is None:
            return self._proposed(claim, heart)
        if not is_first(record, trials):
            claim.skip("another worker has added it too")
            return None
        return self._queued(claim, record, trials)

    def _queued(self, claim: Claim, record: Record, trials: Sequence[Record]) -> Member | None:
        assert record.chosen
        claim.suggest()  # what is given, as parameters for Optuna's own tools
        member = self._post.setup.space.member(record.chosen.taken)
        twin = _known(record, trials)
        if twin is None or twin.state is not State.TRAINED:
            return member
        # No network is trained twice, also where different reasons lead to it.
        claim.finish(twin.values, twin.accuracies)
        self._post.console.line(f"trial {claim.number}: the network of trial {twin.number} again")
        return None

    def _proposed(self, claim: Claim, heart: Heart) -> Member | None:
        trials = self._when_decided(claim, heart)
        before = [number for number in course.drawn(trials) if number < claim.number]
        if len(before) >= self._post.setup.course.asked:
            claim.skip("there are enough")
            return None
        try:
            member = self._post.setup.space.member(claim.suggest())
        except NotAMember as fault:
            self._miss(claim, str(fault))
            return None
        except Exhausted as fault:
            self._post.ledger.exhaust(str(fault))
            self._post.console.line(str(fault))
            claim.skip("the sampler has no more")
            return None
        return self._decided(claim, member, trials)

    def _decided(self, claim: Claim, member: Member, trials: Sequence[Record]) -> Member | None:
        own = chosen(self._post.setup.space, member)
        for known in (last for _, last in lineages(trials)):
            if known.chosen and known.chosen.likeness == own.likeness:
                values = known.values if known.state is State.TRAINED else None
                self._miss(claim, f"it is the network of trial {known.number}", values)
                return None
        claim.decide(own)
        self._misses = 0
        return member

    def _miss(self, claim: Claim, why: str, values: Sequence[float] | None = None) -> None:
        """End a trial whose proposal is not trained, unless there are too many of them."""
        claim.skip(why, values)
        self._misses += 1
        if self._misses >= _MISSES:
            raise trouble.useless_sampler(self._misses, why)

    def _when_decided(self, claim: Claim, heart: Heart) -> list[Record]:
        """All trials, once each one before this has its member: a draw has to know them."""
        while True:
            trials = self._post.trials()
            if not any(each.state is State.DECIDING for each in trials[: claim.number]):
                return trials
            heart.check()
            self._post.wait(_PAUSE)


def _known(record: Record, trials: Sequence[Record]) -> Record | None:
    """The last trial of another beginning that has the same network."""
    assert record.chosen
    others = [
        last
        for _, last in lineages(trials)
        if last.number != record.number
        and last.chosen
        and last.chosen.likeness == record.chosen.likeness
    ]
    return others[-1] if others else None
