"""What is directly in each scope of a graph: operations, and instances of blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from archdsl.ir.graph import Graph, Node, Scope, Value
from archdsl.ir.naming import TRANSPARENT

Member: TypeAlias = Node | Scope

_Key: TypeAlias = tuple[bool, int]
"""A node or a scope: these are numbered separately, so a key says which it is."""


@dataclass(frozen=True)
class Members:
    """The members of each scope, in the order of execution. Rows are no level."""

    graph: Graph

    @cached_property
    def by_scope(self) -> Mapping[int, Sequence[Member]]:
        members: dict[int, list[Member]] = {}
        seen: set[_Key] = set()
        for node in self.graph:
            member: Member = node
            for around in self.graph.enclosing(node.scope):
                if around.kind in TRANSPARENT and around.parent is not None:
                    continue
                if _key(member) in seen:
                    break
                seen.add(_key(member))
                members.setdefault(around.index, []).append(member)
                member = around
        return members

    @cached_property
    def _places(self) -> Mapping[tuple[int, _Key], int]:
        return {
            (scope, _key(member)): place
            for scope, members in self.by_scope.items()
            for place, member in enumerate(members)
        }

    def of(self, scope: int) -> Sequence[Member]:
        return self.by_scope.get(scope, ())

    def operands(self, member: Member) -> tuple[Value, ...]:
        if isinstance(member, Node):
            return self.graph.operands(member)
        return tuple(member.inputs.values())

    def place(self, scope: int, value: Value) -> int | None:
        """The position of the member of a scope that a value comes from; None if from outside."""
        node = self.graph.node(value.node)
        key = _key(node)
        for around in self.graph.enclosing(node.scope):
            if around.index == scope:
                return self._places[scope, key]
            key = key if around.kind in TRANSPARENT else _key(around)
        return None


def _key(member: Member) -> _Key:
    return isinstance(member, Node), member.index
