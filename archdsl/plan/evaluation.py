"""The values in a plan, found without a build: abstract interpretation with unknown tensors.

The body of a network is run with `POISON` for each tensor. That evaluates its parameters, its
assignments, the shapes of its inputs and the cells of its tables, as far as they do not depend on
a tensor's size. It takes microseconds for each statement, and no operation is applied.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

from archdsl.build import calls, parameters
from archdsl.build.context import Frame
from archdsl.build.request import Fault, NoMember
from archdsl.build.values import POISON, Applicable, BlockValue, OperationValue, Value, holds_tensor
from archdsl.params.numbers import is_integer
from archdsl.plan.decisions import CHOOSE, Decisions
from archdsl.plan.labels import WantedLabel, stage_labels
from archdsl.plan.plan import Plan, own_tables
from archdsl.plan.rows import (
    BLOCK,
    NUMBER,
    SPECIAL,
    UNKNOWN,
    CellValue,
    Content,
    Row,
    Stage,
    block_name,
)
from archdsl.plan.undecided import Undecided
from archdsl.program.outline import assigned_names, can_return
from archdsl.program.program import names_in
from archdsl.program.stages import called, label
from archdsl.syntax import tree


def evaluate_plan(frame: Frame, plan: Plan) -> Plan:
    """The plan with the values of its parameters, inputs and rows. `frame` counts the steps.

    Raises:
        Fault: whether a table is part of the network depends on a tensor, or a parameter has a
            mistake.
    """
    own = frame.top_level(plan.unit)
    own.context = replace(own.context, decisions=Decisions(plan.narrowed))
    evaluator = _Evaluator(plan, own)
    evaluator.run()
    stages = stage_labels(frame, plan, evaluator.wanted_labels(), evaluator.frame.names)
    rows = tuple(evaluator.rows(stages))
    # A table in a branch that is not taken has rows, but a transform must not see them.
    reached = {row.id for row in rows}
    unreached = tuple([row for row in (*plan.rows, *plan.unreached) if row.id not in reached])
    return replace(
        plan,
        parameters=evaluator.parameters,
        inputs=evaluator.inputs,
        undecided=evaluator.undecided.names,
        rows=rows,
        unreached=unreached,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _RowValues:
    """The values of equal rows of a table; the label of their stage is added later."""

    called: str
    block: str
    is_operation: bool
    number: CellValue
    values: Mapping[str, CellValue]
    takes: frozenset[str]
    undecided: Mapping[str, str]

    def content(self, label: str, before: Content) -> Content:
        return Content(
            label,
            self.block,
            self.number,
            self.values,
            self.takes,
            before.edits,
            undecided=self.undecided,
        )


@dataclass
class _Evaluator:
    """Runs the body of a network with poison for tensors; all that depends on one is poison."""

    plan: Plan
    frame: Frame
    inputs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    parameters: dict[str, Value] = field(default_factory=dict)
    evaluated: list[tuple[Row, _RowValues]] = field(default_factory=list)
    has_ended: bool = False
    undecided: Undecided = field(init=False)

    def __post_init__(self) -> None:
        self.undecided = Undecided(
            self.plan, bool(self.plan.open) or self.frame.program.has_choices
        )

    def run(self) -> None:
        network, frame = self.plan.network, self.frame
        given = parameters.reopened(frame, self.plan.given, self.plan.open)
        parameters.bind_parameters(
            frame, network, parameters.check_arguments(frame, network, given)
        )
        self.parameters = dict(frame.names)
        self.undecided.parameters()
        self._run(network.body)

    def wanted_labels(self) -> Iterator[WantedLabel]:
        """The names of the stages in order, which may clash."""
        for _, stages in groupby(self.evaluated, key=lambda pair: pair[0].stage.table):
            numbered = 0
            for stage, rows in groupby(stages, key=lambda pair: pair[0].stage):
                first, *others = [values for _, values in rows]
                is_counted = bool(others) or isinstance(first.number, int)
                single = first.called if first.number == 1 and not others else ""
                name, numbered = label(stage.name, single, numbered)
                is_operation = bool(single) and first.is_operation
                yield WantedLabel(stage, name, is_operation, is_counted)

    def rows(self, labels: Mapping[Stage, str]) -> Iterator[Row]:
        """The rows with their values. Equal rows of a stage share one `Content`."""
        shared: dict[Hashable, Content] = {}
        for row, values in self.evaluated:
            key = row.stage, row.content, values
            if key not in shared:
                shared[key] = values.content(labels[row.stage], row.content)
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
                self.undecided.bind(statement.targets, statement.value)
            case tree.Share():
                self._bind((statement.name,), self._value(statement.block))
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
        """The value of an expression; poison where it depends on a tensor or has a mistake.

        A mistake is not reported here: building the network will report it. Nor does this member
        exist for certain.
        """
        try:
            value = self.frame.evaluate(node)
        except (Fault, NoMember):
            return POISON
        return POISON if holds_tensor(value) else value

    def _bind(self, names: tuple[str, ...], value: Value) -> None:
        # A wrong number of targets is a mistake that a build reports.
        values = value if isinstance(value, tuple) and len(names) > 1 else (value,) * len(names)
        for name, entry in zip(names, values, strict=False):
            self.frame.names[name] = entry

    def _input(self, statement: tree.Input) -> None:
        value = self._value(self.plan.shape_of(statement))
        sizes = value if isinstance(value, tuple) else (value,)
        if all(map(is_integer, sizes)):
            self.inputs[statement.name] = tuple(filter(is_integer, sizes))
        self.undecided.bind((statement.name,), self.plan.shape_of(statement))
        self.frame.names[statement.name] = POISON

    def _if(self, statement: tree.If) -> None:
        test = self._value(statement.test)
        if isinstance(test, bool):
            self._check_decided(statement)
            self._run(statement.body if test else statement.otherwise)
            self.undecided.branch(assigned_names(statement), statement.test)
            return
        if any(own_tables((statement,))) or can_return([statement]):
            message = "this condition depends on a tensor's size, which only a build can compute"
            hint = "a transform can only change tables that do not depend on such a condition"
            raise self.frame.fault("transform", message, statement.test.span, help=hint)
        self.frame.names |= dict.fromkeys(assigned_names(statement), POISON)

    def _check_decided(self, statement: tree.If) -> None:
        """Check that all members of a space have the same tables."""
        decision = self.undecided.decision(statement.test)
        if decision is None or not (any(own_tables((statement,))) or can_return([statement])):
            return
        message = f"which tables there are hangs on `{decision}`, which is not decided"
        hint = f"decide before it: `+ {CHOOSE}({decision} = ...)`"
        raise self.frame.fault("transform", message, statement.test.span, help=hint)

    def _for(self, statement: tree.For) -> None:
        # Without the values, the number of rounds is unknown, and so is all that they assign.
        values = self._value(statement.values)
        if not isinstance(values, tuple):
            self.frame.names |= dict.fromkeys(assigned_names(statement), POISON)
            return
        evaluated = list(self.evaluated)
        for value in values:
            self._bind(statement.targets, value)
            self._run(statement.body)
        self.evaluated = evaluated  # a table in a loop is not one of the network's own tables

    def _table(self, table: tree.Table) -> None:
        known: dict[Hashable, _RowValues] = {}  # tables of a thousand rows have few different ones
        bound = frozenset(name for binding in table.bindings for name in names_in(binding.value))
        for row in self.plan.rows_in(table):
            cells = tuple(row.cells.items())
            # A choice comes out differently in rows that say the same.
            key = (row.id, cells) if self.undecided.is_space else cells
            if key not in known:
                known[key] = self._row(row, bound)
            self.evaluated.append((row, known[key]))

    def _row(self, row: Row, bound: frozenset[str]) -> _RowValues:
        cells = row.cells
        block = self._block(cells[BLOCK])
        takes = frozenset({*(_options(block) if block else ()), *bound, NUMBER})
        # Printed shapes and the like are no values of the block.
        own = {name: cell for name, cell in cells.items() if name not in SPECIAL}
        values = {name: self._cell_value(cell) for name, cell in own.items()}
        number = self._cell_value(cells[NUMBER]) if NUMBER in cells else 1
        is_operation = isinstance(block, OperationValue)
        hang = {n: self.undecided.decision(cell) for n, cell in cells.items() if n != BLOCK}
        return _RowValues(
            called(self.frame.taken(cells[BLOCK])),
            block_name(cells[BLOCK]),
            is_operation,
            number,
            values,
            takes,
            {n: decision for n, decision in hang.items() if decision is not None},
        )

    def _cell_value(self, cell: tree.Expression) -> CellValue:
        value = self._value(cell)
        return UNKNOWN if value is POISON else value

    def _block(self, cell: tree.Expression) -> Applicable | None:
        try:
            # A bare name means the block, even where a number of that name hides it.
            name = cell if isinstance(cell, tree.Name) else None
            value = calls.resolve_callee(self.frame, name) if name else self._value(cell)
        except (Fault, NoMember):
            return None
        return value if isinstance(value, BlockValue | OperationValue) else None


def _options(block: Applicable) -> tuple[str, ...]:
    """The parameters of a block without the first, which is the tensor that enters.

    Those of an operation never include its operands.
    """
    return block.parameters[1:] if isinstance(block, BlockValue) else block.parameters
