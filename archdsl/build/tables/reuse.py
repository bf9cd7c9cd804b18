"""Blocks of tables that are built once however often they come, to be measured.

A block that comes again is one operation with others. Sums over such a graph are those of the
whole; what depends on an order of operations, as memory does, is not to be had from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.tables import expectations
from archdsl.build.tables.cells import COUNTER, Filled, Filler
from archdsl.build.tables.resizing import Pattern, Texts, pattern, signature
from archdsl.build.tables.stages import TableBuilder
from archdsl.build.values import BlockValue, OperationValue, Tensor, Value, holds_tensor, types_of
from archdsl.costs.figures import Again, Figures, Tally
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Nodes
from archdsl.ir.graph import Value as GraphValue
from archdsl.ops.base import Types
from archdsl.plan.rows import AS_WRITTEN, EXPECTATIONS, NUMBER, STRIDE, Content, Line, Row
from archdsl.program.mentions import names_in
from archdsl.program.names import STAGE
from archdsl.program.program import Unit
from archdsl.source import Span
from archdsl.syntax import tree

_UNREAD = (NUMBER, STAGE, *EXPECTATIONS)
"""Columns that say nothing of what one block is."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A block that was built: what it costs, and what it gives."""

    figures: Figures
    types: Types


class Sizes(NamedTuple):
    """The tensors that a block can read: those that enter it, and those `beside` the table."""

    entering: Types
    beside: Hashable


class KnownBlocks:
    """The blocks of a table that were built, by all that they read.

    That is what the row says, whether the block is the first of its row, what the table's
    definitions make of its number, and the sizes of tensors. Of some there is a pattern, by which
    they are known at other sizes too.
    """

    def __init__(self, filler: Filler) -> None:
        frame, bindings = filler.frame, [binding.value for binding in filler.table.bindings]
        self._texts = Texts()
        self._read_sizes = self._texts.read_sizes(bindings, frame.unit, frame.names.values())
        self._turns = Turns(filler)
        self._known: dict[Hashable, Known] = {}
        self._patterns: dict[Hashable, Pattern] = {}
        self._contents: dict[Content | Line, tuple[int, bool]] = {}
        self._numbers: dict[Hashable, int] = {}

    def said(self, row: Row, number: int, *, first: bool) -> Hashable:
        """All that the block of a number reads in a row, but for the sizes of tensors."""
        content, is_strided = self._content(row)
        return content, first or not is_strided, self._turns.of(number)

    def reads_sizes(self, filled: Filled, unit: Unit) -> bool:
        """Whether the text of a block asks tensors for sizes other than channels."""
        nodes, values = filled.row.cells.values(), (filled.block, *filled.values.values())
        return self._read_sizes or self._texts.read_sizes(nodes, unit, values)

    def at(self, said: Hashable, sizes: Sizes) -> Known | None:
        """The block that reads this, if it is known."""
        if (said, sizes) not in self._known:
            made = self._patterns.get((said, signature(sizes.entering)))
            found = made.at(sizes.entering) if made else None
            if found is None:
                return None
            self._known[said, sizes] = Known(*found)
        return self._known[said, sizes]

    def keep(self, said: Hashable, sizes: Sizes, known: Known, made: Pattern | None) -> None:
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
            said = tuple([cell for cell in row.cells.items() if cell[0] not in _UNREAD])
            number = self._numbers.setdefault(said, len(self._numbers))
            self._contents[source] = number, not _is_one(row.cell(STRIDE))
        return self._contents[source]


def _is_one(cell: tree.Expression | None) -> bool:
    return cell is None or (isinstance(cell, tree.Number) and cell.value == 1)


class _Summing(TableBuilder):
    """Builds the blocks that are not known; of those that are, many are one operation."""

    def __init__(self, filler: Filler, known: KnownBlocks, tally: Tally) -> None:
        super().__init__(filler)
        self._known = known
        self._tally = tally
        values = filler.frame.names.values()
        self._beside = tuple([said(value) for value in values if holds_tensor(value)])

    def run_stage(self, rows: Sequence[Row], counts: Sequence[int]) -> None:
        waiting: list[Known] = []
        for row, count in zip(rows, counts, strict=True):
            entering = waiting[-1].types if waiting else self._entering
            blocks = (
                () if expectations.prints(self.frame, row) else self._recall(row, count, entering)
            )
            waiting += blocks
            if not blocks:
                self._apply_again(waiting, row.line.span)
                waiting = []
                self.try_row(row, count, None)
        self._apply_again(waiting, rows[-1].line.span)

    def build_row(self, row: Row, count: int, name: str | None) -> None:
        blocks = self._recall(row, count, self._entering)
        if blocks:
            self._apply_again(blocks, row.line.span)
        else:
            super().build_row(row, count, name)

    def apply(self, filled: Filled, *, first: bool, name: str) -> None:
        sizes = Sizes(self._entering, self._beside)
        said = self._known.said(filled.row, self.blocks, first=first)
        known = self._known.at(said, sizes)
        if known is not None:
            self._apply_again((known,), filled.node.span)
            return
        before, start, values = self._tally.total(), len(self.frame.graph), self._values
        super().apply(filled, first=first, name=name)
        if self._entering and not self.frame.findings.has_errors:
            built = Known(self._tally.total() - before, self._entering)
            made = None
            if not self._known.reads_sizes(filled, self.frame.unit):
                made = pattern(self.frame.graph, start, values, self._values)
            self._known.keep(said, sizes, built, made)

    @property
    def _values(self) -> tuple[GraphValue, ...]:
        return tuple([each.value for each in self.frame.running if isinstance(each, Tensor)])

    @property
    def _entering(self) -> Types:
        """The types of the running value; none where it is not known."""
        types = types_of(self.frame.running)
        return types if len(types) == len(self.frame.running) else ()

    def _recall(self, row: Row, count: int, entering: Types) -> Sequence[Known]:
        """The next blocks of a row; none unless all are known."""
        blocks: list[Known] = []
        for number in range(self.blocks, self.blocks + count):
            said = self._known.said(row, number, first=not blocks)
            known = self._known.at(said, Sizes(entering, self._beside))
            if known is None:
                return ()
            blocks.append(known)
            entering = known.types
        self.blocks += count
        return blocks

    def _apply_again(self, blocks: Sequence[Known], span: Span) -> None:
        """Apply known blocks to the running value, one after another: one operation."""
        if not blocks:
            return
        frame, types = self.frame, blocks[-1].types
        frame.step(span, len(blocks))
        frame.check_room(span)
        times = Counter(blocks).items()
        figures = sum((known.figures * count for known, count in times), Figures())
        values = frame.graph.add(
            Again(figures),
            self._values,
            types,
            scope=frame.scope,
            site=frame.site(span),
            names=(),
            span=span,
            written={},
            guards=(),
        )
        frame.run_on(tuple(map(Tensor, values, types)))


@dataclass(frozen=True)
class Reuse:
    """What is known of tables, while a graph is built whose costs the `tally` has."""

    tally: Tally = field(default_factory=lambda: Tally(Builder("")))
    tables: dict[Hashable, KnownBlocks] = field(default_factory=dict)

    def on(self, graph: Nodes) -> Reuse:
        """The same while another graph is built."""
        return Reuse(Tally(graph), self.tables)

    def builder(self, filler: Filler) -> TableBuilder:
        """Builds a table of which, or of one like it in another network, blocks are known."""
        key = _meaning(filler)
        if key not in self.tables:
            self.tables[key] = KnownBlocks(filler)
        return _Summing(filler, self.tables[key], self.tally)


class Turns:
    """What the definitions of a table make of block after block, such as `se = i % 2 == 0`.

    Blocks for which that is the same are alike as far as definitions go. Where one is made of the
    number and of what a row says, no two numbers are taken for alike.
    """

    def __init__(self, filler: Filler) -> None:
        frame, bindings = filler.frame, filler.table.bindings
        counting = [b.value for b in bindings if COUNTER in names_in(b.value)]
        tensors = {name for name, value in frame.names.items() if holds_tensor(value)}
        own = {*filler.columns, *(binding.name for binding in bindings)}
        self._is_apart = names_in(*counting).isdisjoint({"in", *own, *tensors})
        self._counting = counting
        self._frame: Frame = frame.apart()
        self._known: dict[int, Hashable] = {}

    def of(self, number: int) -> Hashable:
        if not self._counting:
            return None
        if not self._is_apart:
            return number
        if number not in self._known:
            self._known[number] = self._made_of(number)
        return self._known[number]

    def _made_of(self, number: int) -> Hashable:
        self._frame.names[COUNTER] = number
        try:
            return tuple([said(self._frame.evaluate(d)) for d in self._counting])
        except Fault:
            return number


def _meaning(filler: Filler) -> Hashable:
    """All that the text of a table can mean where it stands, but for the sizes of tensors."""
    frame = filler.frame
    names = tuple((name, _kept(value)) for name, value in frame.names.items())
    return frame.unit, filler.table.bindings, filler.columns.difference(_UNREAD), names


def _kept(value: Value) -> Hashable:
    return signature((value.type,)) if isinstance(value, Tensor) else said(value)


def said(value: Value) -> Hashable:
    """A value by what can be told of it, blocks by their definition."""
    if isinstance(value, Tensor):
        return value.type
    if isinstance(value, tuple):
        return tuple(map(said, value))
    if isinstance(value, BlockValue | OperationValue):
        given = ((n, said(g.value), g.written) for n, g in value.given.items())
        return _made_of(value), *given
    return type(value), value


def _made_of(value: BlockValue | OperationValue) -> Hashable:
    return value.definition.number if isinstance(value, BlockValue) else value.operation.name
