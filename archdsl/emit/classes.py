"""Which classes a module has: one for each block, several only where one cannot cover them all.

Instances of a block may differ in parameters, and some may lack members that others have. `merging`
says which of them one class can cover.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter

from archdsl.emit.instances import instances
from archdsl.emit.keys import Key
from archdsl.emit.merging import merge
from archdsl.emit.plans import ClassPlan
from archdsl.emit.structure import BlockKey, Instance, Member
from archdsl.emit.targets.base import Target
from archdsl.emit.variants import Kind, Structure, structure_of
from archdsl.frozen import Frozen
from archdsl.ir.graph import Definition, Graph


@dataclass(eq=False)
class BlockClass:
    """A class that will be written: its plan, and the instances that it covers."""

    definition: Definition
    plan: ClassPlan
    instances: list[Instance]

    @property
    def is_network(self) -> bool:
        return self.instances[0].body.parent is None

    @property
    def is_function(self) -> bool:
        """Whether it is written as a function: it has no state."""
        return self.instances[0].is_function

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
        by_block.setdefault(instance.block, []).append(instance)
    builder = _Builder(by_block)
    builder.visit(by_scope[0].block)
    return Classes(tuple(builder.ordered), builder.of, builder.place)


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
                    self.visit(member.child.block)
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
        owner = BlockClass(members[0].definition, plan, members)
        self.ordered.append(owner)
        for place, instance in enumerate(members):
            self.of[instance], self.place[instance] = owner, place

    def _kind(self, member: Member) -> Kind:
        made = self.of[member.child] if member.child else member.signature
        return made, member.share


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
