"""A cache of the blocks of tables, so that a search over costs builds each kind of block once.

A block is found by everything that it reads. At other sizes, the types of its operations are
inferred anew, without running its text. This gives what running it would give, if the text reads
no sizes of tensors except channels, and every tensor in the block keeps its channels.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.tables.cells import FilledRow, RowFiller
from archdsl.build.values import BlockValue, OperationValue, Tensor, Value, holds_tensor, parts
from archdsl.ir.graph import GraphView
from archdsl.ir.graph import Value as GraphValue
from archdsl.ir.pruning import needed
from archdsl.ops.base import Mismatch, Operation, Types, infer_types
from archdsl.plan.rows import AS_WRITTEN, EXPECTATIONS, NUMBER, STRIDE, Content, Line, Row
from archdsl.program.names import COUNTER
from archdsl.program.program import Definition, Unit, names_in
from archdsl.program.stages import STAGE
from archdsl.syntax import tree

_FIXED = ("channels", "rank")
"""Attributes of a tensor that stay while its other sizes change."""

UNREAD = (NUMBER, STAGE, *EXPECTATIONS)
"""Columns that a single block does not depend on."""


class TypedOperation(NamedTuple):
    """An operation with the types of its operands and results: all that its costs depend on.

    It may have the weights of an earlier one, which are counted there.
    """

    operation: Operation
    operands: Types
    results: Types
    has_own_weights: bool


@dataclass(frozen=True, slots=True, eq=False)
class KnownBlock:
    """A block that was built: its operations and the types of its results.

    It is compared by identity, as a key of counts.
    """

    operations: tuple[TypedOperation, ...]
    types: Types


class KnownSequence(Operation):
    """A placeholder for several known blocks in a row, each with the number of its occurrences.

    It is in no registry and has no rules: a graph with it serves for sums only.
    """

    name = "known_sequence"
    blocks: tuple[tuple[KnownBlock, int], ...]


class VisibleTypes(NamedTuple):
    """The types that a block can read: of what enters it, and of tensors `beside` the table."""

    entering: Types
    beside: Hashable


class BlockCache:
    """The blocks of one table that were built, by everything that they read.

    That is the row's content, whether the block is the first of its row, what the table's
    bindings compute from its number, and the sizes of tensors. A block with a pattern is known at
    other sizes too.
    """

    def __init__(self, filler: RowFiller) -> None:
        frame, bindings = filler.frame, [binding.value for binding in filler.table.bindings]
        self._size_reads = SizeReads()
        self._bindings_read_sizes = self._size_reads.of(bindings, frame.unit, frame.names.values())
        self._counted = CountedBindings(filler)
        self._known: dict[Hashable, KnownBlock] = {}
        self._patterns: dict[Hashable, BlockPattern] = {}
        self._contents: dict[Content | Line, tuple[int, bool]] = {}
        self._numbers: dict[Hashable, int] = {}

    def key(self, row: Row, number: int, *, first: bool) -> Hashable:
        """Everything that the block of a number reads in a row, except sizes of tensors."""
        content, is_strided = self._content(row)
        return content, first or not is_strided, self._counted.key(number)

    def reads_sizes(self, filled: FilledRow, unit: Unit) -> bool:
        """Whether the text of a block reads sizes of tensors other than channels."""
        nodes, values = filled.row.cells.values(), (filled.block, *filled.values.values())
        return self._bindings_read_sizes or self._size_reads.of(nodes, unit, values)

    def find(self, key: Hashable, types: VisibleTypes) -> KnownBlock | None:
        """The block with a key at these types, if it is known."""
        if (key, types) not in self._known:
            pattern = self._patterns.get((key, signature(types.entering)))
            retyped = pattern.retype(types.entering) if pattern else None
            if retyped is None:
                return None
            self._known[key, types] = retyped
        return self._known[key, types]

    def store(
        self, key: Hashable, types: VisibleTypes, block: KnownBlock, pattern: BlockPattern | None
    ) -> None:
        """Keep a block that was built, with its pattern if it has one."""
        self._known[key, types] = block
        if pattern is not None:
            self._patterns[key, signature(types.entering)] = pattern

    def _content(self, row: Row) -> tuple[int, bool]:
        """A number for the content of a row, and whether it has a stride for its first block.

        A search asks for the same rows thousands of times: cells are hashed once, then a number is.
        """
        source = row.line if row.content is AS_WRITTEN else row.content
        if source not in self._contents:
            cells = tuple([cell for cell in row.cells.items() if cell[0] not in UNREAD])
            number = self._numbers.setdefault(cells, len(self._numbers))
            stride = row.cell(STRIDE)
            is_one = stride is None or (isinstance(stride, tree.Number) and stride.value == 1)
            self._contents[source] = number, not is_one
        return self._contents[source]


class CountedBindings:
    """The bindings of a table that read the number of a block, such as `se = i % 2 == 0`.

    Blocks with the same values of these have the same key. A binding that reads cells or tensors
    too cannot be evaluated apart from its row, so then each number is a key of its own.
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
        """What the bindings depend on for the block of a number."""
        if not self._counting:
            return None
        if not self._is_independent:
            return number
        if number not in self._known:
            self._frame.names[COUNTER] = number
            try:
                key: Hashable = tuple([value_key(self._frame.evaluate(b)) for b in self._counting])
            except Fault:
                key = number  # the mistake is reported when the block is built
            self._known[number] = key
        return self._known[number]


def value_key(value: Value) -> Hashable:
    """A key for a value: equal for values that no text can tell apart."""
    if isinstance(value, Tensor):
        return value.type
    if isinstance(value, tuple):
        return tuple(map(value_key, value))
    if isinstance(value, BlockValue | OperationValue):
        given = ((n, value_key(g.value), g.written) for n, g in value.given.items())
        if isinstance(value, BlockValue):
            return value.definition.number, *given
        return value.operation.name, *given
    return type(value), value  # with its type, for `1 == True` in Python


# Blocks at other sizes


@dataclass(frozen=True)
class BlockPattern:
    """The operations of a block, each with the values that it reads, from `entering` on."""

    entering: tuple[GraphValue, ...]
    steps: tuple[tuple[int, Operation, tuple[GraphValue, ...], Types, bool], ...]
    leaving: tuple[GraphValue, ...]

    def retype(self, entering: Types) -> KnownBlock | None:
        """The block at other sizes; None if its text must be run to know."""
        types = dict(zip(self.entering, entering, strict=True))
        operations: list[TypedOperation] = []
        for index, operation, reads, before, is_own in self.steps:
            operands = tuple([types[value] for value in reads])
            try:
                results = infer_types(operation, operands)
            except Mismatch:
                return None
            if _ranks_and_channels(results) != _ranks_and_channels(before):
                return None
            operations.append(TypedOperation(operation, operands, results, is_own))
            types |= {GraphValue(index, i): result for i, result in enumerate(results)}
        return KnownBlock(tuple(operations), tuple([types[value] for value in self.leaving]))


def operations_since(
    graph: GraphView, results: Iterable[GraphValue], first: int = 0
) -> tuple[TypedOperation, ...]:
    """The operations of a graph, of those from a node on, that `results` depend on."""
    typed: list[TypedOperation] = []
    owners: set[int] = set()
    for node in map(graph.node, sorted(needed(graph, results, first))):
        operands = graph.types(graph.operands(node))
        is_own = node.owner >= first and node.owner not in owners
        owners.add(node.owner)
        typed.append(TypedOperation(node.operation, operands, node.results, is_own))
    return tuple(typed)


def pattern_since(
    graph: GraphView, first: int, entering: tuple[GraphValue, ...], leaving: tuple[GraphValue, ...]
) -> BlockPattern | None:
    """The pattern of a graph's nodes from one on; None if they read more than what enters them."""
    nodes = graph.nodes[first:]
    known = {*entering, *(GraphValue(n.index, i) for n in nodes for i in range(len(n.results)))}
    reads = [graph.operands(node) for node in nodes]
    is_whole = known.issuperset([*leaving, *(value for each in reads for value in each)])
    if not is_whole or any(isinstance(node.operation, KnownSequence) for node in nodes):
        return None
    steps = [
        (node.index, node.operation, each, node.results, node.weights_of is None)
        for node, each in zip(nodes, reads, strict=True)
    ]
    return BlockPattern(entering, tuple(steps), leaving)


def _ranks_and_channels(types: Types) -> list[tuple[int, int]]:
    return [(type_.rank, type_.channels) for type_ in types]


def signature(types: Types) -> tuple[tuple[object, ...], ...]:
    """What must be the same for a pattern to hold: of each type, all but the other sizes."""
    return tuple([(t.rank, t.channels, t.samples, t.integers) for t in types])


# Texts that read sizes


@dataclass(frozen=True)
class SizeReads:
    """Whether texts read sizes of tensors other than channels; each block is searched once."""

    _known: dict[int, bool] = field(default_factory=dict)

    def of(self, nodes: Iterable[tree.Node], unit: Unit, values: Iterable[Value]) -> bool:
        """Whether a text does, or the text of a block that it may apply or is given."""
        used = (*_definitions(nodes, unit), *_blocks_in(values))
        return _asks_sizes(nodes) or any(map(self._reads, used))

    def _reads(self, definition: Definition) -> bool:
        if definition.number not in self._known:
            # The preliminary answer ends the search in a cycle of derivations, which is a mistake
            # that the build reports.
            self._known[definition.number] = False
            nodes = _text(definition)
            used = _definitions(nodes, definition.unit)
            self._known[definition.number] = _asks_sizes(nodes) or any(map(self._reads, used))
        return self._known[definition.number]


def _asks_sizes(nodes: Iterable[tree.Node]) -> bool:
    """Whether a text has an attribute such as `x.frames` in it."""
    attributes = (node for node in tree.walk(nodes) if isinstance(node, tree.Attribute))
    return any(attribute.name not in _FIXED for attribute in attributes)


def _definitions(nodes: Iterable[tree.Node], unit: Unit) -> Iterator[Definition]:
    for node in tree.walk(nodes):
        if isinstance(node, tree.Name) and node.name in unit.names:
            yield unit.names[node.name]


def _text(definition: Definition) -> Sequence[tree.Node]:
    node = definition.node
    if isinstance(node, tree.Derived):
        return [node.base]
    return [node.choice] if isinstance(node, tree.BlockChoice) else [*node.parameters, *node.body]


def _blocks_in(values: Iterable[Value]) -> Iterator[Definition]:
    """The definitions of the blocks in values."""
    for value in values:
        if isinstance(value, BlockValue):
            yield value.definition
        yield from _blocks_in(parts(value))
