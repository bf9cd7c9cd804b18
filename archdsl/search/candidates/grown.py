"""The networks of an expansion as members of a space: what is decided is the axis of each step.

A storage keeps these decisions. The networks are found from them again, so that nothing of what a
storage says is run or built as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

from archdsl.expansion.stages import Expansions, Grown, Stage
from archdsl.plan.decisions import member_name
from archdsl.plan.rows import Refused
from archdsl.search.domain import Member, NotAMember

CONTRACTED = "contracted"
"""The decision of a network that was contracted at the end."""


@dataclass(frozen=True)
class GrownSpace:
    """All networks that one can be expanded into.

    Those of a last step are beyond the budget, for they are trained before the best of them is
    contracted. `text` is all that the training of a network depends on.
    """

    name: str
    expansions: Expansions = field(repr=False)
    text: Callable[[Stage], str] = field(repr=False)
    # A cache: it is filled, but never changes a result.
    _known: dict[Grown, str] = field(default_factory=dict, repr=False)

    @property
    def decisions(self) -> Mapping[str, tuple[str, ...]]:
        """None: how many steps there are, and where they lead, follows from results."""
        return {}

    def member_of(self, grown: Grown) -> Member:
        """The member of a path of axes.

        Raises:
            NotAMember: no axes lead there.
        """
        try:
            total = self.expansions.stage(grown).state.total
        except Refused as refused:
            raise NotAMember(refused.message) from None
        taken = taken_by(grown)
        costs = {"macs": total.macs, "params": total.params}
        return Member(member_name(self.name, dict(taken)), taken, costs)

    def member(self, taken: Mapping[str, str]) -> Member:
        """The member with the axis of each step: `step1`, `step2` and so on."""
        return self.member_of(grown_by(taken))

    def stage(self, member: Member) -> Stage:
        """The network of a member."""
        return self.expansions.stage(grown_by(dict(member.taken)))

    def draw(self, random: Random) -> Member:
        """A random expansion to its end: at each step one of the axes, each equally likely."""
        stage = self.expansions.start
        while stage.tried:
            stage = self.expansions.stage(random.choice(stage.tried))
        return self.member_of(stage.grown.contracted() if stage.is_beyond else stage.grown)

    def canonical(self, member: Member) -> str:
        """Two axes can lead to one network, and then it is trained once."""
        grown = grown_by(dict(member.taken))
        if grown not in self._known:
            text = self.text(self.expansions.stage(grown))
            self._known[grown] = sha256(text.encode()).hexdigest()
        return self._known[grown]


def taken_by(grown: Grown) -> tuple[tuple[str, str], ...]:
    """The axis of each step, and whether the last was taken back in part."""
    steps = {f"step{number}": axis for number, axis in enumerate(grown.path, 1)}
    end = {CONTRACTED: "true"} if grown.is_contracted else {}
    return tuple(sorted((steps | end).items()))


def grown_by(taken: Mapping[str, str]) -> Grown:
    """The path that these decisions mean.

    Raises:
        NotAMember: they mean none.
    """
    is_contracted = CONTRACTED in taken
    names = (f"step{number}" for number in range(1, len(taken) + 1 - is_contracted))
    grown = Grown(tuple(taken.get(name, "") for name in names), is_contracted)
    if dict(taken_by(grown)) != dict(taken):
        raise NotAMember("its steps are not numbered from 1 on")
    return grown
