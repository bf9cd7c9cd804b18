"""From the rows of a table to blocks of the network, stage by stage.

A stage becomes a scope, with a scope for each row in it. If an insertion comes between two blocks
of a row, the row becomes several scopes: what is inserted stands in the stage, not in the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from archdsl import limits
from archdsl.build import calls
from archdsl.build.arguments import piped_arguments
from archdsl.build.conditions import depend
from archdsl.build.context import Frame
from archdsl.build.origins import round_hint
from archdsl.build.request import Dashed, Fault, Naming
from archdsl.build.tables.cells import FilledRow, RowFiller, compare_printed
from archdsl.build.tables.positions import Positions, written_index
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
from archdsl.ir.written import Counter, Literal
from archdsl.params.numbers import is_integer
from archdsl.plan.rows import NUMBER, STRIDE, BuiltRow, Row, Stage, block_text
from archdsl.program.names import COUNT, COUNTER, INDEX
from archdsl.program.places import dotted, key
from archdsl.program.stages import called, label
from archdsl.syntax import tree

FAULTY = -1
"""The number of blocks of a row that does not say it."""


class TableBuilder:
    """Builds a table; `stages` and `blocks` count those built, blocks in the current stage.

    `positions` has the places of blocks in the body, if definitions of the table read them.
    """

    def __init__(self, filler: RowFiller, positions: Positions | None = None) -> None:
        self.frame = filler.frame
        self.graph = filler.frame.graph
        self.filler = filler
        self.positions = positions
        self.stages = 0
        self.blocks = 0
        self._begun = 0

    def run(self, rows: Sequence[Row]) -> None:
        """Apply rows to the running value."""
        for stage, inside in groupby(rows, key=lambda row: row.stage):
            self.build_stage(stage, tuple(inside))

    def build_stage(self, stage: Stage, rows: Sequence[Row]) -> None:
        """Apply the rows of a stage, which a single block is not."""
        self.blocks = 0
        counts = [self.count(row) for row in rows]
        if counts == [1]:
            self.try_row(rows[0], 1, stage)
            return
        entering = self.frame.running
        self.open_stage(stage, rows)
        self.run_stage(rows, counts)
        self.close_stage(rows, entering)

    def open_stage(self, stage: Stage, rows: Sequence[Row]) -> None:
        """Begin the scope of a stage."""
        name, self.stages = label(stage.name, "", self.stages)
        span, frame = rows[0].line.span, self.frame
        site = frame.site(span)
        frame.scope = self.graph.open("stage", (name,), "", frame.scope, site, span)

    def close_stage(self, rows: Sequence[Row], entering: tuple[Value, ...]) -> None:
        """End the scope of a stage, and apply what is inserted after it."""
        frame, graph, site = self.frame, self.graph, self.frame.site(rows[0].line.span)
        self._close(frame.scope, entering, {})
        frame.scope = graph.scopes[frame.scope].parent or 0
        if POISON not in frame.running:
            self._insert_at(graph.address(frame.scope, site))

    def run_stage(self, rows: Sequence[Row], counts: Sequence[int]) -> None:
        """Apply the rows of a stage of several blocks."""
        for row, count in zip(rows, counts, strict=True):
            self.try_row(row, count)

    def count(self, row: Row) -> int:
        """How often a row's block is applied; `FAULTY` after a report that this is unknown."""
        cell = row.cell(NUMBER)
        if cell is None:
            return 1
        try:
            return self._checked_count(cell)
        except Fault as fault:
            self.frame.findings.report(fault)
            return FAULTY

    def _checked_count(self, cell: tree.Expression) -> int:
        try:
            value = self.frame.evaluate(cell)
        except Dashed:
            return 1
        # A count that is computed from a parameter decides how many layers the class has.
        depend(self.frame, value, cell)
        if value == 0 and _says_zero(self.frame.taken(cell)):
            return 0
        if not is_integer(value) or value < 1:
            must = "`number` must be an integer of at least 1"
            message = f"{must}, but this is {describe(value)}"
            given = self.frame.as_written(value, cell)
            hint = round_hint(given, lambda count: count >= 1)
            raise self.frame.fault("table", message, given.span, help=hint)
        if value > limits.OPERATIONS:
            must = f"a network has at most {limits.OPERATIONS:,} operations"
            message = f"{must}, but these are {value:,} blocks"
            raise self.frame.fault("size", message, cell.span)
        return value

    def try_row(self, row: Row, count: int, single: Stage | None = None) -> None:
        """Build a row, or a single block that is a stage.

        If it fails, the running value is poisoned, and later rows still run.
        """
        scope = self.frame.scope
        if count == 0:
            return  # the row is left out
        try:
            self.build_row(row, count, single)
            compare_printed(self.frame, row)
        except Fault as fault:
            self.frame.findings.report(fault)
            self.frame.running = (POISON,)
            self.frame.scope = scope  # a fault in a block leaves the scope of its row open

    def build_row(self, row: Row, count: int, single: Stage | None) -> None:
        """Apply the blocks of a row, or the block that is a stage."""
        filled = self.filler.fill(row)
        if count == FAULTY:
            raise Fault  # reported by `count`, but only now are the mistakes of the cells too
        scope, name = self.frame.scope, None
        if single is not None:
            name, self.stages = label(single.name, called(filled.taken), self.stages)
        inside = self._build_parts(filled, count, name)
        self._record_row(row, inside if name else scope)

    def _record_row(self, row: Row, scope: int) -> None:
        """Record a row that transforms can change: one in the network itself, in no loop."""
        if not self.frame.call and not self.frame.iterations:
            shapes = tuple([type_.shape for type_ in types_of(self.frame.running)])
            self.frame.context.rows.append(BuiltRow(row.id, row.stage, scope, shapes))

    def _build_parts(self, filled: FilledRow, count: int, name: str | None) -> int:
        """Apply the row's blocks, in parts with insertions between them.

        Returns the scope of the first part.
        """
        start, first = 0, len(self.graph.scopes)
        self._begun = self.blocks
        inserted = self.frame.context.inserted
        for end in range(1, count + 1):
            if end == count or self._block_address(filled, end - 1 - start) in inserted:
                self._build_part(filled, range(start, end), name)
                start = end
        return first

    def site(self, row: Row) -> Site:
        """The site of a row; a copy that a transform added also has its number."""
        site = self.frame.site(row.line.span)
        return (*site, row.id.copy) if row.id.copy else site

    def _block_address(self, filled: FilledRow, ahead: int) -> Address:
        """The address of the block that is `ahead` of the next one, as it will be in the graph."""
        frame, block = self.frame, self.frame.site(filled.node.span)
        around = self.graph.address(frame.scope, self.site(filled.row))
        return (*around, (*block, self.blocks + ahead))

    def _build_part(self, filled: FilledRow, part: range, name: str | None) -> None:
        """Open a scope for some blocks of a row, and apply them in it."""
        frame, row = self.frame, filled.row
        span, definition = row.line.span, block_text(filled.taken)
        outer, entering = frame.scope, frame.require_running(span)
        last = self.blocks + len(part) - 1
        numbers = f"{last}" if len(part) == 1 else f"{self.blocks}-{last}"
        address, site = self._block_address(filled, len(part) - 1), self.site(row)
        frame.scope = self.graph.open("row", (name or numbers,), definition, outer, site, span)
        for number in part:
            self.apply_block(filled, first=number == 0, name=name or str(self.blocks))
            self.blocks += 1
        inside, frame.scope = frame.scope, outer
        self._close(inside, entering, {NUMBER: len(part), **filled.values})
        self._insert_at(address)

    def _insert_at(self, address: Address) -> None:
        """Apply what derivations insert at an address."""
        value = self.frame.running[0] if len(self.frame.running) == 1 else self.frame.running
        self.frame.set_running(calls.insert_at(self.frame, value, address))

    def apply_block(self, filled: FilledRow, *, first: bool, name: str) -> None:
        """Apply the next block of a row to the running value, which it replaces."""
        frame, node = self.frame, filled.node
        inner = _block_frame(frame, filled, self.blocks)
        self._bind_position(inner, filled.row)
        inner.iterations = (*frame.iterations, self.blocks)
        inner.naming = Naming(node, (name,))
        piped, named = piped_arguments(frame.running, node.span), _arguments(inner, filled, first)
        inner.use = frame.use  # the cell of the block has its place in the body, as a call has
        value = inner.apply(filled.block, Arguments(piped, named), node)
        if not isinstance(value, tuple | Tensor):
            must = "the block of a row must return a tensor"
            raise frame.fault("table", f"{must}, but this is {describe(value)}", node.span)
        frame.set_running(value)

    def _bind_position(self, inner: Frame, row: Row) -> None:
        """Give the frame of a block its position, if it takes a definition that reads it."""
        if self.positions is None or row.id not in self.positions.starts:
            return
        index = self.positions.index(row, self.blocks - self._begun)
        count = self.positions.count
        if INDEX not in inner.names:
            inner.bind(INDEX, index, written_index(index, self.blocks))
        if COUNT not in inner.names:
            inner.bind(COUNT, count, Literal(count))

    def _close(
        self, scope: int, entering: tuple[Value, ...], bindings: Mapping[str, Value]
    ) -> None:
        inputs = {f"x{i}": v for i, v in enumerate(tensors_in(entering), start=1)}
        self.graph.close(scope, bindings, inputs, tensors_in(self.frame.running))


def _says_zero(cell: tree.Expression) -> bool:
    """Whether 0 is written, here or under a name, and not what a computation came out as."""
    return isinstance(cell, tree.Number | tree.Name)


def _block_frame(frame: Frame, filled: FilledRow, number: int) -> Frame:
    """A frame with the names of the body, the row's cells, the block's number, and its input."""
    names = {**frame.names, **filled.values, COUNTER: number}
    history = frame.history and frame.history.nested(filled.cells)
    inner = Frame(frame.context, frame.unit, frame.call, frame.scope, names)
    inner.history, inner.guard = history, frame.guard
    row = frame.unit.places.get(key(filled.row.line.span), "") if frame.program.has_choices else ""
    inner.use = frame.use._replace(place=dotted(frame.use.place, row))
    for column, cell in filled.cells.items():
        inner.bind(column, cell.value, cell)
    inner.bind(COUNTER, number, Counter(number))
    inner.set_running(frame.running)
    return inner


def _arguments(inner: Frame, filled: FilledRow, is_first: bool) -> Mapping[str, Given]:
    """The arguments of one block: cells of its row, and the table's bindings.

    Only the first block of a row has the stride, as tables mean it since ResNet (He et al. 2016,
    table 1).
    """
    given = dict(filled.passed)
    if not is_first and STRIDE in given:
        given[STRIDE] = Given(1, given[STRIDE].span)
    for binding in filled.bindings:
        name, value = binding.name or "", inner.evaluate(binding.value)
        place = inner.options.place(binding.value, binding.span)
        written = Given(value, place, inner.taken(binding.value), inner.snapshot)
        inner.bind(name, value, inner.local(binding.value))
        if name in filled.block.parameters:
            given[name] = written
    return given
