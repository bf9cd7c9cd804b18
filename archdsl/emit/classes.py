"""Which classes a module has: one for each block in use, more only where one cannot serve.

Instances of a block may differ in parameters, and in members that some of them lack. A member may
be lacking only if its operand can pass in its place, as a shortcut or a gate can be an identity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import TypeAlias

from archdsl.emit.structure import (
    FromInput,
    FromMember,
    Instance,
    Key,
    Member,
    Reference,
    instances,
)
from archdsl.emit.targets.base import Target
from archdsl.frozen import Frozen
from archdsl.ir.graph import Definition, Graph

Kind: TypeAlias = object
KindOf: TypeAlias = Callable[[Member], Kind]


class Structure(Frozen):
    """What instances with the same members and the same wiring have in common.

    Each member has its key, its kind, its operands, and whether an identity can replace it.
    Inputs that are `given` by one value can be told apart only in other structures; what is
    read goes under the first of their names.
    """

    inputs: tuple[str, ...]
    given: tuple[str, ...]
    members: tuple[tuple[Key, Kind, tuple[Reference, ...], bool], ...]
    outputs: tuple[Reference, ...]


def structure_of(instance: Instance, kind_of: KindOf) -> Structure:
    members = tuple((m.key, kind_of(m), m.operands, m.can_be_identity) for m in instance.members)
    return Structure(instance.inputs, instance.given, members, instance.outputs)


class PlannedMember(Frozen):
    """A member of the plan; `optional` if some instance lacks it."""

    key: Key
    operands: tuple[Reference, ...]
    optional: bool


class Plan(Frozen):
    inputs: tuple[str, ...]
    members: tuple[PlannedMember, ...]
    outputs: tuple[Reference, ...]


class _Conflict(Exception):
    """The structures cannot share a plan."""


def merge(structures: Iterable[Structure]) -> Plan | None:
    """The plan that serves all structures, or None where none does."""
    found = list(dict.fromkeys(structures))
    try:
        return _Merger(found).plan()
    except _Conflict:
        return None


@dataclass
class _Merger:
    structures: list[Structure]
    order: dict[Key, int] = field(init=False)
    operands: dict[Key, tuple[Reference, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tables = [{member[0]: member for member in s.members} for s in self.structures]
        self.order = {key: i for i, key in enumerate(_ordered(self.structures))}

    def plan(self) -> Plan:
        if len({s.inputs for s in self.structures}) != 1:
            raise _Conflict
        members = tuple(self._member(key) for key in self.order)
        outputs = self._together([s.outputs for s in self.structures], range(len(self.structures)))
        return Plan(self.structures[0].inputs, members, outputs)

    def _member(self, key: Key) -> PlannedMember:
        having = [i for i, table in enumerate(self.tables) if key in table]
        optional = len(having) < len(self.structures)
        kinds = {self.tables[i][key][1] for i in having}
        replaceable = all(self.tables[i][key][3] for i in having)
        if len(kinds) != 1 or (optional and not replaceable):
            raise _Conflict
        self.operands[key] = self._together([self.tables[i][key][2] for i in having], having)
        return PlannedMember(key, self.operands[key], optional)

    def _together(
        self, references: list[tuple[Reference, ...]], owners: Iterable[int]
    ) -> tuple[Reference, ...]:
        """One reference for each slot that means the same in every structure."""
        if len({len(slots) for slots in references}) != 1:
            raise _Conflict
        indices = list(owners)
        return tuple(self._one(list(slot), indices) for slot in zip(*references, strict=True))

    def _one(self, references: list[Reference], owners: list[int]) -> Reference:
        latest, _ = max(zip(references, owners, strict=True), key=self._certainty)
        for reference, owner in zip(references, owners, strict=True):
            if self._given(self._passed(latest, owner), owner) != reference:
                raise _Conflict
        return latest

    def _certainty(self, read: tuple[Reference, int]) -> tuple[int, bool]:
        """The latest reference means most, and one that names its input beyond doubt."""
        reference, owner = read
        given = self.structures[owner].given
        doubtful = isinstance(reference, FromInput) and given.count(reference.name) > 1
        return self._position(reference), not doubtful

    def _given(self, reference: Reference, owner: int) -> Reference:
        """An input under the name by which a structure reads its value."""
        if not isinstance(reference, FromInput):
            return reference
        structure = self.structures[owner]
        return FromInput(structure.given[structure.inputs.index(reference.name)])

    def _position(self, reference: Reference) -> int:
        return self.order[reference.member] if isinstance(reference, FromMember) else -1

    def _passed(self, reference: Reference, owner: int) -> Reference:
        """What a reference means in a structure that may lack members: their operand instead."""
        while isinstance(reference, FromMember) and reference.member not in self.tables[owner]:
            if len(self.operands[reference.member]) != 1:
                raise _Conflict
            reference = self.operands[reference.member][0]
        return reference


def _ordered(structures: list[Structure]) -> list[Key]:
    """All members, each after those that stand before it in its own structure."""
    order: list[Key] = []
    for structure in structures:
        order = _interleaved(order, [key for key, *_ in structure.members])
    return order


def _interleaved(order: list[Key], keys: list[Key]) -> list[Key]:
    """Both sequences in one; new keys stand right after the one before them."""
    places = {key: place for place, key in enumerate(order)}
    merged: list[Key] = []
    done = 0
    for key in keys:
        place = places.get(key)
        if place is None:
            merged.append(key)
            continue
        if place < done:
            raise _Conflict
        merged += order[done : place + 1]
        done = place + 1
    return merged + order[done:]


BlockKey: TypeAlias = tuple[str, int]


@dataclass(eq=False)
class BlockClass:
    """A class to be: its plan and the instances that it serves."""

    definition: Definition
    plan: Plan
    instances: list[Instance]

    @property
    def is_network(self) -> bool:
        return self.instances[0].body.parent is None

    def having(self, key: Key) -> Iterator[tuple[int, Member]]:
        """The members under a key, with the places of their instances among all."""
        for place, members in enumerate(self._members):
            member = members.get(key)
            if member is not None:
                yield place, member

    @cached_property
    def _members(self) -> list[dict[Key, Member]]:
        return [{m.key: m for m in i.members} for i in self.instances]


class Classes(Frozen):
    """All classes, callees before callers, the network's last."""

    ordered: tuple[BlockClass, ...]
    of: dict[Instance, BlockClass]
    place: dict[Instance, int]
    """The place of an instance among those of its class."""


def classes(graph: Graph, target: Target) -> Classes:
    """The classes that serve all blocks of a graph."""
    found = instances(graph, target)
    by_block: dict[BlockKey, list[Instance]] = {}
    for _, instance in sorted(found.items(), key=itemgetter(0)):
        by_block.setdefault(_block_key(instance), []).append(instance)
    builder = _Builder(by_block)
    builder.visit(_block_key(found[0]))
    return Classes(tuple(builder.done), builder.of, builder.place)


def _definition(instance: Instance) -> Definition:
    assert instance.scope.block is not None
    return instance.scope.block


def _block_key(instance: Instance) -> BlockKey:
    """What tells a block from others: where it is defined."""
    span = _definition(instance).span
    return span.source.name, span.start


@dataclass
class _Builder:
    by_block: dict[BlockKey, list[Instance]]
    done: list[BlockClass] = field(default_factory=list)
    of: dict[Instance, BlockClass] = field(default_factory=dict)
    place: dict[Instance, int] = field(default_factory=dict)
    visited: set[BlockKey] = field(default_factory=set)

    def visit(self, block: BlockKey) -> None:
        """Make the classes of a block, after those of the blocks in it."""
        if block in self.visited:
            return
        self.visited.add(block)
        for instance in self.by_block[block]:
            for member in instance.members:
                if member.child is not None:
                    self.visit(_block_key(member.child))
        self._group(self.by_block[block])

    def _group(self, found: list[Instance]) -> None:
        """Bring instances together as far as their structures can share a plan."""
        alike: dict[Structure, list[Instance]] = {}
        for instance in found:
            alike.setdefault(structure_of(instance, self._kind), []).append(instance)
        for group, plan in _grouped(alike):
            self._finish(plan, [instance for s in group for instance in alike[s]])

    def _finish(self, plan: Plan, members: list[Instance]) -> None:
        made = BlockClass(_definition(members[0]), plan, members)
        self.done.append(made)
        for place, instance in enumerate(members):
            self.of[instance], self.place[instance] = made, place

    def _kind(self, member: Member) -> Kind:
        return self.of[member.child] if member.child else member.signature


def _grouped(structures: Iterable[Structure]) -> list[tuple[list[Structure], Plan]]:
    """Structures that can share a plan, with it; each joins the first group that takes it."""
    groups: list[tuple[list[Structure], Plan]] = []
    for structure in structures:
        for place, (group, _) in enumerate(groups):
            plan = merge([*group, structure])
            if plan is not None:
                groups[place] = ([*group, structure], plan)
                break
        else:
            plan = merge([structure])
            assert plan is not None
            groups.append(([structure], plan))
    return groups
