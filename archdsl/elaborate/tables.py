"""Architecture tables: rows into blocks, rule lines into stages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from archdsl import limits
from archdsl.diagnostics import Label, did_you_mean, note
from archdsl.elaborate import calls, expressions, statements
from archdsl.elaborate.session import Fault, Frame, Session
from archdsl.elaborate.values import (
    POISON,
    BlockValue,
    Given,
    OperationValue,
    Tensor,
    Value,
    Written,
    describe,
    tensors_in,
)
from archdsl.ir.types import show_shape
from archdsl.source import Span
from archdsl.syntax import tree

BLOCK, NUMBER, STRIDE, STAGE = "block", "number", "stride", "stage"
EXPECTATIONS = ("expect", "printed")
_SPECIAL = (BLOCK, NUMBER, STAGE, *EXPECTATIONS)


@dataclass(frozen=True)
class _Row:
    """A row with its cells by column; a cell that was left empty is absent."""

    span: Span
    cells: dict[str, tree.Expression]


@dataclass
class _Stage:
    """Rows between two rule lines. `blocks` counts those already built."""

    rows: list[_Row] = field(default_factory=list)
    name: str | None = None
    blocks: int = 0


def run_table(session: Session, frame: Frame, table: tree.Table) -> None:
    """Apply each row's block to the running value."""
    statements.running(session, frame, table.columns[0].span)
    _check_columns(session, table)
    builder = _Builder(session, frame, table)
    for stage in _stages(session, table):
        builder.build(stage)


def _check_columns(session: Session, table: tree.Table) -> None:
    names = [column.name for column in table.columns]
    for position, column in enumerate(table.columns):
        if column.name in names[:position]:
            message = f"there are two columns `{column.name}`"
            raise Fault(session.error("table", message, column.span))
    if BLOCK not in names:
        hint = did_you_mean(BLOCK, names)
        message = "a table needs a column `block`, with the block of each row"
        raise Fault(session.error("table", message, table.columns[0].span, help=hint))


def _stages(session: Session, table: tree.Table) -> Iterator[_Stage]:
    stage = _Stage()
    for line in table.rows:
        row = _row(session, table, line) if isinstance(line, tree.Row) else None
        begins = row is None or STAGE in row.cells
        if begins and stage.rows:
            yield stage
            stage = _Stage()
        if row is None:
            continue
        if STAGE in row.cells:
            stage.name = row.cells[STAGE].span.text
        stage.rows.append(row)
    if stage.rows:
        yield stage


def _row(session: Session, table: tree.Table, row: tree.Row) -> _Row:
    if len(row.cells) != len(table.columns):
        message = f"this row has {len(row.cells)} cells for {len(table.columns)} columns"
        raise Fault(session.error("table", message, row.span))
    pairs = zip(table.columns, row.cells, strict=True)
    cells = {column.name: c for column, c in pairs if not isinstance(c, tree.Dash)}
    if BLOCK not in cells:
        raise Fault(session.error("table", "this row names no block", row.span))
    if STAGE in cells and not isinstance(cells[STAGE], tree.Name):
        raise Fault(session.error("table", "a stage has a name", cells[STAGE].span))
    return _Row(row.span, cells)


@dataclass
class _Builder:
    session: Session
    frame: Frame
    table: tree.Table
    stages: int = 0

    def build(self, stage: _Stage) -> None:
        graph, frame = self.session.graph, self.frame
        counts = [self._count(row) for row in stage.rows]
        if sum(counts) == 1:
            row = stage.rows[0]
            self._try_row(stage, row, 1, stage.name or row.cells[BLOCK].span.text)
            return
        outer, entering = frame.scope, frame.running
        self.stages += 1
        name = stage.name or f"stage{self.stages}"
        site = frame.site(stage.rows[0].span)
        frame.scope = graph.open("stage", name, "", outer, site, stage.rows[0].span)
        for row, count in zip(stage.rows, counts, strict=True):
            self._try_row(stage, row, count, None)
        self._close(frame.scope, entering)
        frame.scope = outer

    def _try_row(self, stage: _Stage, row: _Row, count: int, name: str | None) -> None:
        """A row that fails poisons the running value; the rows after it are still read."""
        outer = self.frame.scope
        try:
            self._row(stage, row, count, name)
        except Fault as fault:
            self.session.report(fault)
            self.frame.running = (POISON,)
            self.frame.scope = outer

    def _close(self, scope: int, entering: tuple[Value, ...]) -> None:
        inputs = {f"x{i}": v for i, v in enumerate(tensors_in(entering), start=1)}
        self.session.graph.close(scope, {}, inputs, tensors_in(self.frame.running))

    def _count(self, row: _Row) -> int:
        if NUMBER not in row.cells:
            return 1
        value = self._cell(row, NUMBER)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            message = f"`number` counts blocks: an integer of at least 1, not {describe(value)}"
            hint = "round it: `ceil(...)`" if "Fraction" in type(value).__name__ else None
            raise Fault(
                self.session.error("table", message, row.cells[NUMBER].span, help=hint)
            )
        if value > limits.OPERATIONS:
            message = f"{value:,} blocks are more than a network may have operations"
            raise Fault(self.session.error("size", message, row.cells[NUMBER].span))
        return value

    def _cell(self, row: _Row, column: str) -> Value:
        return expressions.evaluate(self.session, self.frame, row.cells[column])

    def _row(self, stage: _Stage, row: _Row, count: int, name: str | None) -> None:
        graph, frame = self.session.graph, self.frame
        outer, entering = frame.scope, frame.running
        first = stage.blocks
        label = f"{first}" if count == 1 else f"{first}-{first + count - 1}"
        site = frame.site(row.span)
        kind = row.cells[BLOCK].span.text
        frame.scope = graph.open("row", name or label, kind, outer, site, row.span)
        cells = {
            column: Given(self._cell(row, column), cell.span)
            for column, cell in row.cells.items()
            if column not in _SPECIAL
        }
        for round_ in range(count):
            if POISON in frame.running:
                raise Fault
            self._apply(row, cells, stage.blocks, round_, name)
            stage.blocks += 1
        self._close(frame.scope, entering)
        frame.scope = outer
        self._expect(row)

    def _block(self, row: _Row) -> BlockValue | OperationValue:
        value = expressions.callee(self.session, self.frame, row.cells[BLOCK])
        if isinstance(value, BlockValue | OperationValue):
            return value
        message = f"a row applies a block, not {describe(value)}"
        raise Fault(self.session.error("table", message, row.cells[BLOCK].span))

    def _apply(
        self,
        row: _Row,
        cells: dict[str, Given],
        index: int,
        round_: int,
        name: str | None,
    ) -> None:
        """One block of a row: only the first carries the stride."""
        frame, node = self.frame, row.cells[BLOCK]
        block = self._block(row)
        accepted = _accepted(block)
        given = {c: g for c, g in cells.items() if c in accepted}
        if round_ and STRIDE in given:
            given[STRIDE] = Given(1, given[STRIDE].span)
        inner = Frame(frame.unit, frame.scope, {**frame.names}, frame.running, (*frame.rounds, index))
        inner.names |= {column: g.value for column, g in cells.items()} | {"i": index}
        used = self._bindings(inner, accepted, given, row)
        self._check_cells(block, row, cells, accepted | used)
        inner.naming = (node, str(index) if name is None else name)
        span = row.cells[BLOCK].span
        piped = tuple(Given(value, span) for value in frame.running)
        value = calls.apply(self.session, inner, block, Written(piped, given), node)
        if not isinstance(value, tuple | Tensor):
            message = f"the block of a row makes a tensor, not {describe(value)}"
            raise Fault(self.session.error("table", message, span))
        frame.running = value if isinstance(value, tuple) else (value,)

    def _bindings(
        self, inner: Frame, accepted: set[str], given: dict[str, Given], row: _Row
    ) -> set[str]:
        """Evaluate the table's own definitions that this block takes; the columns they read."""
        read: set[str] = set()
        for binding in self.table.bindings:
            name = binding.name or ""
            read |= _names_in(binding.value)
            if name not in accepted or name in given:
                continue
            value = expressions.evaluate(self.session, inner, binding.value)
            inner.names[name] = value
            given[name] = Given(value, binding.span)
        return read

    def _check_cells(
        self,
        block: BlockValue | OperationValue,
        row: _Row,
        cells: dict[str, Given],
        known: set[str],
    ) -> None:
        for column, given in cells.items():
            if column in known or (column == STRIDE and given.value == 1):
                continue
            message = f"`{block.name}` has no parameter `{column}`"
            hint = did_you_mean(column, _accepted(block))
            if hint is None:
                hint = "write `-` where it is not meant"
                raise Fault(self.session.error("table", message, given.span, help=hint))
            header = next(c.span for c in self.table.columns if c.name == column)
            also = (Label(row.cells[BLOCK].span, "the block"),)
            raise Fault(self.session.error("table", message, header, also=also, help=hint))

    def _expect(self, row: _Row) -> None:
        for column in EXPECTATIONS:
            if column in row.cells:
                self._compare(row.cells[column], column)

    def _compare(self, cell: tree.Expression, column: str) -> None:
        """Compare a printed shape, with or without its channels.

        Bare numbers state what was printed for the network as declared, and only for that.
        """
        if not self.session.as_declared and not _names_in(cell):
            return
        values = self.frame.running
        shapes = cell.items if isinstance(cell, tree.Tuple) else (cell,)
        if len(shapes) != len(values):
            message = f"{len(shapes)} shapes are expected of a row with {len(values)} values"
            raise Fault(self.session.error("table", message, cell.span))
        for expected, value in zip(shapes, values, strict=True):
            assert isinstance(value, Tensor)
            self._compare_one(expected, column, value.type.shape)

    def _compare_one(self, cell: tree.Expression, column: str, shape: tuple[int, ...]) -> None:
        dimensions = cell.dimensions if isinstance(cell, tree.Shape) else (cell,)
        sizes = [size for d in dimensions for size in self._sizes(d)]
        seen = shape[1:] if len(sizes) == len(shape) - 1 else shape
        if len(sizes) == len(seen) and all(map(_fits, sizes, seen)):
            return
        message = f"the shape here is {show_shape(shape)}, not {cell.span.text}"
        if column == "printed":
            self.session.diagnostics.add(note("printed", message, cell.span, "as printed"))
            return
        self.session.diagnostics.add(self.session.error("expect", message, cell.span))

    def _sizes(self, dimension: tree.Expression) -> list[tuple[bool, Value]]:
        """Each size with whether it is a mere bound."""
        bound = isinstance(dimension, tree.AtMost)
        inner = dimension.value if isinstance(dimension, tree.AtMost) else dimension
        times = inner.times.value if isinstance(inner, tree.Repeat) else 1
        size = inner.value if isinstance(inner, tree.Repeat) else inner
        value = expressions.evaluate(self.session, self.frame, size)
        return [(bound, value)] * min(int(times), 8)


def _fits(expected: tuple[bool, Value], size: int) -> bool:
    bound, value = expected
    if not isinstance(value, int):
        return False
    return size <= value if bound else size == value


def _accepted(block: BlockValue | OperationValue) -> set[str]:
    if isinstance(block, BlockValue):
        return {parameter.name for parameter in block.definition.parameters}
    return set(block.operation.__dataclass_fields__)


def _names_in(node: tree.Node) -> set[str]:
    """The names that an expression reads."""
    if isinstance(node, tree.Name):
        return {node.name}
    found: set[str] = set()
    for child in tree.children(node):
        found |= _names_in(child)
    return found

