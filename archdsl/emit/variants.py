"""The members and the wiring of instances, and the conditions that tell instances apart.

Thousands of instances have few different structures. These are the variants of a class.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from archdsl.emit.keys import Key
from archdsl.emit.references import FromJoin, Place, Reference
from archdsl.emit.structure import Instance, Member
from archdsl.frozen import Frozen
from archdsl.ir.written import Expression

_ONCE = 2
"""The length of the site of a call that no loop repeats: where its text begins and ends."""

Kind: TypeAlias = object
KindOf: TypeAlias = Callable[[Member], Kind]


class Conflict(Exception):
    """The variants cannot share a class."""


class Step(NamedTuple):
    """A condition on the way to a member: where the text has it, and whether it holds."""

    place: Place
    holds: bool


class Part(Frozen):
    """A member of a structure: what must agree in all instances of a class.

    `module` is the key of the earlier member whose layers it shares.
    """

    key: Key
    kind: Kind
    operands: tuple[Reference, ...]
    can_be_identity: bool
    steps: tuple[Step, ...]
    module: Key | None


class Structure(Frozen):
    """The members and the wiring of an instance; instances with equal structures are alike.

    Each input has its name, and whether it has a batch. If two inputs have the same value, as in
    `attend(x, x)`, nothing shows which one a member reads. Both then go by the first name, in
    `canonical_inputs`. `met` are the conditions that the instance meets itself, and
    `conditions` what the text says there, and inside of its members.
    """

    inputs: tuple[str, ...]
    leading: tuple[int, ...]
    canonical_inputs: tuple[str, ...]
    parts: tuple[Part, ...]
    outputs: tuple[Reference, ...]
    joins: tuple[tuple[FromJoin, Reference], ...]
    met: tuple[Step, ...]
    conditions: tuple[tuple[Place, Expression], ...]

    def at(self, join: FromJoin) -> Reference:
        """What the instance reads behind a condition.

        Raises:
            Conflict: nothing of the kind.
        """
        for known, reference in self.joins:
            if known == join:
                return reference
        raise Conflict


def structure_of(instance: Instance, kind_of: KindOf) -> Structure:
    parts = tuple(
        Part(
            member.key,
            kind_of(member),
            member.operands,
            member.can_be_identity,
            tuple(Step(guard.place, guard.holds) for guard in member.guards),
            member.module,
        )
        for member in instance.members
    )
    guards = {guard.place: guard.term for member in instance.members for guard in member.guards}
    found = ((d.site, d.origin.value) for d in instance.scope.conditions)
    met = tuple(Step((site,), holds) for site, holds in found if isinstance(holds, bool))
    return Structure(
        instance.inputs,
        instance.leading,
        instance.canonical_inputs,
        parts,
        instance.outputs,
        tuple(instance.joins.items()),
        met,
        tuple(guards.items()),
    )


Group: TypeAlias = frozenset[int]
"""Some of the variants, by number."""


class Sides(NamedTuple):
    """The variants in which a condition holds, and those in which it does not.

    Of the variants that meet it: others are in neither.
    """

    then: Group
    other: Group


@dataclass
class Variants:
    """Different structures of one block, and where they part.

    Raises:
        Conflict: from any method, if no conditions of the text tell them apart.
    """

    structures: Sequence[Structure]

    def __post_init__(self) -> None:
        self.tables = [{part.key: part for part in s.parts} for s in self.structures]
        self.all = frozenset(range(len(self.structures)))
        self.sides: dict[Place, Sides] = {}

    def owners(self, key: Key) -> Group:
        """The variants that have a member."""
        return frozenset(i for i, table in enumerate(self.tables) if key in table)

    def steps(self, key: Key) -> tuple[Step, ...]:
        """The conditions of the text that decide in which variants a member exists.

        If they do not, as for a round of a loop, the last step is the member's own key.
        """
        owners = self.owners(key)
        within, deciding = self.all, list[Step]()
        for step in self._common_steps(key, owners):
            sides = self._sides(step.place, within)
            if sides is None:
                continue
            self.sides[step.place] = sides
            within = sides.then if step.holds else sides.other
            deciding.append(step)
        if owners != within:
            self.sides[key] = Sides(owners, within - owners)
            deciding.append(Step(key, holds=True))
        return tuple(deciding)

    def _common_steps(self, key: Key, owners: Group) -> list[Step]:
        """The steps to a member that all its owners take."""
        paths = [self.tables[i][key].steps for i in sorted(owners)]
        common: list[Step] = []
        for steps in zip(*paths, strict=False):
            if len(set(steps)) > 1:
                break
            common.append(steps[0])
        return common

    def _sides(self, place: Place, within: Group) -> Sides | None:
        """The sides of a condition; None if all variants that meet it take the same one."""
        then, other = (self._takers.get(Step(place, holds), frozenset()) for holds in (True, False))
        then, other = then & within, other & within
        if then & other:
            raise Conflict
        # Of a condition inside of a member, the variants that lack the member have nothing to show.
        if within in (then, other):
            return None
        if any(self._lacks_round(i, place) for i in within - then - other):
            raise Conflict
        return Sides(then, within - then) if then else Sides(within - other, other)

    def _lacks_round(self, variant: int, place: Place) -> bool:
        """Whether a variant lacks the round of a loop that a condition is in: nothing says why."""
        rounds = (place[:end] for end in range(1, len(place)) if len(place[end - 1]) > _ONCE)
        keys = self.tables[variant]
        return any(all(key[: len(round)] != round for key in keys) for round in rounds)

    @cached_property
    def _takers(self) -> dict[Step, Group]:
        """The variants that take a step."""
        takers: dict[Step, Group] = {}
        for i, structure in enumerate(self.structures):
            inside = (step for part in structure.parts for step in part.steps)
            for step in {*structure.met, *inside}:
                takers[step] = takers.get(step, frozenset()) | {i}
        return takers

    def condition(self, place: Place) -> object:
        """What tells whether two conditions are the same: what the text says, or else the place."""
        found = (dict(s.conditions).get(place) for s in self.structures)
        written = {term for term in found if term is not None}
        known = [term for term in written if not term.is_opaque]
        return known[0] if len(written) == 1 and known else place
