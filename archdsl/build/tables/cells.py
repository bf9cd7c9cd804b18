"""What the block of a row is given, and its application: cells, definitions, the stride.

The cells of a row are evaluated once, the table's definitions for each of its blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from archdsl.build import names
from archdsl.build.arguments import piped
from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.values import (
    Applicable,
    BlockValue,
    Given,
    OperationValue,
    Tensor,
    Value,
    Written,
    describe,
)
from archdsl.diagnostics import Label, did_you_mean, warning
from archdsl.ir.written import Counter
from archdsl.plan.rows import BLOCK, SPECIAL, STRIDE, Row
from archdsl.program.mentions import names_in
from archdsl.syntax import tree

COUNTER = "i"
"""What definitions call the number of a block in its stage."""


@dataclass(frozen=True, slots=True)
class Filled:
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


class Filler:
    """Fills the rows of one table, `mid = int(expansion * in.channels)` and its like in mind."""

    def __init__(self, frame: Frame, table: tree.Table, rows: Sequence[Row]) -> None:
        self.frame = frame
        self.table = table
        self.bindings = [(b, b.name or "", names_in(b.value)) for b in table.bindings]
        added = {column for content in {row.content for row in rows} for column in content.edits}
        self.columns = frozenset([*(column.name for column in table.columns), *added])
        self.read = {name for _, _, read in self.bindings for name in read}
        self.taken: set[str] = set()

    def fill(self, row: Row) -> Filled:
        """Evaluate a row's cells and see that its block has a use for each.

        Raises:
            Fault: it has not, or a cell has no value.
        """
        faults, written = self.frame.findings.faults, row.cells
        cells = {column: self._cell(written[column]) for column in written if column not in SPECIAL}
        block = self._block(written[BLOCK])
        given = {column: cell for column, cell in cells.items() if cell is not None}
        if block is not None:
            self._check_columns(row, block, given)
        if block is None or self.frame.findings.faults > faults:
            raise Fault
        passed = {column: cell for column, cell in given.items() if column in block.parameters}
        bindings = self._needed(set(block.parameters) - set(given))
        self._check_left_out(row, written.keys(), bindings)
        values = {column: cell.value for column, cell in given.items()}
        return Filled(row, written[BLOCK], block, values, passed, bindings, given)

    def warn_unused(self) -> None:
        """Say which of the table's definitions no row had a use for."""
        for binding, name, _ in self.bindings:
            if name not in self.taken:
                message = f"no block of this table takes `{name}`"
                self.frame.findings.add(warning("unused", message, binding.span))

    def _cell(self, cell: tree.Expression) -> Given | None:
        """A cell's value, or None where it has none, which is reported."""
        try:
            value = self.frame.evaluate(cell)
            return Given(value, cell.span, cell, self.frame.now)
        except Fault as fault:
            self.frame.findings.report(fault)
            return None

    def _block(self, cell: tree.Expression) -> Applicable | None:
        frame = self.frame
        try:
            value = (
                names.callee(frame, cell) if isinstance(cell, tree.Name) else frame.evaluate(cell)
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

    def _needed(self, wanted: set[str]) -> tuple[tree.Argument, ...]:
        """The definitions that are wanted, and those that these read, in order."""
        chosen: list[tree.Argument] = []
        for binding, name, read in reversed(self.bindings):
            if name in wanted:
                chosen.append(binding)
                wanted = wanted | read
                self.taken.add(name)
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


def options_of(block: Applicable) -> tuple[str, ...]:
    """What a block takes beside the tensor that enters, which is its first parameter."""
    return block.parameters[1:] if isinstance(block, BlockValue) else block.parameters


def apply_once(frame: Frame, filled: Filled, number: int, *, first: bool, name: str) -> None:
    """Apply the block of a number to the running value, which it replaces.

    Raises:
        Fault: it does not take the value, or gives no tensor.
    """
    node = filled.node
    inner = _inner(frame, filled, number)
    inner.rounds, inner.naming = (*frame.rounds, number), (node, (name,))
    written = Written(piped(frame.running, node.span), _arguments(inner, filled, first=first))
    value = inner.apply(filled.block, written, node)
    if not isinstance(value, tuple | Tensor):
        message = f"the block of a row makes a tensor, not {describe(value)}"
        raise frame.fault("table", message, node.span)
    frame.run_on(value if isinstance(value, tuple) else (value,))


def _inner(frame: Frame, filled: Filled, number: int) -> Frame:
    """A frame that knows the row's cells, the number of the block, and what enters it."""
    names = {**frame.names, **filled.values, COUNTER: number}
    meant = frame.meant and frame.meant.inside(filled.cells)
    inner = Frame(frame.context, frame.unit, frame.call, frame.scope, names)
    inner.meant, inner.guards = meant, frame.guards
    for column, cell in filled.cells.items():
        inner.mean(column, cell.value, cell)
    inner.mean(COUNTER, number, Counter(number))
    inner.run_on(frame.running)
    return inner


def _arguments(inner: Frame, filled: Filled, *, first: bool) -> Mapping[str, Given]:
    """The row's cells and the table's definitions; only the first block carries the stride."""
    given = dict(filled.passed)
    if not first and STRIDE in given:
        given[STRIDE] = Given(1, given[STRIDE].span)
    for binding in filled.bindings:
        name, value = binding.name or "", inner.evaluate(binding.value)
        written = Given(value, binding.span, binding.value, inner.now)
        inner.mean(name, value, inner.written(binding.value))
        if name in filled.block.parameters:
            given[name] = written
    return given
