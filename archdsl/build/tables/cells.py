"""What the cells of a row say: what its block is given, how it is applied, and the shapes printed.

The cells of a row are evaluated once, the table's definitions for each of its blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from archdsl.build.calls import resolve_callee
from archdsl.build.context import Frame
from archdsl.build.request import Expectations, Fault
from archdsl.build.values import (
    Applicable,
    BlockValue,
    Given,
    OperationValue,
    Tensor,
    Value,
    describe,
)
from archdsl.diagnostics import Label, did_you_mean, note, warning
from archdsl.ir.types import show_shape
from archdsl.params.numbers import is_integer
from archdsl.plan.rows import BLOCK, EXPECTATIONS, SPECIAL, STRIDE, Row
from archdsl.program.program import names_in
from archdsl.syntax import tree

COUNTER = "i"
"""What definitions call the number of a block in its stage."""


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row with its block: the cells' values, those the block takes, and the definitions.

    `node` is the block as it is written, and `cells` are the values as they were.
    """

    row: Row
    node: tree.Expression
    block: Applicable
    values: Mapping[str, Value]
    passed: Mapping[str, Given]
    bindings: tuple[tree.Argument, ...]
    cells: Mapping[str, Given]


class RowFiller:
    """Fills the rows of one table, `mid = int(expansion * in.channels)` and its like in mind."""

    def __init__(self, frame: Frame, table: tree.Table, rows: Sequence[Row]) -> None:
        self.frame = frame
        self.table = table
        self.bindings = [(b, b.name or "", names_in(b.value)) for b in table.bindings]
        added = {column for content in {row.content for row in rows} for column in content.edits}
        self.columns = frozenset([*(column.name for column in table.columns), *added])
        self.read = {name for _, _, read in self.bindings for name in read}
        self.used: set[str] = set()

    def fill(self, row: Row) -> FilledRow:
        """Evaluate a row's cells and see that its block has a use for each."""
        faults, written = self.frame.findings.faults, row.cells
        cells = {
            column: self._evaluate_cell(written[column])
            for column in written
            if column not in SPECIAL
        }
        block = self._evaluate_block(written[BLOCK])
        given = {column: cell for column, cell in cells.items() if cell is not None}
        if block is not None:
            self._check_columns(row, block, given)
        if block is None or self.frame.findings.faults > faults:
            raise Fault
        passed = {column: cell for column, cell in given.items() if column in block.parameters}
        bindings = self._needed_bindings(set(block.parameters) - set(given))
        self._check_left_out(row, written.keys(), bindings)
        values = {column: cell.value for column, cell in given.items()}
        return FilledRow(row, written[BLOCK], block, values, passed, bindings, given)

    def warn_unused(self) -> None:
        """Say which of the table's definitions no row had a use for."""
        for binding, name, _ in self.bindings:
            if name not in self.used:
                message = f"no block of this table takes `{name}`"
                self.frame.findings.add(warning("unused", message, binding.span))

    def _evaluate_cell(self, cell: tree.Expression) -> Given | None:
        """A cell's value, or None where it has none, which is reported."""
        try:
            return self.frame.as_written(self.frame.evaluate(cell), cell)
        except Fault as fault:
            self.frame.findings.report(fault)
            return None

    def _evaluate_block(self, cell: tree.Expression) -> Applicable | None:
        frame = self.frame
        try:
            value = (
                resolve_callee(frame, cell) if isinstance(cell, tree.Name) else frame.evaluate(cell)
            )
            if isinstance(value, BlockValue | OperationValue):
                return value
            message = f"a row applies a block, not {describe(value)}"
            raise frame.fault("table", message, cell.span)
        except Fault as fault:
            frame.findings.report(fault)
            return None

    def _check_columns(self, row: Row, block: Applicable, cells: Mapping[str, Given]) -> None:
        known = {*block.parameters, *self.read}
        for column, given in cells.items():
            if column not in known and not (column == STRIDE and given.value == 1):
                self.frame.findings.report(self._unknown_column(row, block, column))

    def _unknown_column(self, row: Row, block: Applicable, column: str) -> Fault:
        """The column itself is at fault where its name is a slip, else the cell that is filled."""
        message = f"`{block.name}` has no parameter `{column}`"
        hint = did_you_mean(column, (*block.parameters, *SPECIAL, STRIDE))
        if hint is None:
            hint = "write `-` where it is not meant"
            return self.frame.fault("table", message, row.cells[column].span, help=hint)
        headers = (name.span for name in self.table.columns if name.name == column)
        header = next(headers, self.table.span)
        also = (Label(row.cells[BLOCK].span, "the block"),)
        return self.frame.fault("table", message, header, also=also, help=hint)

    def _needed_bindings(self, wanted: set[str]) -> tuple[tree.Argument, ...]:
        """The definitions that are wanted, and those that these read, in order."""
        chosen: list[tree.Argument] = []
        for binding, name, read in reversed(self.bindings):
            if name in wanted:
                chosen.append(binding)
                wanted = wanted | read
                self.used.add(name)
        return tuple(reversed(chosen))

    def _check_left_out(
        self, row: Row, said: Set[str], bindings: tuple[tree.Argument, ...]
    ) -> None:
        for binding in bindings:
            for column in sorted((names_in(binding.value) & self.columns) - said):
                if column in self.frame.names or column in self.frame.unit.names:
                    continue
                message = f"`{binding.name}` is made of `{column}`, which this row leaves out"
                raise self.frame.fault("table", message, row.dash(column))


@dataclass(frozen=True, slots=True)
class _ExpectedSize:
    """A size that is expected, or with `bound` the largest that may be."""

    value: Value
    bound: bool

    def fits(self, size: int) -> bool:
        if not is_integer(self.value):
            return False
        return size <= self.value if self.bound else size == self.value


def prints_shape(frame: Frame, row: Row) -> bool:
    """Whether a row prints a shape that is to be compared."""
    return any(True for _ in _printed(frame, row))


def compare_printed(frame: Frame, row: Row) -> None:
    """Compare what a row prints with the running value; for several, it is a tuple of shapes."""
    for column, cell in _printed(frame, row):
        shapes = cell.items if isinstance(cell, tree.Tuple) else (cell,)
        if len(shapes) != len(frame.running):
            has = f"this row has {len(frame.running)} values"
            hint = "write one for each: `(64 x 8 x 56^2, 8 x 32 x 56^2)`"
            message = f"{has}, and {len(shapes)} shapes stand here"
            raise frame.fault("table", message, cell.span, help=hint)
        for shape, value in zip(shapes, frame.running, strict=True):
            assert isinstance(value, Tensor)
            _compare(frame, shape, column, value.type.shape)


def _printed(frame: Frame, row: Row) -> Iterator[tuple[str, tree.Expression]]:
    """The shapes that a row prints, of those that hold.

    Bare numbers state what was printed for the network as declared, and only for that; nothing
    that is printed holds for a table that a transform has rewritten.
    """
    request = frame.context.request
    if request is None or request.expectations is Expectations.NONE:
        return
    are_all = request.expectations is Expectations.ALL
    for column in EXPECTATIONS:
        cell = row.cell(column)
        if cell is not None and (are_all or names_in(cell)):
            yield column, cell


def _compare(frame: Frame, cell: tree.Expression, column: str, shape: tuple[int, ...]) -> None:
    """A printed shape may leave out the channels."""
    dimensions = cell.dimensions if isinstance(cell, tree.Shape) else (cell,)
    sizes = [size for dimension in dimensions for size in _sizes(frame, dimension)]
    seen = shape[1:] if len(sizes) == len(shape) - 1 else shape
    if len(sizes) == len(seen) and all(map(_ExpectedSize.fits, sizes, seen)):
        return
    message = f"the shape here is {show_shape(shape)}, not {cell.span.text}"
    if column == "printed":
        frame.findings.add(note("printed", message, cell.span, "as printed"))
    else:
        frame.findings.add(frame.error("expect", message, cell.span))


def _sizes(frame: Frame, dimension: tree.Expression) -> list[_ExpectedSize]:
    bound = isinstance(dimension, tree.AtMost)
    inner = dimension.value if isinstance(dimension, tree.AtMost) else dimension
    if not isinstance(inner, tree.Repeat):
        return [_ExpectedSize(frame.evaluate(inner), bound)]
    sizes = frame.evaluate(tree.Shape((inner,), span=inner.span))
    assert isinstance(sizes, tuple)
    return [_ExpectedSize(size, bound) for size in sizes]
