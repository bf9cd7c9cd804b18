"""Which classes a module has: one for each block, several only where one cannot cover them all.

Instances of a block may differ in parameters, and some may lack members that others have. A class
can cover both only if the operand of the lacking member can pass in its place: a projection or a
gate can be `nn.Identity`, an addition cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import TypeAlias

from archdsl.emit.keys import Key
from archdsl.emit.structure import (
    FromInput,
    FromMember,
    Instance,
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
    """The members and the wiring of an instance; instances with equal structures are alike.

    Each input has its name, and whether it has a batch. Each member has its key, its kind, its
    operands, and whether an identity can replace it. If two inputs have the same value, as in
    `attend(x, x)`, nothing shows which one a member reads. Both then go by the first name, in
    `canonical_inputs`.
    """

    inputs: tuple[str, ...]
    leading: tuple[int, ...]
    canonical_inputs: tuple[str, ...]
    members: tuple[tuple[Key, Kind, tuple[Reference, ...], bool], ...]
    outputs: tuple[Reference, ...]


def structure_of(instance: Instance, kind_of: KindOf) -> Structure:
    members = tuple((m.key, kind_of(m), m.operands, m.can_be_identity) for m in instance.members)
    return Structure(
        instance.inputs, instance.leading, instance.canonical_inputs, members, instance.outputs
    )


class PlannedMember(Frozen):
    """A member of a class; `optional` if some instance lacks it."""

    key: Key
    operands: tuple[Reference, ...]
    optional: bool


class ClassPlan(Frozen):
    """The inputs, members and outputs of a class, with the wiring that fits all its instances."""

    inputs: tuple[str, ...]
    members: tuple[PlannedMember, ...]
    outputs: tuple[Reference, ...]


class _Conflict(Exception):
    """The structures cannot share a plan."""


def merge(structures: Iterable[Structure]) -> ClassPlan | None:
    """A plan that fits all structures, or None if there is none."""
    distinct = list(dict.fromkeys(structures))
    try:
        return _Merger(distinct).plan()
    except _Conflict:
        return None


@dataclass
class _Merger:
    """Merges structures into one plan, member by member in an order that suits all of them.

    Raises:
        _Conflict: from any method, if the structures cannot share a plan.
    """

    structures: list[Structure]
    order: dict[Key, int] = field(init=False)
    operands: dict[Key, tuple[Reference, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tables = [{member[0]: member for member in s.members} for s in self.structures]
        self.order = {key: i for i, key in enumerate(_ordered(self.structures))}

    def plan(self) -> ClassPlan:
        if len({(s.inputs, s.leading) for s in self.structures}) != 1:
            raise _Conflict
        members = tuple(self._member(key) for key in self.order)
        outputs = self._merge_all([s.outputs for s in self.structures], range(len(self.structures)))
        return ClassPlan(self.structures[0].inputs, members, outputs)

    def _member(self, key: Key) -> PlannedMember:
        owners = [i for i, table in enumerate(self.tables) if key in table]
        optional = len(owners) < len(self.structures)
        kinds = {self.tables[i][key][1] for i in owners}
        replaceable = all(self.tables[i][key][3] for i in owners)
        if len(kinds) != 1 or (optional and not replaceable):
            raise _Conflict
        self.operands[key] = self._merge_all([self.tables[i][key][2] for i in owners], owners)
        return PlannedMember(key, self.operands[key], optional)

    def _merge_all(
        self, references: list[tuple[Reference, ...]], owners: Iterable[int]
    ) -> tuple[Reference, ...]:
        """One reference for each operand, with the same meaning in every structure."""
        if len({len(slots) for slots in references}) != 1:
            raise _Conflict
        indices = list(owners)
        return tuple(self._merge(list(slot), indices) for slot in zip(*references, strict=True))

    def _merge(self, references: list[Reference], owners: list[int]) -> Reference:
        latest, _ = max(zip(references, owners, strict=True), key=self._priority)
        for reference, owner in zip(references, owners, strict=True):
            if self._canonical(self._resolve(latest, owner), owner) != reference:
                raise _Conflict
        return latest

    def _priority(self, read: tuple[Reference, int]) -> tuple[int, bool]:
        """Prefer the latest reference, and among inputs one whose name is certain.

        Where a structure lacks a member, it reads that member's operand instead: an earlier
        reference. So the latest one holds for all, if it holds for any.
        """
        reference, owner = read
        given = self.structures[owner].canonical_inputs
        doubtful = isinstance(reference, FromInput) and given.count(reference.name) > 1
        return self._position(reference), not doubtful

    def _canonical(self, reference: Reference, owner: int) -> Reference:
        """The input by the name under which the structure records its value."""
        if not isinstance(reference, FromInput):
            return reference
        structure = self.structures[owner]
        return FromInput(structure.canonical_inputs[structure.inputs.index(reference.name)])

    def _position(self, reference: Reference) -> int:
        return self.order[reference.member] if isinstance(reference, FromMember) else -1

    def _resolve(self, reference: Reference, owner: int) -> Reference:
        """The reference in a structure, which is the operand of a member that it lacks."""
        while isinstance(reference, FromMember) and reference.member not in self.tables[owner]:
            if len(self.operands[reference.member]) != 1:
                raise _Conflict
            reference = self.operands[reference.member][0]
        return reference


def _ordered(structures: list[Structure]) -> list[Key]:
    """The keys of all members, in an order that keeps the order of each structure."""
    order: list[Key] = []
    for structure in structures:
        order = _interleaved(order, [key for key, *_ in structure.members])
    return order


def _interleaved(order: list[Key], keys: list[Key]) -> list[Key]:
    """Two sequences merged; a key that only the second has follows its predecessor there."""
    places = {key: place for place, key in enumerate(order)}
    merged: list[Key] = []
    done = 0
    for key in keys:
        place = places.get(key)
        if place is None:
            merged.append(key)
            continue
        # The key is behind us: the two sequences have their common keys in different orders.
        if place < done:
            raise _Conflict
        merged += order[done : place + 1]
        done = place + 1
    return merged + order[done:]


BlockKey: TypeAlias = tuple[str, int]


@dataclass(eq=False)
class BlockClass:
    """A class that will be written: its plan, and the instances that it covers."""

    definition: Definition
    plan: ClassPlan
    instances: list[Instance]

    @property
    def is_network(self) -> bool:
        return self.instances[0].body.parent is None

    def members_under(self, key: Key) -> Iterator[tuple[int, Member]]:
        """The member with this key in each instance that has it, with the instance's number."""
        for place, members in enumerate(self._members):
            member = members.get(key)
            if member is not None:
                yield place, member

    @cached_property
    def _members(self) -> list[dict[Key, Member]]:
        return [{m.key: m for m in i.members} for i in self.instances]


class Classes(Frozen):
    """All classes, each after those that it uses; the network's own is the last."""

    ordered: tuple[BlockClass, ...]
    of: dict[Instance, BlockClass]
    place: dict[Instance, int]
    """The number of an instance among those of its class."""


def classes(graph: Graph, target: Target) -> Classes:
    """The classes that cover all blocks of a graph."""
    by_scope = instances(graph, target)
    by_block: dict[BlockKey, list[Instance]] = {}
    for _, instance in sorted(by_scope.items(), key=itemgetter(0)):
        by_block.setdefault(_block_key(instance), []).append(instance)
    builder = _Builder(by_block)
    builder.visit(_block_key(by_scope[0]))
    return Classes(tuple(builder.ordered), builder.of, builder.place)


def _definition(instance: Instance) -> Definition:
    assert instance.scope.block is not None
    return instance.scope.block


def _block_key(instance: Instance) -> BlockKey:
    """Identifies a block by the place of its definition: two files may use the same name."""
    span = _definition(instance).span
    return span.source.name, span.start


@dataclass
class _Builder:
    """Makes the classes of all blocks, those of inner blocks before those of outer ones."""

    by_block: dict[BlockKey, list[Instance]]
    ordered: list[BlockClass] = field(default_factory=list)
    of: dict[Instance, BlockClass] = field(default_factory=dict)
    place: dict[Instance, int] = field(default_factory=dict)
    visited: set[BlockKey] = field(default_factory=set)

    def visit(self, block: BlockKey) -> None:
        """Make the classes of a block, after those of the blocks that it calls."""
        if block in self.visited:
            return
        self.visited.add(block)
        # Recursion is bounded: the build refuses blocks that are nested too deep.
        for instance in self.by_block[block]:
            for member in instance.members:
                if member.child is not None:
                    self.visit(_block_key(member.child))
        self._group(self.by_block[block])

    def _group(self, instances: list[Instance]) -> None:
        """Add a class for each group of instances whose structures can share a plan."""
        # Thousands of rows have few structures, and each merge compares them all: so first by
        # equality, then by merging.
        alike: dict[Structure, list[Instance]] = {}
        for instance in instances:
            alike.setdefault(structure_of(instance, self._kind), []).append(instance)
        for group, plan in _grouped(alike):
            self._add_class(plan, [instance for s in group for instance in alike[s]])

    def _add_class(self, plan: ClassPlan, members: list[Instance]) -> None:
        owner = BlockClass(_definition(members[0]), plan, members)
        self.ordered.append(owner)
        for place, instance in enumerate(members):
            self.of[instance], self.place[instance] = owner, place

    def _kind(self, member: Member) -> Kind:
        made = self.of[member.child] if member.child else member.signature
        return made, member.share, member.module


def _grouped(structures: Iterable[Structure]) -> list[tuple[list[Structure], ClassPlan]]:
    """Groups of structures, each with its shared plan; a structure joins the first that fits."""
    # Greedy, in the order of the text: not always the fewest groups, but always the same ones.
    groups: list[tuple[list[Structure], ClassPlan]] = []
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
