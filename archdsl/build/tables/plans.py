"""What a row's block is given: the row's cells, and the table's own definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archdsl.build import expressions, names
from archdsl.build.session import Fault, Frame
from archdsl.build.tables.stages import NUMBER, SPECIAL, STRIDE, Row
from archdsl.build.values import (
    Applicable,
    BlockValue,
    Given,
    OperationValue,
    Value,
    describe,
)
from archdsl.diagnostics import Label, did_you_mean, warning
from archdsl.program.mentions import names_in
from archdsl.syntax import tree


@dataclass(frozen=True, slots=True)
class Plan:
    """A row with its block: the cells' values, those the block takes, and the definitions.

    `cells` are as they were written; `takes` are the columns that the row has a use for.
    """

    row: Row
    block: Applicable
    values: Mapping[str, Value]
    passed: Mapping[str, Given]
    bindings: tuple[tree.Argument, ...]
    cells: Mapping[str, Given]
    takes: frozenset[str]


class Planner:
    """Plans the rows of one table, `mid = int(expansion * in.channels)` and its like in mind."""

    def __init__(self, frame: Frame, table: tree.Table) -> None:
        self.frame = frame
        self.table = table
        self.bindings = [(b, b.name or "", names_in(b.value)) for b in table.bindings]
        self._names = {id(binding): read for binding, _, read in self.bindings}
        self.read = {name for _, _, read in self.bindings for name in read}
        self.taken: set[str] = set()

    def plan(self, row: Row) -> Plan:
        """Evaluate a row's cells and see that its block has a use for each.

        Raises:
            Fault: it has not, or a cell has no value.
        """
        faults = self.frame.session.faults
        cells = {column: self._cell(row, column) for column in row.cells if column not in SPECIAL}
        block = self._block(row)
        given = {column: cell for column, cell in cells.items() if cell is not None}
        if block is not None:
            self._check_columns(row, block, given)
        if block is None or self.frame.session.faults > faults:
            raise Fault
        passed = {column: cell for column, cell in given.items() if column in block.parameters}
        bindings = self._needed(set(block.parameters) - set(given))
        self._check_left_out(row, bindings)
        values = {column: cell.value for column, cell in given.items()}
        takes = frozenset({*options_of(block), *self.read, NUMBER})
        return Plan(row, block, values, passed, bindings, given, takes)

    def warn_unused(self) -> None:
        """Say which of the table's definitions no row had a use for."""
        for binding, name, _ in self.bindings:
            if name not in self.taken:
                message = f"no block of this table takes `{name}`"
                self.frame.session.diagnostics.add(warning("unused", message, binding.span))

    def _cell(self, row: Row, column: str) -> Given | None:
        """A cell's value, or None where it has none, which is reported."""
        cell = row.cells[column]
        try:
            value = expressions.evaluate(self.frame, cell)
            return Given(value, cell.span, cell, self.frame.now)
        except Fault as fault:
            self.frame.session.report(fault)
            return None

    def _block(self, row: Row) -> Applicable | None:
        cell, frame = row.block, self.frame
        try:
            value = (
                names.callee(frame, cell)
                if isinstance(cell, tree.Name)
                else expressions.evaluate(frame, cell)
            )
            if isinstance(value, BlockValue | OperationValue):
                return value
            message = f"a row applies a block, not {describe(value)}"
            raise frame.fault("table", message, cell.span)
        except Fault as fault:
            frame.session.report(fault)
            return None

    def _check_columns(self, row: Row, block: Applicable, cells: Mapping[str, Given]) -> None:
        known = {*block.parameters, *self.read}
        for column, given in cells.items():
            if column not in known and not (column == STRIDE and given.value == 1):
                self.frame.session.report(self._unknown_column(row, block, column))

    def _unknown_column(self, row: Row, block: Applicable, column: str) -> Fault:
        """The column itself is at fault where its name is a slip, else the cell that is filled."""
        message = f"`{block.name}` has no parameter `{column}`"
        hint = did_you_mean(column, (*block.parameters, *SPECIAL, STRIDE))
        if hint is None:
            hint = "write `-` where it is not meant"
            return self.frame.fault("table", message, row.cells[column].span, help=hint)
        header = next(c.span for c in self.table.columns if c.name == column)
        also = (Label(row.block.span, "the block"),)
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

    def _check_left_out(self, row: Row, bindings: tuple[tree.Argument, ...]) -> None:
        for binding in bindings:
            for column in sorted(self._names[id(binding)] & row.left_out.keys()):
                if column in self.frame.names or column in self.frame.unit.names:
                    continue
                dash = row.left_out[column].span
                message = f"`{binding.name}` is made of `{column}`, which this row leaves out"
                span = dash if dash.end else row.node.span
                raise self.frame.fault("table", message, span)


def options_of(block: Applicable) -> tuple[str, ...]:
    """What a block takes beside the tensor that enters, which is its first parameter."""
    return block.parameters[1:] if isinstance(block, BlockValue) else block.parameters
