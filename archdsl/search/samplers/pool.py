"""The members that the bandit chooses from: even draws within the bounds, and changes of the best.

To look at a member takes longer than all else, for some of its graph has to be built. So most of
the pool is kept from one trial to the next: a few draws are new each time, and changes only of a
member that has become one of the best. Draws and changes follow from seeds of their own, so a
process that comes later has the same pool.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from archdsl.search.domain import Member, Space

DRAWN, FRESH = 500, 20
"""Even draws in the pool at most, and how many come with each trial."""

CHANGES = 60
"""Changes of each parent."""

_STEPS = (1, 1, 2, 3)
"""How many decisions a change draws anew, one of these by lot."""


@dataclass(frozen=True)
class Pool:
    """Candidates from a space, for one seed."""

    space: Space
    seed: int
    _draws: dict[int, Member] = field(default_factory=dict)
    _changes: dict[str, list[Member]] = field(default_factory=dict)

    def candidates(self, trials: int, parents: Sequence[Member]) -> list[Member]:
        """The candidates after so many trials. Among them can be networks that are known."""
        found = self._candidates(trials, parents)
        return [*{member.name: member for member in found}.values()]

    def _candidates(self, trials: int, parents: Sequence[Member]) -> Iterator[Member]:
        drawn = trials * FRESH
        yield from map(self._draw, range(max(0, drawn - DRAWN), drawn))
        for parent in parents:
            yield from self._changed(parent)

    def _draw(self, index: int) -> Member:
        if index not in self._draws:
            self._draws[index] = self.space.draw(Random(f"{self.seed}/draw/{index}"))
        return self._draws[index]

    def _changed(self, parent: Member) -> Sequence[Member]:
        if parent.name not in self._changes:
            random = Random(f"{self.seed}/{parent.name}")
            self._changes[parent.name] = [self._change(parent, random) for _ in range(CHANGES)]
        return self._changes[parent.name]

    def _change(self, member: Member, random: Random) -> Member:
        for _ in range(random.choice(_STEPS)):
            member = self.space.change(member, random)
        return member
