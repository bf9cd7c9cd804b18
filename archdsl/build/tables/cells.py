"""The cells of a row: the arguments that its block gets from them, and the shapes they print.

The cells of a row are evaluated once. The bindings of the table, such as
`mid = int(expansion * in.channels)`, are evaluated for each block, since each sees another `in`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from archdsl.build.calls import resolve_callee
from archdsl.build.context import Frame
from archdsl.build.request import Dashed, Expectations, Fault
from archdsl.build.values import (
    Applicable,
    BlockValue,
    Given,
    OperationValue,
    SharedBlock,
    Tensor,
    Value,
    describe,
    show,
)
from archdsl.diagnostics import Diagnostic, Label, counted, did_you_mean, note, warning
from archdsl.ir.types import show_shape
from archdsl.params.numbers import is_integer
from archdsl.plan.rows import BLOCK, EXPECTATIONS, SPECIAL, STRIDE, Row
from archdsl.program.names import ANY_SIZE, COUNT, INDEX
from archdsl.program.program import names_in
from archdsl.syntax import tree


@dataclass(frozen=True, slots=True)
class FilledRow:
    """An evaluated row.

    `node` is the block as it is written, `taken` with the options that its choices took, and
    `block` its value. `cells` are all other cells,
    `values` their values alone, and `passed` those that the block has parameters for. `bindings`
    are those of the table that this block needs.
    """

    row: Row
    node: tree.Expression
    taken: tree.Expression
    block: Applicable | SharedBlock
    values: Mapping[str, Value]
    passed: Mapping[str, Given]
    bindings: tuple[tree.Argument, ...]
    cells: Mapping[str, Given]


class RowFiller:
    """Evaluates the rows of one table, and finds for each the bindings that its block needs."""

    def __init__(self, frame: Frame, table: tree.Table, rows: Sequence[Row]) -> None:
        self.frame = frame
        self.table = table
        self.bindings = [(b, b.name or "", names_in(b.value)) for b in table.bindings]
        # Transforms may have added columns. Rows share contents, so there are few to look at.
        added = {column for content in {row.content for row in rows} for column in content.edits}
        self.columns = frozenset([*(column.name for column in table.columns), *added])
        self.read = {name for _, _, read in self.bindings for name in read}
        self.used: set[str] = set()

    def fill(self, row: Row) -> FilledRow:
        """Evaluate a row's cells.

        Raises:
            Fault: a cell has no value, or the row's block has no use for one.
        """
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
        bindings = self.needed_bindings(set(block.parameters) - set(given))
        self._check_left_out(row, written.keys(), bindings)
        values = {column: cell.value for column, cell in given.items()}
        node = written[BLOCK]
        taken = self.frame.taken(node)
        return FilledRow(row, node, taken, block, values, passed, bindings, given)

    @cached_property
    def positional(self) -> tuple[tree.Argument, ...]:
        """The bindings that read the position of a block among all blocks of the body."""
        own = {*self.columns, *self.frame.names, *self.frame.unit.names}
        asked = {INDEX, COUNT} - own
        return tuple(binding for binding, _, read in self.bindings if read & asked)

    def takes_position(self, row: Row) -> bool:
        """Whether the block of a row takes a binding that reads its position.

        Raises:
            Fault: the row has no block.
        """
        block = self._evaluate_block(row.cells[BLOCK])
        if block is None:
            raise Fault
        needed = self.needed_bindings(set(block.parameters) - set(row.cells))
        return any(binding in self.positional for binding in needed)

    def warn_unused(self) -> None:
        """Warn of bindings that no row needed."""
        for binding, name, _ in self.bindings:
            if name not in self.used:
                message = f"no block of this table takes `{name}`"
                if name in self.columns:
                    message = f"the rows have a column `{name}` of their own, so nothing reads this"
                self.frame.findings.add(warning("unused", message, binding.span))

    def _evaluate_cell(self, cell: tree.Expression) -> Given | None:
        """The value of a cell; None for a dash, or after a report that it has none."""
        try:
            return self.frame.as_written(self.frame.evaluate(cell), cell)
        except Dashed:
            return None
        except Fault as fault:
            self.frame.findings.report(fault)
            return None

    def _evaluate_block(self, cell: tree.Expression) -> Applicable | SharedBlock | None:
        """The block of a row, or None after a report that it has none."""
        frame = self.frame
        try:
            value = (
                resolve_callee(frame, cell) if isinstance(cell, tree.Name) else frame.evaluate(cell)
            )
            if isinstance(value, BlockValue | OperationValue | SharedBlock):
                return value
            message = f"`{BLOCK}` must be a block or an operation, but this is {describe(value)}"
            hint = "the column `number` says how many" if isinstance(value, tuple) else None
            raise frame.fault("table", message, cell.span, help=hint)
        except Fault as fault:
            frame.findings.report(fault)
            return None

    def _check_columns(
        self, row: Row, block: Applicable | SharedBlock, cells: Mapping[str, Given]
    ) -> None:
        """Report the cells that neither the block nor a binding reads, except a stride of 1.

        Tables have one column of strides for all rows, so blocks without a stride get 1s there.
        """
        known = {*block.parameters, *self.read}
        for column, given in cells.items():
            if column not in known and not (column == STRIDE and given.value == 1):
                self.frame.findings.report(self._unknown_column(row, block, column))

    def _unknown_column(self, row: Row, block: Applicable | SharedBlock, column: str) -> Fault:
        """A fault at the header, if the column's name is misspelt; otherwise at the cell."""
        message = f"`{block.name}` has no parameter `{column}`"
        near = None if column == STRIDE else did_you_mean(column, (*block.parameters, *SPECIAL))
        if near is None:
            hint = "write `-` in this row"
            if isinstance(block, BlockValue):
                hint = f"{hint}, or give `{block.name}` a parameter `{column}`"
            return self.frame.fault("table", message, row.cells[column].span, help=hint)
        headers = (name.span for name in self.table.columns if name.name == column)
        header = next(headers, self.table.span)
        also = (Label(row.cells[BLOCK].span, "the block"),)
        return self.frame.fault("table", message, header, also=also, help=near)

    def needed_bindings(self, wanted: set[str]) -> tuple[tree.Argument, ...]:
        """The bindings of the wanted names, and of the names that these read, in order."""
        chosen: list[tree.Argument] = []
        # A binding reads only bindings before it, so one pass backwards finds all.
        for binding, name, read in reversed(self.bindings):
            if name in wanted:
                chosen.append(binding)
                wanted = wanted | read
                self.used.add(name)
        return tuple(reversed(chosen))

    def _check_left_out(
        self, row: Row, filled: Set[str], bindings: tuple[tree.Argument, ...]
    ) -> None:
        """Check that no binding reads a cell that is `-`, and is no name outside of the table."""
        for binding in bindings:
            for column in sorted((names_in(binding.value) & self.columns) - filled):
                if column in self.frame.names or column in self.frame.unit.names:
                    continue
                message = f"`{binding.name}` is computed from `{column}`, but this row has none"
                hint = f"give the row a value for `{column}`"
                raise self.frame.fault("table", message, row.dash(column), help=hint)


# Printed shapes


@dataclass(frozen=True, slots=True)
class _ExpectedSize:
    """An expected size: any for the word `_`, and the largest allowed if it `is_bound`."""

    value: Value
    is_bound: bool

    def fits(self, size: int) -> bool:
        if self.value == ANY_SIZE:
            return True
        if not is_integer(self.value):
            return False
        return size <= self.value if self.is_bound else size == self.value

    def __str__(self) -> str:
        return f"<={show(self.value)}" if self.is_bound else show(self.value)


def prints_shape(frame: Frame, row: Row) -> bool:
    """Whether a row prints a shape that is compared."""
    return any(True for _ in _printed(frame, row))


def compare_printed(frame: Frame, row: Row) -> None:
    """Compare the shapes that a row prints with the running value: one, or a tuple of several."""
    for column, cell in _printed(frame, row):
        shapes = cell.items if isinstance(cell, tree.Tuple) else (cell,)
        if len(shapes) != len(frame.running):
            results = counted(len(frame.running), "result")
            message = f"this row has {results}, but here are {counted(len(shapes), 'shape')}"
            hint = "write a shape for each: `(64 x 8 x 56^2, 8 x 32 x 56^2)`"
            if all(isinstance(shape, tree.Number) for shape in shapes):
                hint = f"write `{' x '.join(shape.span.text for shape in shapes)}`"
            frame.findings.add(frame.error("table", message, cell.span, help=hint))
            continue
        for shape, value in zip(shapes, frame.running, strict=True):
            assert isinstance(value, Tensor)
            _compare(frame, shape, column, value.type.shape)


def _printed(frame: Frame, row: Row) -> Iterator[tuple[str, tree.Expression]]:
    """The cells with printed shapes that are compared: see `Expectations`."""
    request = frame.context.request
    if request is None or request.expectations is Expectations.NONE:
        return
    are_all = request.expectations is Expectations.ALL
    for column in EXPECTATIONS:
        cell = row.cell(column)
        if cell is not None and (are_all or names_in(cell) - {ANY_SIZE}):
            yield column, cell


def _compare(frame: Frame, cell: tree.Expression, column: str, shape: tuple[int, ...]) -> None:
    """Report a shape that is not as printed. The printed one may leave out the channels."""
    dimensions = cell.dimensions if isinstance(cell, tree.Shape) else (cell,)
    sizes = [size for dimension in dimensions for size in _sizes(frame, dimension)]
    compared = shape[1:] if len(sizes) == len(shape) - 1 else shape
    if len(sizes) != len(compared) and column != "printed":
        frame.findings.add(_other_rank(frame, cell, len(sizes), shape))
        return
    if len(sizes) == len(compared) and all(map(_ExpectedSize.fits, sizes, compared)):
        return
    here = show_shape(compared)
    if column == "printed":
        message = f"the paper prints {cell.span.text}, but this is {here}"
        frame.findings.add(note("printed", message, cell.span, "as printed"))
        return
    message = f"the shape must be {cell.span.text}, but this is {here}"
    values = " x ".join(map(str, sizes)) if names_in(cell) - {ANY_SIZE} else ""
    frame.findings.add(frame.error("expect", message, cell.span, values))


def _other_rank(
    frame: Frame, cell: tree.Expression, count: int, shape: tuple[int, ...]
) -> Diagnostic:
    """A printed shape with another number of sizes than the tensor has."""
    message = f"this shape has {counted(count, 'size')}, but the tensor has {len(shape)}"
    hint = f"the tensor is {show_shape(shape)}; `_` stands for any size, and `-` for any shape"
    return frame.error("expect", message, cell.span, help=hint)


def _is_any(node: tree.Node) -> bool:
    return isinstance(node, tree.Name) and node.name == ANY_SIZE


def _sizes(frame: Frame, dimension: tree.Expression) -> list[_ExpectedSize]:
    """The sizes of one printed dimension: `<=28`, `40^2`, `channels`."""
    is_bound = isinstance(dimension, tree.AtMost)
    inner = dimension.value if isinstance(dimension, tree.AtMost) else dimension
    if _is_any(inner):
        return [_ExpectedSize(ANY_SIZE, is_bound)]
    if isinstance(inner, tree.Repeat) and _is_any(inner.value):
        return [_ExpectedSize(ANY_SIZE, is_bound)] * int(inner.times.value)
    if not isinstance(inner, tree.Repeat):
        return [_ExpectedSize(frame.evaluate(inner), is_bound)]
    sizes = frame.evaluate(tree.Shape((inner,), span=inner.span))
    assert isinstance(sizes, tuple)
    return [_ExpectedSize(size, is_bound) for size in sizes]
