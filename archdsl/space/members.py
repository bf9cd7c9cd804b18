"""The members of a space: how many there are, each by itself, and even draws of all of them.

To count members it does not matter what they cost. So this is known of spaces too whose costs are
too much to be summed, such as those of supergraphs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

from archdsl.space.joined import Failing, Joined, Taken
from archdsl.space.lookups import Choose, Lookups
from archdsl.space.quantities import ADDED, metric
from archdsl.space.reading import Reading
from archdsl.space.sums.draws import EvenDraws
from archdsl.space.sums.sweeps import count
from archdsl.space.survey.networks import Surveyed
from archdsl.space.survey.values import tensors
from archdsl.space.variables import Variables


@dataclass(frozen=True)
class Members:
    """The members of a surveyed space, and its tables, joined without regard to cost."""

    surveyed: Surveyed
    counted: Joined

    def __repr__(self) -> str:
        size = f"{self.members:,} members, {len(self.decisions):,} decisions"
        return f"<{type(self).__name__}: {size}>"

    @cached_property
    def members(self) -> int:
        """How many there are."""
        return count(self.counted.priced("macs")).members

    @property
    def decisions(self) -> dict[str, tuple[str, ...]]:
        """Every decision that some member makes, with the options that are taken."""
        return self.counted.decisions

    def shapes(self, name: str) -> tuple[tuple[int, ...], ...]:
        """The shapes that an input of the network has in some member, without the batch."""
        parts = self.surveyed.parts
        left = (each for part in parts if part.body is None for each in part.leaves)
        values = next((state.values for state in left if state.name == name), [])
        return tuple(dict.fromkeys(t.type.shape for value in values for t in tensors(value)))

    def failing(self) -> Iterator[Failing]:
        """Members with a mistake, at least one for each part in which there can be one."""
        return self.counted.failing()

    def draw(self, random: Random) -> Taken:
        """The options of one of all members, each equally likely.

        Raises:
            NoneWithin: there is none.
        """
        return self.counted.taken(self._draws.draw(random))

    @cached_property
    def _draws(self) -> EvenDraws:
        return EvenDraws(self.counted.priced("macs"), 0, 0)

    def costs(self, taken: Taken) -> dict[str, int]:
        """What a member costs, by every metric that is a sum.

        Raises:
            NoMember: there is no such member.
        """
        return self.find(lambda name, _: taken.get(name, ""))[1]

    def find(self, choose: Choose) -> tuple[Taken, dict[str, int]]:
        """The member with the options that are chosen as they are asked for, and what it costs.

        Raises:
            NoMember: there is none.
        """
        taken, cost = self.lookups.find(choose)
        return taken, {name: metric(name)(cost) for name in ADDED}

    @cached_property
    def lookups(self) -> Lookups:
        """Members, one by one."""
        return Lookups(self.surveyed, Variables(self.surveyed, self.reading))

    @cached_property
    def reading(self) -> Reading:
        """Which tensors of each part are read."""
        return Reading(self.surveyed.parts, self.surveyed.result)


def members_of(surveyed: Surveyed) -> Members:
    """The members of a surveyed space.

    Raises:
        TooLarge: there are too many ways in which parts go together.
        Unsuited: a decision has other options in other members.
    """
    return Members(surveyed, Joined(surveyed, Reading(surveyed.parts, None)))
