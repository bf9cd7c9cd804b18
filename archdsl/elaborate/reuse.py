"""Rows' blocks that are built once however often they stand in a table, to be measured."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from archdsl.costs.again import Again, summed
from archdsl.elaborate import calls
from archdsl.elaborate.session import Frame
from archdsl.elaborate.values import Applicable, Given, Tensor, Value, Written
from archdsl.ops.base import Types
from archdsl.syntax import tree

Key: TypeAlias = tuple[Hashable, ...]


@dataclass(frozen=True)
class Reuse:
    """What blocks gave and cost, by what they were applied to: kinds, arguments and shapes.

    A block that comes again is one operation. Sums over such a graph are those of the whole;
    what depends on an order of operations, as memory does, is not to be had from it.
    """

    known: dict[Key, tuple[Again, Types]] = field(default_factory=dict)

    def applied(
        self, frame: Frame, block: Applicable, written: Written, node: tree.Expression
    ) -> Value:
        """The value of a row's block, which is built only where it is new.

        Raises:
            Fault: the block does not take the arguments.
        """
        key = _key(frame, node, written)
        if key is None:
            return calls.applied(frame, block, written, node)
        if key not in self.known:
            return self._built(key, frame, block, written, node)
        return _again(frame, *self.known[key], written, node)

    def _built(
        self,
        key: Key,
        frame: Frame,
        block: Applicable,
        written: Written,
        node: tree.Expression,
    ) -> Value:
        graph = frame.session.graph
        start = len(graph)
        value = calls.applied(frame, block, written, node)
        tensors = value if isinstance(value, tuple) else (value,)
        types = tuple(tensor.type for tensor in tensors if isinstance(tensor, Tensor))
        if len(types) == len(tensors):
            self.known[key] = Again(summed(graph, start)), types
        return value


def _again(
    frame: Frame, again: Again, types: Types, written: Written, node: tree.Expression
) -> Value:
    frame.session.step(node.span)
    frame.session.check_room(node.span)
    operands = tuple(g.value.value for g in written.positional if isinstance(g.value, Tensor))
    site = frame.site(node.span)
    values = frame.session.graph.add(
        again,
        operands,
        types,
        scope=frame.scope,
        site=site,
        name=frame.name_of(node),
        span=node.span,
    )
    tensors = tuple(map(Tensor, values, types))
    return tensors[0] if len(tensors) == 1 else tensors


def _key(frame: Frame, node: tree.Expression, written: Written) -> Key | None:
    """What a block's cost follows from, None where that cannot be told apart."""
    if not isinstance(node, tree.Name) or node.name in frame.names:
        return None
    entering = [given.value for given in written.positional]
    types = tuple(value.type for value in entering if isinstance(value, Tensor))
    try:
        key = (node.name, types, *_arguments(written.named))
        hash(key)
    except TypeError:
        return None
    return key if len(types) == len(entering) else None


def _arguments(named: Mapping[str, Given]) -> list[Hashable]:
    """Arguments by name, with the words where they may be taken as such."""
    found: list[Hashable] = []
    for name, given in named.items():
        value: Hashable = given.value
        is_word = isinstance(given.written, tree.Name | tree.Tuple)
        found.append((name, type(value), value, given.written if is_word else None))
        if isinstance(value, Tensor):
            raise TypeError(name)
    return found
