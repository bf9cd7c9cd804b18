"""Rows of a table to blocks of the network: one after another, stage by stage."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archdsl import limits
from archdsl.build import calls, declarations, expressions
from archdsl.build.session import Fault, Frame
from archdsl.build.tables import applying, expectations, plans
from archdsl.build.tables.stages import NUMBER, Row, Stage, stages
from archdsl.build.values import (
    POISON,
    BuiltRow,
    Given,
    Value,
    describe,
    is_integer,
    round_hint,
    tensors_in,
    types_of,
)
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Address
from archdsl.syntax import tree

if TYPE_CHECKING:
    from archdsl.build.tables.reuse import KnownBlocks


def run_table(frame: Frame, table: tree.Table) -> None:
    """Apply each row's block to the running value, as often as the row says.

    Raises:
        Fault: there is no running value, or the table is not one.
    """
    declarations.running(frame, table.columns[0].span)
    reuse = frame.session.reuse
    known = reuse.known(frame, table) if reuse and not frame.session.insertions else None
    builder = _Builder(frame, plans.Planner(frame, table), known)
    faults = frame.session.faults
    for stage in stages(frame, table):
        builder.build(stage)
    frame.applied = True
    if frame.session.faults == faults:
        builder.planner.warn_unused()


@dataclass
class _Builder:
    """Builds stage after stage; `blocks` counts those of the stage at hand.

    Where blocks are `known`, those that come again are not built.
    """

    frame: Frame
    planner: plans.Planner
    known: KnownBlocks | None
    stages: int = 0
    blocks: int = 0

    def build(self, stage: Stage) -> None:
        frame, graph = self.frame, self._graph
        self.blocks = 0
        counts = [self._count(row) for row in stage.rows]
        if counts == [1]:
            (row,) = stage.rows
            self._try_row(row, 1, stage.name or row.kind)
            return
        outer, entering = frame.scope, frame.running
        self.stages += 1
        name, span = stage.name or f"stage{self.stages}", stage.rows[0].node.span
        frame.scope = graph.open("stage", (name,), "", outer, frame.site(span), span)
        for row, count in zip(stage.rows, counts, strict=True):
            self._try_row(row, count, None)
        self._close(frame.scope, entering, {})
        frame.scope = outer
        if POISON not in frame.running:
            self._follow(graph.address(outer, frame.site(span)))

    def _count(self, row: Row) -> int:
        """How often a row's block is applied; 0 where that is unknown, which is reported."""
        if NUMBER not in row.cells:
            return 1
        try:
            return self._checked_count(row.cells[NUMBER])
        except Fault as fault:
            self.frame.session.report(fault)
            return 0

    def _checked_count(self, cell: tree.Expression) -> int:
        value = expressions.evaluate(self.frame, cell)
        if not is_integer(value) or value < 1:
            message = f"`number` counts blocks: an integer of at least 1, not {describe(value)}"
            hint = round_hint(Given(value, cell.span))
            raise self.frame.fault("table", message, cell.span, help=hint)
        if value > limits.OPERATIONS:
            message = f"{value:,} blocks are more than a network may have operations"
            raise self.frame.fault("size", message, cell.span)
        return value

    def _try_row(self, row: Row, count: int, name: str | None) -> None:
        """A row that fails poisons the running value; the rows after it are still read."""
        scope = self.frame.scope
        try:
            if not self._recall(row, count, name):
                self._build_row(row, count, name)
            expectations.compare(self.frame, row)
        except Fault as fault:
            self.frame.session.report(fault)
            self.frame.running = (POISON,)
            self.frame.scope = scope

    def _build_row(self, row: Row, count: int, name: str | None) -> None:
        plan = self.planner.plan(row)
        if not count:
            raise Fault
        scope = self.frame.scope
        inside = self._row(plan, count, name)
        self._keep(row, count, inside if name else scope, plan.values, plan.takes)

    def _recall(self, row: Row, count: int, name: str | None) -> bool:
        """Apply a row whose blocks are all known; false where they are not."""
        if self.known is None:
            return False
        frame, numbers = self.frame, range(self.blocks, self.blocks + count)
        blocks = self.known.row(frame, row, numbers)
        if not blocks:
            return False
        outer, span = frame.scope, row.node.span
        if name:
            frame.scope = self._graph.open("row", (name,), row.kind, outer, frame.site(span), span)
        self.known.apply_again(frame, blocks, row.node, name or "")
        self._keep(row, count, frame.scope, blocks[0].cells, blocks[0].takes)
        self.blocks += count
        frame.scope = outer
        return True

    def _keep(
        self, row: Row, count: int, scope: int, cells: Mapping[str, Value], takes: frozenset[str]
    ) -> None:
        """Note a row that transforms may change: one that stands in the network itself, once."""
        session = self.frame.session
        if session.calls or self.frame.rounds:
            return
        shapes = tuple([type_.shape for type_ in types_of(self.frame.running)])
        session.rows.append(BuiltRow(row.node, scope, row.called, count, cells, takes, shapes))

    def _row(self, plan: plans.Plan, count: int, name: str | None) -> int:
        """The row's blocks, in parts where derivations insert something between them.

        The scope of the first part.
        """
        start, first = 0, len(self._graph.scopes)
        for end in range(1, count + 1):
            if end == count or self._place(plan, end - 1 - start) in self._insertions:
                self._part(plan, range(start, end), name)
                start = end
        return first

    @property
    def _graph(self) -> Builder:
        return self.frame.session.graph

    @property
    def _insertions(self) -> Collection[Address]:
        return self.frame.session.insertions

    def _place(self, plan: plans.Plan, ahead: int) -> Address:
        """Where the block stands that is so many ahead of the next."""
        frame = self.frame
        row, block = frame.site(plan.row.node.span), frame.site(plan.row.block.span)
        around = self._graph.address(frame.scope, row)
        return (*around, (*block, self.blocks + ahead))

    def _part(self, plan: plans.Plan, part: range, name: str | None) -> None:
        """A scope for a row, in it its blocks; a stage of one block lends the row its name."""
        frame, span = self.frame, plan.row.node.span
        outer, entering = frame.scope, declarations.running(frame, span)
        last = self.blocks + len(part) - 1
        numbers = f"{last}" if len(part) == 1 else f"{self.blocks}-{last}"
        place, site = self._place(plan, len(part) - 1), frame.site(span)
        frame.scope = self._graph.open("row", (name or numbers,), plan.row.kind, outer, site, span)
        for number in part:
            self._apply(plan, first=number == 0, name=name or str(self.blocks))
            self.blocks += 1
        inside, frame.scope = frame.scope, outer
        self._close(inside, entering, {NUMBER: len(part), **plan.values})
        self._follow(place)

    def _follow(self, place: Address) -> None:
        """Apply what derivations insert after a place."""
        value = self.frame.running[0] if len(self.frame.running) == 1 else self.frame.running
        value = calls.follow(self.frame, value, place)
        self.frame.run_on(value if isinstance(value, tuple) else (value,))

    def _apply(self, plan: plans.Plan, *, first: bool, name: str) -> None:
        apply = applying.apply_once if self.known is None else self.known.apply
        apply(self.frame, plan, self.blocks, first=first, name=name)

    def _close(
        self, scope: int, entering: tuple[Value, ...], bindings: Mapping[str, Value]
    ) -> None:
        inputs = {f"x{i}": v for i, v in enumerate(tensors_in(entering), start=1)}
        self._graph.close(scope, bindings, inputs, tensors_in(self.frame.running))
