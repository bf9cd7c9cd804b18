"""What a plan comes to, found without a build: every tensor is open, all else is evaluated.

This reads the body of a network as far as numbers go: its parameters, what it assigns, the sizes
of its inputs, and the cells of its tables.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

from archdsl.build import calls, parameters
from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.values import POISON, Applicable, BlockValue, OperationValue, Value, holds_tensor
from archdsl.params.numbers import is_integer
from archdsl.plan.labels import Wanted, labels
from archdsl.plan.plan import Plan, own_tables
from archdsl.plan.rows import (
    BLOCK,
    NUMBER,
    OPEN,
    SPECIAL,
    Content,
    Known,
    Row,
    Stage,
    block_name,
    block_text,
)
from archdsl.program.program import assigned_names, names_in
from archdsl.syntax import tree


def numbered(frame: Frame, plan: Plan) -> Plan:
    """A plan with what its parameters, inputs and rows come to; `frame` counts the steps.

    Raises:
        Fault: whether a table is part of the network depends on a tensor, or something is at
            fault that a build tells.
    """
    reader = _Reader(plan, frame.top_level(plan.unit))
    reader.read()
    stages = labels(frame, plan, reader.wanted(), reader.frame.names)
    rows = tuple(reader.rows(stages))
    reached = {row.id for row in rows}
    elsewhere = tuple([row for row in (*plan.rows, *plan.elsewhere) if row.id not in reached])
    return replace(
        plan, parameters=reader.parameters, inputs=reader.inputs, rows=rows, elsewhere=elsewhere
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What some rows of a table come to, but for the label of their stage."""

    kind: str
    block: str
    is_operation: bool
    number: Known
    values: Mapping[str, Known]
    takes: frozenset[str]

    def content(self, label: str, before: Content) -> Content:
        return Content(label, self.block, self.number, self.values, self.takes, before.edits)


@dataclass
class _Reader:
    """Runs the body of a network with poison for tensors, which poisons what is made of them."""

    plan: Plan
    frame: Frame
    inputs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    parameters: dict[str, Value] = field(default_factory=dict)
    found: list[tuple[Row, _Found]] = field(default_factory=list)
    has_ended: bool = False

    def read(self) -> None:
        network, frame = self.plan.network, self.frame
        parameters.bind_parameters(
            frame, network, parameters.check_arguments(frame, network, self.plan.given)
        )
        self.parameters = dict(frame.names)
        self._run(network.body)

    def wanted(self) -> Iterator[Wanted]:
        """What the stages are to be called, in order."""
        for _, stages in groupby(self.found, key=lambda pair: pair[0].stage.table):
            number = 0
            for stage, rows in groupby(stages, key=lambda pair: pair[0].stage):
                first, *others = [found for _, found in rows]
                is_counted = bool(others) or isinstance(first.number, int)
                if first.number == 1 and not others:
                    name = stage.name or first.kind
                    yield Wanted(stage, name, first.is_operation, is_counted)
                else:
                    number += 1
                    yield Wanted(stage, stage.name or f"stage{number}", False, is_counted)

    def rows(self, labels: Mapping[Stage, str]) -> Iterator[Row]:
        """The rows with what they come to; those that say the same in a stage share it."""
        shared: dict[Hashable, Content] = {}
        for row, found in self.found:
            key = row.stage, row.content, found
            if key not in shared:
                shared[key] = found.content(labels[row.stage], row.content)
            yield row.with_content(shared[key])

    def _run(self, body: tuple[tree.Statement, ...]) -> None:
        for statement in body:
            if self.has_ended:
                return
            self.frame.step(statement.span)
            self._statement(statement)

    def _statement(self, statement: tree.Statement) -> None:
        match statement:
            case tree.Assign():
                self._bind(statement.targets, self._value(statement.value))
            case tree.Input():
                self._input(statement)
            case tree.If():
                self._if(statement)
            case tree.For():
                self._for(statement)
            case tree.Table():
                self._table(statement)
            case tree.Return():
                self.has_ended = True
        if isinstance(statement, tree.Input | tree.Apply | tree.Table):
            self.frame.running = (POISON,)

    def _value(self, node: tree.Expression) -> Value:
        """The value of an expression, poison where it is made of a tensor or at fault."""
        try:
            value = self.frame.evaluate(node)
        except Fault:
            return POISON
        return POISON if holds_tensor(value) else value

    def _bind(self, names: tuple[str, ...], value: Value) -> None:
        values = value if isinstance(value, tuple) and len(names) > 1 else (value,) * len(names)
        for name, entry in zip(names, values, strict=False):
            self.frame.names[name] = entry

    def _input(self, statement: tree.Input) -> None:
        value = self._value(self.plan.shape_of(statement))
        sizes = value if isinstance(value, tuple) else (value,)
        if all(map(is_integer, sizes)):
            self.inputs[statement.name] = tuple(filter(is_integer, sizes))
        self.frame.names[statement.name] = POISON

    def _if(self, statement: tree.If) -> None:
        test = self._value(statement.test)
        if isinstance(test, bool):
            self._run(statement.body if test else statement.otherwise)
            return
        if any(own_tables((statement,))) or _returns(statement):
            message = "what a tensor's size decides here is not known before the network is built"
            hint = "a transform changes tables that are part of the network whatever its sizes"
            raise self.frame.fault("transform", message, statement.test.span, help=hint)
        self.frame.names |= dict.fromkeys(assigned_names(statement), POISON)

    def _for(self, statement: tree.For) -> None:
        values = self._value(statement.values)
        if not isinstance(values, tuple):
            self.frame.names |= dict.fromkeys(assigned_names(statement), POISON)
            return
        found = list(self.found)
        for value in values:
            self._bind(statement.targets, value)
            self._run(statement.body)
        self.found = found  # rows of tables in loops are none of the network's own

    def _table(self, table: tree.Table) -> None:
        known: dict[Hashable, _Found] = {}
        read = frozenset(name for binding in table.bindings for name in names_in(binding.value))
        for row in self.plan.rows_in(table):
            key = tuple(row.cells.items())
            if key not in known:
                known[key] = self._row(row, read)
            self.found.append((row, known[key]))

    def _row(self, row: Row, read: frozenset[str]) -> _Found:
        cells = row.cells
        block = self._block(cells[BLOCK])
        takes = frozenset({*(_options(block) if block else ()), *read, NUMBER})
        values = {name: self._known(cell) for name, cell in cells.items() if name not in SPECIAL}
        number = self._known(cells[NUMBER]) if NUMBER in cells else 1
        is_operation = isinstance(block, OperationValue)
        return _Found(
            block_text(cells[BLOCK]), block_name(cells[BLOCK]), is_operation, number, values, takes
        )

    def _known(self, cell: tree.Expression) -> Known:
        value = self._value(cell)
        return OPEN if value is POISON else value

    def _block(self, cell: tree.Expression) -> Applicable | None:
        try:
            name = cell if isinstance(cell, tree.Name) else None
            value = calls.resolve_callee(self.frame, name) if name else self._value(cell)
        except Fault:
            return None
        return value if isinstance(value, BlockValue | OperationValue) else None


def _returns(statement: tree.If) -> bool:
    return any(isinstance(node, tree.Return) for node in tree.walk([statement]))


def _options(block: Applicable) -> tuple[str, ...]:
    """What a block takes beside the tensor that enters, which is its first parameter."""
    return block.parameters[1:] if isinstance(block, BlockValue) else block.parameters
