"""Which classes a module has: one for each block in use, more only where one cannot serve."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import TypeAlias

from archdsl.emit.merge import Kind, Plan, Structure, merge, structure_of
from archdsl.emit.structure import Instance, Key, Member, instances
from archdsl.emit.targets.base import Target
from archdsl.ir.graph import Definition, Graph

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


@dataclass(frozen=True)
class Classes:
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
