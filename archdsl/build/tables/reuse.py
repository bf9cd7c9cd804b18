"""Blocks of tables that are built once however often they come, to be measured.

A block that comes again is one operation. Sums over such a graph are those of the whole; what
depends on an order of operations, as memory does, is not to be had from it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence, Set
from dataclasses import dataclass, field
from typing import TypeAlias

from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.tables.cells import COUNTER, Filled, apply_once
from archdsl.build.values import (
    BlockValue,
    OperationValue,
    Tensor,
    Value,
    holds_tensor,
    types_of,
)
from archdsl.costs.again import Again, Tally
from archdsl.costs.figures import Figures
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Nodes
from archdsl.ops.base import Types
from archdsl.plan.rows import EXPECTATIONS, NUMBER, Row
from archdsl.program.mentions import names_in
from archdsl.program.names import STAGE
from archdsl.source import Span
from archdsl.syntax import tree

_UNREAD = (NUMBER, STAGE, *EXPECTATIONS)
"""Columns that say nothing of what one block is."""


@dataclass(frozen=True, slots=True)
class Known:
    """A block that was built: what it costs, and what it gives."""

    again: Again
    types: Types


class KnownBlocks:
    """The blocks of a table that were built, by all that they read.

    That is what the row says, the shapes that enter, whether the block is the first of its row,
    and what the table's definitions make of its number.
    """

    def __init__(self, frame: Frame, table: tree.Table, columns: Set[str]) -> None:
        self._turns = Turns(frame, table, columns)
        self._known: dict[Hashable, Known] = {}

    def _key(self, row: Row, entering: Hashable, number: int, *, first: bool) -> Hashable:
        """All that the block of a number reads in a row."""
        said = tuple([cell for cell in row.cells.items() if cell[0] not in _UNREAD])
        return said, entering, first, self._turns.of(number)

    def apply(self, frame: Frame, filled: Filled, number: int, *, first: bool, name: str) -> None:
        """Apply the block of a number to the running value; one that is known is not built.

        Raises:
            Fault: it does not take the value, or gives no tensor.
        """
        key = self._key(filled.row, said(frame.running), number, first=first)
        if block := self._known.get(key):
            self.apply_again(frame, (block,), filled.node.span, name)
            return
        reuse = frame.context.reuse
        assert isinstance(reuse, Reuse)
        before = reuse.tally.total()
        apply_once(frame, filled, number, first=first, name=name)
        types = types_of(frame.running)
        if len(types) == len(frame.running) and not frame.findings.has_errors:
            again = Again(reuse.tally.total() - before)
            self._known[key] = Known(again, types)

    def row(self, frame: Frame, row: Row, numbers: range) -> tuple[Known, ...]:
        """The blocks of a row, those of some numbers; none unless all are known."""
        entering = said(frame.running)
        blocks: list[Known] = []
        for number in numbers:
            block = self._known.get(self._key(row, entering, number, first=number == numbers[0]))
            if block is None:
                return ()
            blocks.append(block)
            entering = block.types
        return tuple(blocks)

    @staticmethod
    def apply_again(frame: Frame, blocks: Sequence[Known], span: Span, name: str) -> None:
        """Apply known blocks to the running value, one after another: one operation."""
        types = blocks[-1].types
        frame.step(span, len(blocks))
        frame.check_room(span)
        again = blocks[0].again
        if len(blocks) > 1:
            again = Again(sum((block.again.figures for block in blocks), Figures()))
        operands = tuple([tensor.value for tensor in frame.running if isinstance(tensor, Tensor)])
        site = frame.site(span)
        values = frame.graph.add(
            again,
            operands,
            types,
            scope=frame.scope,
            site=site,
            names=(name,),
            span=span,
            written={},
            guards=(),
        )
        frame.run_on(tuple(map(Tensor, values, types)))


Tables: TypeAlias = dict[Hashable, KnownBlocks]
"""What is known of tables, by all that their text can mean."""


@dataclass(frozen=True)
class Reuse:
    """What is known of tables, while a graph is built whose costs the `tally` has."""

    tally: Tally = field(default_factory=lambda: Tally(Builder("")))
    tables: Tables = field(default_factory=dict)

    def on(self, graph: Nodes) -> Reuse:
        """The same while another graph is built."""
        return Reuse(Tally(graph), self.tables)

    def known(self, frame: Frame, table: tree.Table, columns: Set[str]) -> KnownBlocks:
        """The blocks of a table, or of one like it in another network, that are known."""
        key = (_meaning(frame, table), frozenset(columns))
        if key not in self.tables:
            self.tables[key] = KnownBlocks(frame, table, columns)
        return self.tables[key]


class Turns:
    """What the definitions of a table make of block after block, such as `se = i % 2 == 0`.

    Blocks for which that is the same are alike as far as definitions go. Where one is made of the
    number and of what a row says, no two numbers are taken for alike.
    """

    def __init__(self, frame: Frame, table: tree.Table, columns: Set[str]) -> None:
        counting = [b.value for b in table.bindings if COUNTER in names_in(b.value)]
        tensors = {name for name, value in frame.names.items() if holds_tensor(value)}
        own = {*columns, *(binding.name for binding in table.bindings)}
        self._is_apart = names_in(*counting).isdisjoint({"in", *own, *tensors})
        self._counting = counting
        self._frame = frame.apart()
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


def _meaning(frame: Frame, table: tree.Table) -> Hashable:
    """All that the text of a table can mean in a frame, tensors as their types."""
    names = tuple((name, said(value)) for name, value in frame.names.items())
    return frame.unit, table.bindings, names


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
