"""The statements of a body, in order.

A statement that fails is reported, and the names that it would have assigned are poisoned. The
statements after it still run, so one run shows the independent mistakes of a body.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archdsl.build.arguments import piped_arguments
from archdsl.build.calls import last_call, look_over, pass_on
from archdsl.build.conditions import depend, join, joined_result
from archdsl.build.context import Frame
from archdsl.build.provenance import Local
from archdsl.build.request import Fault, Naming
from archdsl.build.values import POISON, Value, describe, holds_tensor
from archdsl.params.numbers import is_integer
from archdsl.program.outline import assigned_names, can_return
from archdsl.program.program import name_span
from archdsl.source import Span
from archdsl.syntax import tree


class _Return(Exception):
    """Raised by `return`, which ends the body from within its loops and branches."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


def run(frame: Frame, definition: tree.Block | tree.Network) -> Value:
    """Evaluate a body. Its value is what it returns, otherwise its running value."""
    faults = frame.findings.faults
    try:
        _run_statements(frame, definition.body)
        if not frame.applied and frame.findings.faults > faults:
            raise Fault  # the statement that failed may be the one that had the result
        value = _running_result(frame, definition)
    except _Return as returned:
        value = returned.value
    value = joined_result(frame, value)
    if value is POISON or (isinstance(value, tuple) and POISON in value):
        raise Fault
    return value


def _running_result(frame: Frame, definition: tree.Block | tree.Network) -> Value:
    """The running value at the end of a body, if the body has made one."""
    if frame.applied:
        return frame.running[0] if len(frame.running) == 1 else frame.running
    message = f"`{definition.name}` has no result"
    hint = "end it with `return`, a call or a table"
    raise frame.fault("result", message, name_span(definition), help=hint)


def _run_statements(frame: Frame, body: tuple[tree.Statement, ...]) -> None:
    rules = frame.context.rules.statements
    for statement in body:
        frame.step(statement.span)
        try:
            rules[type(statement)](frame, statement)
        except Fault as fault:
            frame.findings.report(fault)
            _poison(frame, statement)
        frame.naming = None


def _poison(frame: Frame, statement: tree.Statement) -> None:
    """Poison whatever a failed statement would have changed."""
    frame.names |= dict.fromkeys(set(assigned_names(statement)) - frame.fixed, POISON)
    if isinstance(statement, tree.Return):
        raise _Return(POISON)
    if isinstance(statement, tree.Input):
        frame.running = (*frame.running, POISON)
    elif not isinstance(statement, tree.Assign | tree.Initialise):
        frame.running = (POISON,)
        frame.applied = True


def _assign(frame: Frame, statement: tree.Assign) -> None:
    names = statement.targets
    chain = statement.value
    is_only = all(frame.assigned.get(name) == 1 for name in names)
    frame.naming = Naming(last_call(chain), names if is_only else (), names)
    value = frame.evaluate(statement.value)
    _bind(frame, names, value, frame.local(statement.value), statement.span)


def _bind(
    frame: Frame, names: tuple[str, ...], value: Value, written: Local | None, span: Span
) -> None:
    """Bind a name to a value, or several names to the entries of a tuple."""
    values = value if isinstance(value, tuple) and len(names) > 1 else (value,)
    if len(values) != len(names):
        many = f"{len(values)} values" if isinstance(value, tuple) else describe(value)
        message = f"here are {len(names)} names, but the right side is {many}"
        raise frame.fault("value", message, span)
    for index, (name, single) in enumerate(zip(names, values, strict=True)):
        # A tensor may replace a parameter, as in `x = x -> relu`. A number may not: the emitted
        # class has the parameter as an argument, which would then mean two things.
        if name in frame.fixed and not holds_tensor(single):
            message = f"`{name}` is a parameter, so it cannot be assigned"
            raise frame.fault("name", message, span, help="give the new value another name")
        part = written.entry(index) if written and len(names) > 1 else written
        frame.bind(name, single, part)


def _apply(frame: Frame, statement: tree.Apply) -> None:
    """A bare call takes the running value and replaces it; a chain begins with its own value."""
    call = statement.call
    if isinstance(call, tree.Chain):
        value = frame.evaluate(call)
    else:
        if POISON in frame.running:
            look_over(frame, [call])
            raise Fault
        passed = piped_arguments(frame.require_running(call.span), call.span)
        # A chain is evaluated, which deepens the frame. A bare call is applied directly.
        frame.deepen(call.span)
        try:
            value = pass_on(frame, passed, call)
        finally:
            frame.leave()
    if not holds_tensor(value):
        message = f"this statement must compute a tensor, but it is {describe(value)}"
        raise frame.fault("value", message, call.span)
    frame.set_running(value)
    frame.applied = True


def _return(frame: Frame, statement: tree.Return) -> None:
    values: tuple[Value, ...] = ()
    for value in statement.values:
        values = (*values, frame.evaluate(value))
    raise _Return(values[0] if len(values) == 1 else values)


def _if(frame: Frame, statement: tree.If) -> None:
    holds = frame.truth(statement.test)
    guard = frame.guard
    frame.guard = condition = depend(frame, holds, statement.test)
    frame.deepen(statement.span)
    try:
        _run_statements(frame, statement.body if holds else statement.otherwise)
    finally:
        frame.leave()
    join(frame, condition, dict.fromkeys(assigned_names(statement)))
    # If a branch can return, the statements after it run only because of the test: it stays a
    # guard of theirs.
    if not can_return([statement]):
        frame.guard = guard


def _for(frame: Frame, statement: tree.For) -> None:
    values = frame.evaluate(statement.values)
    if not isinstance(values, tuple):
        message = f"a loop takes a tuple, but this is {describe(values)}"
        hint = f"write `range({statement.values.span.text})`" if is_integer(values) else None
        raise frame.misused("value", message, frame.as_written(values, statement.values), hint)
    depend(frame, values, statement.values)
    outer, use = frame.iterations, frame.use
    frame.deepen(statement.span)
    try:
        _run_iterations(frame, statement, values)
    finally:
        frame.leave()
        frame.iterations, frame.use = outer, use


def _run_iterations(frame: Frame, statement: tree.For, values: tuple[Value, ...]) -> None:
    """Every iteration of a loop, up to the first that has a mistake."""
    outer, faults, use = frame.iterations, frame.findings.faults, frame.use
    for number, value in enumerate(values):
        frame.step(statement.span)
        frame.iterations = (*outer, number)
        frame.use = use.iteration(statement, number)
        written = frame.local(statement.values, number)
        _bind(frame, statement.targets, value, written, statement.values.span)
        _run_statements(frame, statement.body)
        if frame.findings.faults > faults:
            raise Fault  # later iterations would only repeat the mistake


RULES: dict[type, Callable[[Frame, Any], None]] = {
    tree.Assign: _assign,
    tree.Apply: _apply,
    tree.Return: _return,
    tree.If: _if,
    tree.For: _for,
}
