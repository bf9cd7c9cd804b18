"""One plan for instances of a block that differ: what only some of them have is behind an `if`.

The text decides. Members under a condition of the text are in a fork, and a value that comes from
one branch or the other is joined after it. Instances can have one class if nothing but such
conditions tells them apart, or members that `nn.Identity` can replace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count, groupby

from archdsl.emit.identities import with_identities
from archdsl.emit.keys import Key
from archdsl.emit.ordering import OutOfOrder, common_order
from archdsl.emit.plans import ClassPlan, Item, PlannedFork, PlannedMember
from archdsl.emit.references import FromInput, FromJoin, FromMember, Joined, Place, Reference
from archdsl.emit.scopes import check_reads
from archdsl.emit.variants import Conflict, Group, Sides, Step, Structure, Variants
from archdsl.frozen import Frozen

Found = Mapping[int, Reference]
"""What each of some variants reads at one place."""


def merge(structures: Iterable[Structure]) -> ClassPlan | None:
    """A plan that fits all structures, or None if there is none."""
    distinct = list(dict.fromkeys(structures))
    try:
        return _Merger(distinct).plan()
    except (Conflict, OutOfOrder):
        return None


class _Branch(Frozen):
    """A branch of a fork, all its members, and the forks that are `passed` at its end."""

    items: tuple[Item, ...]
    members: frozenset[Key]
    passed: Sequence[_Passed]


class _Passed(Frozen):
    """A fork that is behind us."""

    number: int
    sides: Sides
    then: _Branch
    other: _Branch


class _Merger:
    """Merges structures into one plan, in an order of members that suits all of them.

    Raises:
        Conflict: from any method, if the structures cannot share a plan.
    """

    def __init__(self, structures: Sequence[Structure]) -> None:
        self.structures = structures
        self.variants = Variants(structures)
        self.order = common_order([part.key for part in s.parts] for s in structures)
        self.steps = {key: self.variants.steps(key) for key in self.order}
        self.forks: dict[Place, _Passed] = {}
        self.joined: dict[tuple[int, Reference, Reference], Joined] = {}
        self._numbers = count()

    def plan(self) -> ClassPlan:
        if len({(s.inputs, s.leading) for s in self.structures}) != 1:
            raise Conflict
        passed: list[_Passed] = []
        body = self._sequence(self.order, (), passed)
        outputs = self._join_all([s.outputs for s in self.structures], self.variants.all, passed)
        whole = ClassPlan(self.structures[0].inputs, body, outputs)
        plan = with_identities(whole, [key for key in self.order if self._is_replaceable(key)])
        check_reads(plan, self.variants.condition)
        return plan

    def _is_replaceable(self, key: Key) -> bool:
        owners = self.variants.owners(key)
        return all(self.variants.tables[i][key].can_be_identity for i in owners)

    def _sequence(
        self, keys: Sequence[Key], path: tuple[Step, ...], passed: list[_Passed]
    ) -> tuple[Item, ...]:
        """The members and forks behind the steps of a path; the forks become `passed` ones."""
        items: list[Item] = []
        for place, group in groupby(keys, key=lambda key: self._next_place(key, path)):
            if place is None:
                items += [self._member(key, passed) for key in group]
            else:
                items.append(self._fork(place, list(group), path, passed))
        return tuple(items)

    def _next_place(self, key: Key, path: tuple[Step, ...]) -> Place | None:
        steps = self.steps[key]
        return steps[len(path)].place if len(steps) > len(path) else None

    def _fork(
        self, place: Place, keys: Sequence[Key], path: tuple[Step, ...], passed: list[_Passed]
    ) -> PlannedFork:
        then, other = (
            self._branch(keys, (*path, Step(place, holds)), list(passed)) for holds in (True, False)
        )
        fork = PlannedFork(next(self._numbers), place, then.items, other.items)
        if place in self.forks:
            raise Conflict
        self.forks[place] = _Passed(fork.number, self.variants.sides[place], then, other)
        passed.append(self.forks[place])
        return fork

    def _branch(
        self, keys: Sequence[Key], path: tuple[Step, ...], passed: list[_Passed]
    ) -> _Branch:
        own = [key for key in keys if self.steps[key][: len(path)] == path]
        return _Branch(self._sequence(own, path, passed), frozenset(own), passed)

    def _member(self, key: Key, passed: Sequence[_Passed]) -> PlannedMember:
        owners = self.variants.owners(key)
        parts = [self.variants.tables[i][key] for i in sorted(owners)]
        if len({(part.kind, part.module) for part in parts}) != 1:
            raise Conflict
        first = parts[0].module
        # The constructor must have made the layers wherever a later use needs them.
        if first is not None and self.steps[key][: len(self.steps[first])] != self.steps[first]:
            raise Conflict
        operands = self._join_all([part.operands for part in parts], owners, passed)
        return PlannedMember(key, operands)

    def _join_all(
        self, found: Sequence[tuple[Reference, ...]], owners: Group, passed: Sequence[_Passed]
    ) -> tuple[Reference, ...]:
        """One reference for each operand, with the same meaning in every variant."""
        if len({len(operands) for operands in found}) != 1:
            raise Conflict
        slots = zip(*found, strict=True)
        return tuple(self._join(dict(zip(sorted(owners), s, strict=True)), passed) for s in slots)

    def _join(self, found: Found, passed: Sequence[_Passed]) -> Reference:
        """What all variants read, or what they read after one branch or the other of a fork."""
        found = {i: self._decided(i, one) for i, one in found.items()}
        common = self._common(found)
        if isinstance(common, FromJoin):
            return self._at(common, passed)
        if common is not None:
            return common
        for fork in reversed(passed):
            if not self._comes_from(fork, found):
                continue
            then = {i: one for i, one in found.items() if i in fork.sides.then}
            other = {i: one for i, one in found.items() if i in fork.sides.other}
            if len(then) + len(other) < len(found) or not then or not other:
                break
            sides = self._join(then, fork.then.passed), self._join(other, fork.other.passed)
            return Joined(fork.number, "", *sides)
        raise Conflict

    def _decided(self, variant: int, one: Reference) -> Reference:
        """What a variant reads behind conditions that come out the same in all of them."""
        while isinstance(one, FromJoin) and one.place not in self.forks:
            one = self.structures[variant].at(one)
        return one

    def _at(self, join: FromJoin, passed: Sequence[_Passed]) -> Reference:
        """What the variants on each side of a fork leave under a name."""
        fork = self.forks[join.place]
        then, other = (
            self._join({i: self.structures[i].at(join) for i in side}, passed)
            for side in fork.sides
        )
        if then == other:
            return then
        # One value may have two names: its own, and that of the running value.
        one = Joined(fork.number, join.name, then, other)
        return self.joined.setdefault((fork.number, then, other), one)

    def _comes_from(self, fork: _Passed, found: Found) -> bool:
        """Whether some variant reads the result of a member in a branch of a fork."""
        branches = fork.then.members, fork.other.members
        return any(
            isinstance(one, FromMember) and one.member in branches[i not in fork.sides.then]
            for i, one in found.items()
        )

    def _common(self, found: Found) -> Reference | None:
        """The reference that means in every variant what this one reads, if there is one.

        Among inputs, one whose name is certain is better.
        """
        distinct = dict.fromkeys(found.values())
        for one in sorted(distinct, key=lambda one: self._is_doubtful(one, found)):
            if all(self._canonical(one, i) == other for i, other in found.items()):
                return one
        return None

    def _is_doubtful(self, one: Reference, found: Found) -> bool:
        """Whether another input has the same value, in the variants that read it by this name."""
        readers = (i for i, other in found.items() if other == one)
        return isinstance(one, FromInput) and all(
            self.structures[i].canonical_inputs.count(one.name) > 1 for i in readers
        )

    def _canonical(self, reference: Reference, variant: int) -> Reference:
        """The input by the name under which the variant records its value."""
        if not isinstance(reference, FromInput):
            return reference
        structure = self.structures[variant]
        return FromInput(structure.canonical_inputs[structure.inputs.index(reference.name)])
