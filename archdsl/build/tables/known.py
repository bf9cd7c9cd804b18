"""Blocks of a table that were built: by what they read they are known, perhaps at other sizes.

At other sizes, its operations are typed anew and its text is not run. That gives what running
it would where the text asks a tensor for its channels at most, and every tensor in the block
has the channels that it had.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.tables.cells import COUNTER, FilledRow, RowFiller
from archdsl.build.values import BlockValue, OperationValue, Tensor, Value, holds_tensor, parts
from archdsl.ir.graph import GraphView
from archdsl.ir.graph import Value as GraphValue
from archdsl.ops.base import Mismatch, Operation, Types, infer_types
from archdsl.plan.rows import AS_WRITTEN, EXPECTATIONS, NUMBER, STRIDE, Content, Line, Row
from archdsl.program.names import STAGE
from archdsl.program.program import Definition, Unit, names_in
from archdsl.syntax import tree

_FIXED = ("channels", "rank")
"""What a text may ask of a tensor whose other sizes change."""

UNREAD = (NUMBER, STAGE, *EXPECTATIONS)
"""Columns that say nothing of what one block is."""


class TypedOperation(NamedTuple):
    """An operation with the types that it read and gave: all that its costs depend on."""

    operation: Operation
    operands: Types
    results: Types


@dataclass(frozen=True, slots=True, eq=False)
class KnownBlock:
    """A block that was built: the operations that it is made of, and what it gives."""

    operations: tuple[TypedOperation, ...]
    types: Types


class KnownSequence(Operation):
    """Stands for blocks that are known, each with how often it comes: only sums are asked for."""

    name = "known_sequence"
    blocks: tuple[tuple[KnownBlock, int], ...]


class VisibleTypes(NamedTuple):
    """The tensors that a block can read: those that enter it, and those `beside` the table."""

    entering: Types
    beside: Hashable


class BlockCache:
    """The blocks of a table that were built, by all that they read.

    That is what the row says, whether the block is the first of its row, what the table's
    definitions make of its number, and the sizes of tensors. Of some there is a pattern, by which
    they are known at other sizes too.
    """

    def __init__(self, filler: RowFiller) -> None:
        frame, bindings = filler.frame, [binding.value for binding in filler.table.bindings]
        self._texts = SizeReads()
        self._read_sizes = self._texts.read_sizes(bindings, frame.unit, frame.names.values())
        self._counted = CountedBindings(filler)
        self._known: dict[Hashable, KnownBlock] = {}
        self._patterns: dict[Hashable, BlockPattern] = {}
        self._contents: dict[Content | Line, tuple[int, bool]] = {}
        self._numbers: dict[Hashable, int] = {}

    def key(self, row: Row, number: int, *, first: bool) -> Hashable:
        """All that the block of a number reads in a row, but for the sizes of tensors."""
        content, is_strided = self._content(row)
        return content, first or not is_strided, self._counted.key(number)

    def reads_sizes(self, filled: FilledRow, unit: Unit) -> bool:
        """Whether the text of a block asks tensors for sizes other than channels."""
        nodes, values = filled.row.cells.values(), (filled.block, *filled.values.values())
        return self._read_sizes or self._texts.read_sizes(nodes, unit, values)

    def find(self, said: Hashable, sizes: VisibleTypes) -> KnownBlock | None:
        """The block that reads this, if it is known."""
        if (said, sizes) not in self._known:
            made = self._patterns.get((said, signature(sizes.entering)))
            found = made.retype(sizes.entering) if made else None
            if found is None:
                return None
            self._known[said, sizes] = found
        return self._known[said, sizes]

    def store(
        self, said: Hashable, sizes: VisibleTypes, known: KnownBlock, made: BlockPattern | None
    ) -> None:
        """Know a block that was built."""
        self._known[said, sizes] = known
        if made is not None:
            self._patterns[said, signature(sizes.entering)] = made

    def _content(self, row: Row) -> tuple[int, bool]:
        """A number for what a row says of one block, and whether the first of them strides.

        Rows that share what they say are read once.
        """
        source = row.line if row.content is AS_WRITTEN else row.content
        if source not in self._contents:
            said = tuple([cell for cell in row.cells.items() if cell[0] not in UNREAD])
            number = self._numbers.setdefault(said, len(self._numbers))
            stride = row.cell(STRIDE)
            is_one = stride is None or (isinstance(stride, tree.Number) and stride.value == 1)
            self._contents[source] = number, not is_one
        return self._contents[source]


class CountedBindings:
    """What the definitions of a table make of block after block, such as `se = i % 2 == 0`.

    Blocks for which that is the same are alike as far as definitions go. Where one is made of the
    number and of what a row says, no two numbers are taken for alike.
    """

    def __init__(self, filler: RowFiller) -> None:
        frame, bindings = filler.frame, filler.table.bindings
        counting = [b.value for b in bindings if COUNTER in names_in(b.value)]
        tensors = {name for name, value in frame.names.items() if holds_tensor(value)}
        own = {*filler.columns, *(binding.name for binding in bindings)}
        self._is_independent = names_in(*counting).isdisjoint({"in", *own, *tensors})
        self._counting = counting
        self._frame: Frame = frame.detached()
        self._known: dict[int, Hashable] = {}

    def key(self, number: int) -> Hashable:
        if not self._counting:
            return None
        if not self._is_independent:
            return number
        if number not in self._known:
            self._frame.names[COUNTER] = number
            try:
                made: Hashable = tuple([value_key(self._frame.evaluate(d)) for d in self._counting])
            except Fault:
                made = number
            self._known[number] = made
        return self._known[number]


def value_key(value: Value) -> Hashable:
    """A value by what can be told of it, blocks by their definition."""
    if isinstance(value, Tensor):
        return value.type
    if isinstance(value, tuple):
        return tuple(map(value_key, value))
    if isinstance(value, BlockValue | OperationValue):
        given = ((n, value_key(g.value), g.written) for n, g in value.given.items())
        if isinstance(value, BlockValue):
            return value.definition.number, *given
        return value.operation.name, *given
    return type(value), value


# At other sizes


@dataclass(frozen=True)
class BlockPattern:
    """The operations of a block with what each reads; the first values are those that enter."""

    entering: tuple[GraphValue, ...]
    steps: tuple[tuple[int, Operation, tuple[GraphValue, ...], Types], ...]
    leaving: tuple[GraphValue, ...]

    def retype(self, entering: Types) -> KnownBlock | None:
        """The block at other sizes, None where that takes running it."""
        types = dict(zip(self.entering, entering, strict=True))
        made: list[TypedOperation] = []
        for index, operation, reads, before in self.steps:
            operands = tuple([types[value] for value in reads])
            try:
                results = infer_types(operation, operands)
            except Mismatch:
                return None
            if _ranks_and_channels(results) != _ranks_and_channels(before):
                return None
            made.append(TypedOperation(operation, operands, results))
            types |= {GraphValue(index, i): result for i, result in enumerate(results)}
        return KnownBlock(tuple(made), tuple([types[value] for value in self.leaving]))


def operations_since(graph: GraphView, first: int = 0) -> tuple[TypedOperation, ...]:
    """What was added to a graph from a node on."""
    nodes = graph.nodes[first:]
    return tuple(
        [TypedOperation(n.operation, graph.types(graph.operands(n)), n.results) for n in nodes]
    )


def pattern_since(
    graph: GraphView, first: int, entering: tuple[GraphValue, ...], leaving: tuple[GraphValue, ...]
) -> BlockPattern | None:
    """What was added to a graph from a node on, None where it reads more than what entered it."""
    nodes = graph.nodes[first:]
    known = {*entering, *(GraphValue(n.index, i) for n in nodes for i in range(len(n.results)))}
    reads = [graph.operands(node) for node in nodes]
    is_whole = known.issuperset([*leaving, *(value for each in reads for value in each)])
    if not is_whole or any(isinstance(node.operation, KnownSequence) for node in nodes):
        return None
    steps = zip(nodes, reads, strict=True)
    return BlockPattern(
        entering, tuple([(n.index, n.operation, each, n.results) for n, each in steps]), leaving
    )


def _ranks_and_channels(types: Types) -> list[tuple[int, int]]:
    return [(type_.rank, type_.channels) for type_ in types]


def signature(types: Types) -> tuple[tuple[int, int, int], ...]:
    """What of the types that enter a block may not change."""
    return tuple([(type_.rank, type_.channels, type_.samples) for type_ in types])


# Whether a text reads sizes


@dataclass(frozen=True)
class SizeReads:
    """Which texts read sizes of tensors that change; blocks are looked at once."""

    _known: dict[int, bool] = field(default_factory=dict)

    def read_sizes(self, nodes: Iterable[tree.Node], unit: Unit, values: Iterable[Value]) -> bool:
        """Whether a text does, or that of a block which it may apply or is given."""
        used = (*_definitions(nodes, unit), *_blocks_in(values))
        return _asks_sizes(nodes) or any(map(self._reads, used))

    def _reads(self, definition: Definition) -> bool:
        if definition.number not in self._known:
            self._known[definition.number] = False  # for blocks that are derived in a cycle
            nodes = _text(definition)
            used = _definitions(nodes, definition.unit)
            self._known[definition.number] = _asks_sizes(nodes) or any(map(self._reads, used))
        return self._known[definition.number]


def _asks_sizes(nodes: Iterable[tree.Node]) -> bool:
    attributes = (node for node in tree.walk(nodes) if isinstance(node, tree.Attribute))
    return any(attribute.name not in _FIXED for attribute in attributes)


def _definitions(nodes: Iterable[tree.Node], unit: Unit) -> Iterator[Definition]:
    for node in tree.walk(nodes):
        if isinstance(node, tree.Name) and node.name in unit.names:
            yield unit.names[node.name]


def _text(definition: Definition) -> Sequence[tree.Node]:
    node = definition.node
    return [node.base] if isinstance(node, tree.Derived) else [*node.parameters, *node.body]


def _blocks_in(values: Iterable[Value]) -> Iterator[Definition]:
    """The blocks that values are made of."""
    for value in values:
        if isinstance(value, BlockValue):
            yield value.definition
        yield from _blocks_in(parts(value))
