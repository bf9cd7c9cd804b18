"""Which classes a module has: one for each block in use, more only where one cannot serve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from archdsl.emit.merge import Kind, Plan, Structure, merge, structure_of
from archdsl.emit.structure import Instance, Key, Member, instances
from archdsl.ir.graph import Definition, Graph

BlockKey: TypeAlias = tuple[str, int]


@dataclass(eq=False)
class BlockClass:
    """A class to be: its plan and the instances that it serves, the first of each graph first."""

    definition: Definition
    plan: Plan
    instances: list[Instance] = field(default_factory=list)

    @property
    def first(self) -> Instance:
        return self.instances[0]

    def having(self, key: Key) -> Iterator[tuple[int, Member]]:
        """The members under a key, with the places of their instances among all."""
        for place, members in enumerate(self._members):
            member = members.get(key)
            if member is not None:
                yield place, member

    def freeze(self) -> None:
        self._members = [{m.key: m for m in i.members} for i in self.instances]


@dataclass(frozen=True)
class Classes:
    """All classes, callees before callers, the network's last."""

    ordered: tuple[BlockClass, ...]
    of: dict[tuple[int, int], BlockClass]
    place: dict[tuple[int, int], int]

    def child(self, instance: Instance, member: Member) -> tuple[BlockClass, int]:
        """The class of a member that is a block, and its place among the class's instances."""
        assert member.child is not None
        key = (id(instance.graph), member.child)
        return self.of[key], self.place[key]


def classes(graphs: Sequence[Graph]) -> Classes:
    """The classes that serve all blocks of all graphs, which are variants of one network."""
    found = {
        (id(graph), index): instance
        for graph in graphs
        for index, instance in instances(graph).items()
    }
    by_block: dict[BlockKey, list[Instance]] = {}
    for instance in found.values():
        by_block.setdefault(_block_key(instance), []).append(instance)
    builder = _Builder(found, by_block)
    builder.visit(_block_key(found[id(graphs[0]), 0]))
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
    found: dict[tuple[int, int], Instance]
    by_block: dict[BlockKey, list[Instance]]
    done: list[BlockClass] = field(default_factory=list)
    of: dict[tuple[int, int], BlockClass] = field(default_factory=dict)
    place: dict[tuple[int, int], int] = field(default_factory=dict)
    visited: set[BlockKey] = field(default_factory=set)

    def visit(self, block: BlockKey) -> None:
        """Make the classes of a block, after those of the blocks in it."""
        if block in self.visited:
            return
        self.visited.add(block)
        for instance in self.by_block[block]:
            for member in instance.members:
                if member.child is not None:
                    child = self.found[id(instance.graph), member.child]
                    self.visit(_block_key(child))
        self._group(self.by_block[block])

    def _group(self, found: list[Instance]) -> None:
        """Bring instances together as far as their structures can share a plan."""
        alike: dict[Structure, list[Instance]] = {}
        for instance in found:
            alike.setdefault(structure_of(instance, self._kind), []).append(instance)
        groups: list[list[Structure]] = []
        for structure in alike:
            home = next((g for g in groups if merge([*g, structure])), None)
            if home is None:
                groups.append([structure])
            else:
                home.append(structure)
        for group in groups:
            self._finish(group, [instance for s in group for instance in alike[s]])

    def _finish(self, group: list[Structure], members: list[Instance]) -> None:
        plan = merge(group)
        assert plan is not None
        made = BlockClass(_definition(members[0]), plan, members)
        made.freeze()
        self.done.append(made)
        for place, instance in enumerate(members):
            key = (id(instance.graph), instance.scope.index)
            self.of[key], self.place[key] = made, place

    def _kind(self, instance: Instance, member: Member) -> Kind:
        if member.child is None:
            return member.signature
        return self.of[id(instance.graph), member.child]
