"""A block that was built, at other sizes: its operations are typed anew, its text is not run.

That gives what running it would where the text asks a tensor for its channels at most, and every
tensor in the block has the channels that it had.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from archdsl.build.values import BlockValue, Value, parts
from archdsl.costs.figures import Again, Figures, figures_of_operation
from archdsl.ir.graph import Nodes
from archdsl.ir.graph import Value as GraphValue
from archdsl.ops.base import Mismatch, Operation, Types, checked
from archdsl.program.program import Definition, Unit
from archdsl.syntax import tree

_KEPT = ("channels", "rank")
"""What a text may ask of a tensor whose other sizes change."""


@dataclass(frozen=True)
class Pattern:
    """The operations of a block with what each reads; the first values are those that enter."""

    entering: tuple[GraphValue, ...]
    steps: tuple[tuple[int, Operation, tuple[GraphValue, ...], Types], ...]
    leaving: tuple[GraphValue, ...]

    def at(self, entering: Types) -> tuple[Figures, Types] | None:
        """What the block costs and gives at other sizes, None where that takes running it."""
        types = dict(zip(self.entering, entering, strict=True))
        total = Figures()
        for index, operation, reads, before in self.steps:
            operands = tuple([types[value] for value in reads])
            try:
                results = checked(operation, operands)
            except Mismatch:
                return None
            if _kept(results) != _kept(before):
                return None
            total += figures_of_operation(operation, operands, results)
            types |= {GraphValue(index, i): result for i, result in enumerate(results)}
        return total, tuple([types[value] for value in self.leaving])


def pattern(
    graph: Nodes, first: int, entering: tuple[GraphValue, ...], leaving: tuple[GraphValue, ...]
) -> Pattern | None:
    """What was added to a graph from a node on, None where it reads more than what entered it."""
    nodes = graph.nodes[first:]
    known = {*entering, *(GraphValue(n.index, i) for n in nodes for i in range(len(n.results)))}
    reads = [graph.operands(node) for node in nodes]
    is_whole = known.issuperset([*leaving, *(value for each in reads for value in each)])
    if not is_whole or any(isinstance(node.operation, Again) for node in nodes):
        return None
    steps = zip(nodes, reads, strict=True)
    return Pattern(
        entering, tuple([(n.index, n.operation, each, n.results) for n, each in steps]), leaving
    )


def _kept(types: Types) -> list[tuple[int, int]]:
    return [(type_.rank, type_.channels) for type_ in types]


def signature(types: Types) -> tuple[tuple[int, int, int], ...]:
    """What of the types that enter a block may not change."""
    return tuple([(type_.rank, type_.channels, type_.samples) for type_ in types])


@dataclass(frozen=True)
class Texts:
    """Which texts read sizes of tensors that change; blocks are looked at once."""

    _known: dict[int, bool] = field(default_factory=dict)

    def read_sizes(self, nodes: Iterable[tree.Node], unit: Unit, values: Iterable[Value]) -> bool:
        """Whether a text does, or that of a block which it may apply or is given."""
        used = (*_definitions(nodes, unit), *_given(values))
        return _asks(nodes) or any(map(self._reads, used))

    def _reads(self, definition: Definition) -> bool:
        if definition.number not in self._known:
            self._known[definition.number] = False  # for blocks that are derived in a circle
            nodes = _text(definition)
            used = _definitions(nodes, definition.unit)
            self._known[definition.number] = _asks(nodes) or any(map(self._reads, used))
        return self._known[definition.number]


def _asks(nodes: Iterable[tree.Node]) -> bool:
    attributes = (node for node in tree.walk(nodes) if isinstance(node, tree.Attribute))
    return any(attribute.name not in _KEPT for attribute in attributes)


def _definitions(nodes: Iterable[tree.Node], unit: Unit) -> Iterator[Definition]:
    for node in tree.walk(nodes):
        if isinstance(node, tree.Name) and node.name in unit.names:
            yield unit.names[node.name]


def _text(definition: Definition) -> Sequence[tree.Node]:
    node = definition.node
    return [node.base] if isinstance(node, tree.Derived) else [*node.parameters, *node.body]


def _given(values: Iterable[Value]) -> Iterator[Definition]:
    """The blocks that values are made of."""
    for value in values:
        if isinstance(value, BlockValue):
            yield value.definition
        yield from _given(parts(value))
