"""What a search needs to know of a space: how to draw a member, to change one, to find one again.

A space of the language is one such space (`archdsl/space/`). The samplers know nothing else of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from archdsl.ir.alike.counts import Counts


class NotAMember(ValueError):
    """These options make no member: a requirement is false, or a cost is outside of a bound.

    The text says which, for people.
    """


@dataclass(frozen=True)
class Member:
    """A network with every decision made.

    `name` is the space's, and digits that are the same on every machine: `gpb_space#7f3a2c19`.
    `taken` has the text of the option taken at each active decision, sorted by the names of the
    decisions. `costs` has exact figures by metric: `macs`, `params`.
    """

    name: str
    taken: tuple[tuple[str, str], ...]
    costs: Mapping[str, int] = field(compare=False)


class Space(Protocol):
    """Networks that differ in what is decided, and bounds on their costs.

    All that it gives is within the bounds. What it gives depends on the arguments alone: each
    worker has a space of its own, and all must agree.
    """

    @property
    def name(self) -> str: ...

    @property
    def decisions(self) -> Mapping[str, tuple[str, ...]]:
        """Every decision that some member makes, with the texts of its options."""

    def draw(self, random: Random) -> Member:
        """One of all members within the bounds, each equally likely."""

    def change(self, member: Member, random: Random) -> Member:
        """Another member within the bounds, with one decision drawn anew.

        Decisions that become active by that are drawn too. The same member comes back where none
        can be changed.
        """

    def member(self, taken: Mapping[str, str]) -> Member:
        """The member with these options; those of decisions that are not active do not count.

        Raises `NotAMember`, also where an active decision is missing or has no such option.
        """

    def canonical(self, member: Member) -> str:
        """A name that two members share if they are two spellings of one network, and only then."""

    def counts(self, member: Member) -> Counts:
        """How often what stands in a member. Asked often, for many members."""


@dataclass(frozen=True)
class Objective:
    """What a search wants more or less of: `top1`, which training tells, or a metric of costs."""

    metric: str
    maximise: bool = True

    def oriented(self, value: float) -> float:
        """The value, or its negative: more of it is better."""
        return value if self.maximise else -value


@dataclass(frozen=True)
class Goal:
    """What a search wants: of what training tells, and of costs, which are known before.

    With costs there is no best member but a front. The objectives of the study are in this order.
    """

    trained: Objective
    costs: tuple[Objective, ...] = ()

    @property
    def objectives(self) -> tuple[Objective, ...]:
        return (self.trained, *self.costs)

    def values(self, member: Member, result: float) -> tuple[float, ...]:
        """What a study is told of a member whose training ended with a result."""
        return (result, *(float(member.costs[cost.metric]) for cost in self.costs))
