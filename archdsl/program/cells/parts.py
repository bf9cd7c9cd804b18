"""The parts of a cell: its settings, `prepare`, its operations and `combine`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeGuard, cast

from archdsl.frozen import Frozen
from archdsl.ir.graph import Wiring
from archdsl.source import Span
from archdsl.syntax import tree

INPUT = "x"
"""The name of a cell's input."""

PREPARE, ATTEND, COMBINE = "prepare", "attend", "combine"
"""The blocks that a cell calls. Their definitions are found by name, as those of other blocks."""

KEYS_VALUES = ("operation", "cell")
"""Where dot products take keys and values from: their own input (default), or the cell's."""

LIMITS = {"alpha": "output", "beta": "input"}
"""Settings that are limits, and what they limit the number of."""

SETTINGS = ("keys_values", *LIMITS)
"""The settings of a cell."""


class Operation(Frozen):
    """`op1 = attend(f0, ...)`: a call, split into its first argument and its options."""

    node: tree.Assign
    call: tree.Call
    input: tree.Expression
    options: tuple[tree.Argument, ...]

    @property
    def name(self) -> str:
        return self.node.targets[0]

    @property
    def inputs(self) -> tuple[tree.Expression, ...]:
        """Its inputs: one value, the terms of a weighted sum, or all that it may come to read."""
        return tuple(terms(self.input))

    @property
    def read(self) -> tuple[str, ...]:
        """The names of its inputs."""
        return tuple(_names(self.inputs))

    @property
    def is_decided(self) -> bool:
        """Whether the text says what it reads, and not a choice."""
        return not isinstance(self.input, tree.Choice | tree.Each)

    def calling(self, call: tree.Call) -> tree.Assign:
        """The statement with another call, decided as often as before."""
        written = self.node.value
        value = replace(written, value=call) if isinstance(written, tree.Each) else call
        return replace(self.node, value=value)

    def option(self, name: str) -> tree.Argument | None:
        return next((option for option in self.options if option.name == name), None)


class Parts(Frozen):
    """The statements of a cell by their role; those that have none are `misplaced`."""

    settings: Mapping[str, tree.Assign]
    prepare: tree.Call | None
    operations: tuple[Operation, ...]
    combine: tree.Call | None
    misplaced: tuple[tree.Statement, ...]

    @property
    def calls(self) -> Iterator[tree.Call]:
        """All calls, as they are written."""
        calls = (self.prepare, *(operation.call for operation in self.operations), self.combine)
        return filter(None, calls)

    @property
    def keys_values(self) -> str:
        """Where keys and values come from; "" where a parameter or a choice says so."""
        setting = self.settings.get("keys_values")
        if setting is None:
            return KEYS_VALUES[0]
        value = setting.value
        return value.name if isinstance(value, tree.Name) and value.name in KEYS_VALUES else ""

    @property
    def outputs(self) -> tuple[tree.Argument, ...]:
        """The operations that `combine` joins."""
        arguments = self.combine.arguments if self.combine else ()
        return tuple(argument for argument in arguments if argument.name is None)

    @property
    def wiring(self) -> Wiring:
        inputs = {each.name: each.read if each.is_decided else None for each in self.operations}
        values = [output.value for output in self.outputs]
        outputs = None if any(map(_is_choice, values)) else tuple(_names(values))
        return Wiring(self.keys_values, inputs, outputs)


def terms(node: tree.Expression) -> Iterator[tree.Expression]:
    """The values that an expression stands for: itself, entries of a tuple, options of a choice."""
    if isinstance(node, tree.Each):
        yield from terms(node.value)
    elif isinstance(node, tree.Tuple):
        yield from node.items
    elif isinstance(node, tree.Choice):
        for option in node.options:
            if not isinstance(option, tree.Steps | tree.Dash):
                yield from terms(option)
    else:
        yield node


def outputs_of(node: tree.Expression) -> Iterator[tree.Expression]:
    """The operations that an argument of `combine` names: one, or those that a choice can take."""
    yield from terms(node) if _is_choice(node) else (node,)


def _is_choice(node: tree.Expression) -> bool:
    return isinstance(node, tree.Choice | tree.Each)


def is_count(value: tree.Expression | None) -> TypeGuard[tree.Number]:
    """Whether a limit is a literal integer of at least 1."""
    return isinstance(value, tree.Number) and isinstance(value.value, int) and value.value >= 1


def target_span(statement: tree.Assign) -> Span:
    """The span of the first name that a statement assigns."""
    start = statement.span.start
    return Span(statement.span.source, start, start + len(statement.targets[0]))


def split_cell(cell: tree.Cell) -> Parts:
    """The parts of a cell, which may have mistakes."""
    settings: dict[str, tree.Assign] = {}
    frame: dict[str, tree.Call] = {}
    operations: list[Operation] = []
    misplaced: list[tree.Statement] = []
    for statement in cell.body:
        operation = _operation(statement)
        call = _framing(statement)
        if operation is not None:
            operations.append(operation)
        elif call is not None and call.function.name not in frame:
            frame[call.function.name] = call
        elif _names_one(statement) and statement.targets[0] not in settings:
            settings[statement.targets[0]] = statement
        else:
            misplaced.append(statement)
    prepare, combine = frame.get(PREPARE), frame.get(COMBINE)
    return Parts(settings, prepare, tuple(operations), combine, tuple(misplaced))


def flattened(cell: tree.Cell) -> tree.Cell:
    """A cell in which choices gave tuples, as its author would write it.

    `combine` names the operations one by one, and what reads a single value reads that.
    """
    return replace(cell, body=tuple([_flattened(statement) for statement in cell.body]))


def _flattened(statement: tree.Statement) -> tree.Statement:
    operation, call = _operation(statement), _framing(statement)
    if operation is not None and isinstance(operation.input, tree.Tuple):
        first, *others = operation.call.arguments
        if len(operation.input.items) == 1 and first.value is operation.input:
            read = replace(first, value=operation.input.items[0])
            return operation.calling(replace(operation.call, arguments=(read, *others)))
    if call is not None and call.function.name == COMBINE:
        apart = tuple([one for argument in call.arguments for one in _apart(argument)])
        return replace(cast("tree.Apply", statement), call=replace(call, arguments=apart))
    return statement


def _apart(argument: tree.Argument) -> Iterator[tree.Argument]:
    if argument.name is None and isinstance(argument.value, tree.Tuple):
        yield from (tree.Argument(None, item, span=item.span) for item in argument.value.items)
    else:
        yield argument


def _names(terms: Iterable[tree.Expression]) -> Iterator[str]:
    """The names among terms. In a cell without mistakes, all terms are names."""
    return (term.name for term in terms if isinstance(term, tree.Name))


def _names_one(statement: tree.Statement) -> TypeGuard[tree.Assign]:
    """Whether a statement assigns a single name."""
    return isinstance(statement, tree.Assign) and len(statement.targets) == 1


def _operation(statement: tree.Statement) -> Operation | None:
    """`op = attend(a, ...)`, `op = each level(a)`, `op = a -> attend(...)` or `op = a -> relu`."""
    if not _names_one(statement):
        return None
    value = statement.value
    if isinstance(value, tree.Each) and isinstance(value.value, tree.Call):
        value = value.value
    piped: list[tree.Argument] = []
    if isinstance(value, tree.Chain) and len(value.steps) == 1:
        # `a -> relu` is `relu(a)`, so that both forms of a call are one from here on.
        (step,) = value.steps
        piped = [tree.Argument(None, value.first, span=value.first.span)]
        value = tree.Call(*tree.split_call(step), span=step.span)
    if not isinstance(value, tree.Call):
        return None
    arguments = (*piped, *value.arguments)
    if not arguments or arguments[0].name is not None:
        return None
    return Operation(statement, value, arguments[0].value, arguments[1:])


def _framing(statement: tree.Statement) -> tree.Call | None:
    """`prepare(...)` or `combine(...)`; `prepare` may stand alone."""
    call = statement.call if isinstance(statement, tree.Apply) else None
    # `prepare` has defaults for all its options, `combine` always needs operations.
    if isinstance(call, tree.Name) and call.name == PREPARE:
        return tree.Call(call, (), span=call.span)
    if isinstance(call, tree.Call) and call.function.name in (PREPARE, COMBINE):
        return call
    return None
