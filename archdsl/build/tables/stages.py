"""Rows of a table to blocks of the network: one after another, stage by stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from archdsl import limits
from archdsl.build import calls
from archdsl.build.arguments import piped_arguments, round_hint
from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.tables.cells import COUNTER, FilledRow, RowFiller, compare_printed
from archdsl.build.values import (
    POISON,
    Arguments,
    Given,
    Tensor,
    Value,
    describe,
    tensors_in,
    types_of,
)
from archdsl.ir.graph import Address, Site
from archdsl.ir.written import Counter
from archdsl.params.numbers import is_integer
from archdsl.plan.rows import BLOCK, NUMBER, STRIDE, BuiltRow, Row, Stage, block_text
from archdsl.syntax import tree


class TableBuilder:
    """Builds a table stage after stage; `blocks` counts those of the stage at hand."""

    def __init__(self, filler: RowFiller) -> None:
        self.frame = filler.frame
        self.graph = filler.frame.graph
        self.filler = filler
        self.stages = 0
        self.blocks = 0

    def run(self, rows: Sequence[Row]) -> None:
        """Apply rows to the running value."""
        for stage, inside in groupby(rows, key=lambda row: row.stage):
            self._build_stage(stage, tuple(inside))

    def _build_stage(self, stage: Stage, rows: Sequence[Row]) -> None:
        frame, graph = self.frame, self.graph
        self.blocks = 0
        counts = [self._count(row) for row in rows]
        if counts == [1]:
            self.try_row(rows[0], 1, stage.name or block_text(rows[0].cells[BLOCK]))
            return
        outer, entering = frame.scope, frame.running
        self.stages += 1
        name, span = stage.name or f"stage{self.stages}", rows[0].line.span
        frame.scope = graph.open("stage", (name,), "", outer, frame.site(span), span)
        self.run_stage(rows, counts)
        self._close(frame.scope, entering, {})
        frame.scope = outer
        if POISON not in frame.running:
            self._insert_at(graph.address(outer, frame.site(span)))

    def run_stage(self, rows: Sequence[Row], counts: Sequence[int]) -> None:
        """Apply the rows of a stage of several blocks."""
        for row, count in zip(rows, counts, strict=True):
            self.try_row(row, count, None)

    def _count(self, row: Row) -> int:
        """How often a row's block is applied; 0 where that is unknown, which is reported."""
        cell = row.cell(NUMBER)
        if cell is None:
            return 1
        try:
            return self._checked_count(cell)
        except Fault as fault:
            self.frame.findings.report(fault)
            return 0

    def _checked_count(self, cell: tree.Expression) -> int:
        value = self.frame.evaluate(cell)
        self.frame.record_test(value, cell)
        if not is_integer(value) or value < 1:
            message = f"`number` counts blocks: an integer of at least 1, not {describe(value)}"
            hint = round_hint(Given(value, cell.span))
            raise self.frame.fault("table", message, cell.span, help=hint)
        if value > limits.OPERATIONS:
            message = f"{value:,} blocks are more than a network may have operations"
            raise self.frame.fault("size", message, cell.span)
        return value

    def try_row(self, row: Row, count: int, name: str | None) -> None:
        """A row that fails poisons the running value; the rows after it are still read."""
        scope = self.frame.scope
        try:
            self.build_row(row, count, name)
            compare_printed(self.frame, row)
        except Fault as fault:
            self.frame.findings.report(fault)
            self.frame.running = (POISON,)
            self.frame.scope = scope

    def build_row(self, row: Row, count: int, name: str | None) -> None:
        """Apply the blocks of a row; a stage of one block lends it its name."""
        filled = self.filler.fill(row)
        if not count:
            raise Fault
        scope = self.frame.scope
        inside = self._build_parts(filled, count, name)
        self._record_row(row, inside if name else scope)

    def _record_row(self, row: Row, scope: int) -> None:
        """Note a row that transforms may change: one that stands in the network itself, once."""
        if not self.frame.call and not self.frame.iterations:
            shapes = tuple([type_.shape for type_ in types_of(self.frame.running)])
            self.frame.context.rows.append(BuiltRow(row.id, row.stage, scope, shapes))

    def _build_parts(self, filled: FilledRow, count: int, name: str | None) -> int:
        """The row's blocks, in parts where derivations insert something between them.

        The scope of the first part.
        """
        start, first = 0, len(self.graph.scopes)
        for end in range(1, count + 1):
            if (
                end == count
                or self._block_address(filled, end - 1 - start) in self.frame.context.inserted
            ):
                self._build_part(filled, range(start, end), name)
                start = end
        return first

    def site(self, row: Row) -> Site:
        """Where a row stands in the text; one that was added has a number of its own there."""
        site = self.frame.site(row.line.span)
        return (*site, row.id.copy) if row.id.copy else site

    def _block_address(self, filled: FilledRow, ahead: int) -> Address:
        """Where the block stands that is so many ahead of the next."""
        frame, block = self.frame, self.frame.site(filled.node.span)
        around = self.graph.address(frame.scope, self.site(filled.row))
        return (*around, (*block, self.blocks + ahead))

    def _build_part(self, filled: FilledRow, part: range, name: str | None) -> None:
        """A scope for a row, in it its blocks; a stage of one block lends the row its name."""
        frame, row = self.frame, filled.row
        span, called = row.line.span, block_text(filled.node)
        outer, entering = frame.scope, frame.require_running(span)
        last = self.blocks + len(part) - 1
        numbers = f"{last}" if len(part) == 1 else f"{self.blocks}-{last}"
        place, site = self._block_address(filled, len(part) - 1), self.site(row)
        frame.scope = self.graph.open("row", (name or numbers,), called, outer, site, span)
        for number in part:
            self.apply_block(filled, first=number == 0, name=name or str(self.blocks))
            self.blocks += 1
        inside, frame.scope = frame.scope, outer
        self._close(inside, entering, {NUMBER: len(part), **filled.values})
        self._insert_at(place)

    def _insert_at(self, place: Address) -> None:
        """Apply what derivations insert after a place."""
        value = self.frame.running[0] if len(self.frame.running) == 1 else self.frame.running
        self.frame.set_running(calls.insert_at(self.frame, value, place))

    def apply_block(self, filled: FilledRow, *, first: bool, name: str) -> None:
        """Apply the next block of a row to the running value, which it replaces."""
        frame, node = self.frame, filled.node
        inner = _block_frame(frame, filled, self.blocks)
        inner.iterations, inner.naming = (*frame.iterations, self.blocks), (node, (name,))
        written = Arguments(
            piped_arguments(frame.running, node.span), _arguments(inner, filled, first=first)
        )
        value = inner.apply(filled.block, written, node)
        if not isinstance(value, tuple | Tensor):
            message = f"the block of a row makes a tensor, not {describe(value)}"
            raise frame.fault("table", message, node.span)
        frame.set_running(value)

    def _close(
        self, scope: int, entering: tuple[Value, ...], bindings: Mapping[str, Value]
    ) -> None:
        inputs = {f"x{i}": v for i, v in enumerate(tensors_in(entering), start=1)}
        self.graph.close(scope, bindings, inputs, tensors_in(self.frame.running))


def _block_frame(frame: Frame, filled: FilledRow, number: int) -> Frame:
    """A frame that knows the row's cells, the number of the block, and what enters it."""
    names = {**frame.names, **filled.values, COUNTER: number}
    meant = frame.history and frame.history.nested(filled.cells)
    inner = Frame(frame.context, frame.unit, frame.call, frame.scope, names)
    inner.history, inner.guards = meant, frame.guards
    for column, cell in filled.cells.items():
        inner.bind(column, cell.value, cell)
    inner.bind(COUNTER, number, Counter(number))
    inner.set_running(frame.running)
    return inner


def _arguments(inner: Frame, filled: FilledRow, *, first: bool) -> Mapping[str, Given]:
    """The row's cells and the table's definitions; only the first block carries the stride."""
    given = dict(filled.passed)
    if not first and STRIDE in given:
        given[STRIDE] = Given(1, given[STRIDE].span)
    for binding in filled.bindings:
        name, value = binding.name or "", inner.evaluate(binding.value)
        written = Given(value, binding.span, binding.value, inner.snapshot)
        inner.bind(name, value, inner.local(binding.value))
        if name in filled.block.parameters:
            given[name] = written
    return given
