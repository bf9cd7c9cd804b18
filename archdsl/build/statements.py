"""Statements of a body, in order. A statement that fails poisons what it would have named."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from archdsl.build import binding, declarations, expressions
from archdsl.build.provenance import Local, entries, entry, expression
from archdsl.build.session import Fault, Frame
from archdsl.build.tables import rows
from archdsl.build.values import POISON, Value, describe, holds_tensor
from archdsl.ir.written import OPAQUE, Expression
from archdsl.program.mentions import targets
from archdsl.program.program import name_span
from archdsl.source import Span
from archdsl.syntax import tree


class _Returned(Exception):
    """A `return` ends the body."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


def run_body(frame: Frame, definition: tree.Block | tree.Network) -> Value:
    """Evaluate a body; its value is what it returns, else its running value.

    Raises:
        Fault: it has none.
    """
    faults = frame.session.faults
    try:
        run(frame, definition.body)
        if not frame.applied and frame.session.faults > faults:
            raise Fault
        value = _fallen_through(frame, definition)
    except _Returned as returned:
        value = returned.value
    if value is POISON or (isinstance(value, tuple) and POISON in value):
        raise Fault
    return value


def _fallen_through(frame: Frame, definition: tree.Block | tree.Network) -> Value:
    if frame.applied:
        return frame.running[0] if len(frame.running) == 1 else frame.running
    message = f"`{definition.name}` ends without a result"
    hint = "end with `return`, a call or a table"
    raise frame.fault("result", message, name_span(definition), help=hint)


def run(frame: Frame, body: tuple[tree.Statement, ...]) -> None:
    step = frame.session.step
    for statement in body:
        step(statement.span)
        try:
            _rules()[type(statement)](frame, statement)
        except Fault as fault:
            frame.session.report(fault)
            _poison(frame, statement)
        frame.naming = None


def _poison(frame: Frame, statement: tree.Statement) -> None:
    frame.names |= dict.fromkeys(set(targets(statement)) - frame.fixed, POISON)
    if isinstance(statement, tree.Return):
        raise _Returned(POISON)
    if isinstance(statement, tree.Input):
        frame.running = (*frame.running, POISON)
    elif not isinstance(statement, tree.Assign | tree.Initialise):
        frame.running = (POISON,)
        frame.applied = True


def _assign(frame: Frame, statement: tree.Assign) -> None:
    names = statement.targets
    chain = statement.value
    if all(frame.assigned.get(name) == 1 for name in names):
        frame.naming = (chain.steps[-1] if isinstance(chain, tree.Chain) else chain, names)
    value = expressions.evaluate(frame, statement.value)
    written: Expression = OPAQUE
    if frame.now and not holds_tensor(value):
        written = expression(statement.value, frame.now)
    _bind(frame, names, value, written, statement.span)


def _bind(
    frame: Frame, names: tuple[str, ...], value: Value, written: Expression, span: Span
) -> None:
    """Give names their values, several those of a tuple."""
    values = value if isinstance(value, tuple) and len(names) > 1 else (value,)
    if len(values) != len(names):
        many = f"{len(values)} values" if isinstance(value, tuple) else describe(value)
        raise frame.fault("value", f"{len(names)} names for {many}", span)
    several = [written] if len(names) == 1 else entries(written, len(names))
    for name, single, part in zip(names, values, several, strict=True):
        if name in frame.fixed and not holds_tensor(single):
            message = f"`{name}` is a parameter, and keeps the value it was given"
            raise frame.fault("name", message, span, help="give the new value another name")
        frame.mean(name, single, Local(part))


def _apply(frame: Frame, statement: tree.Apply) -> None:
    """A bare call takes the running value and replaces it; a chain starts for itself."""
    call = statement.call
    if isinstance(call, tree.Chain):
        value = expressions.evaluate(frame, call)
    else:
        passed = binding.piped(declarations.running(frame, call.span), call.span)
        value = expressions.apply_step(frame, passed, call)
    if not holds_tensor(value):
        message = f"this has no effect: it is {describe(value)}"
        raise frame.fault("value", message, call.span)
    frame.run_on(value if isinstance(value, tuple) else (value,))
    frame.applied = True


def _return(frame: Frame, statement: tree.Return) -> None:
    values = tuple([expressions.evaluate(frame, value) for value in statement.values])
    raise _Returned(values[0] if len(values) == 1 else values)


def _if(frame: Frame, statement: tree.If) -> None:
    holds = expressions.truth(frame, statement.test)
    before = frame.guards
    frame.guards = (*before, frame.decide(holds, statement.test))
    run(frame, statement.body if holds else statement.otherwise)
    if not _may_return(statement):
        frame.guards = before


def _may_return(statement: tree.If) -> bool:
    """Whether what follows an `if` runs only because of how its test came out."""
    return any(
        isinstance(inner, tree.Return)
        for inner in tree.walk((*statement.body, *statement.otherwise))
    )


def _for(frame: Frame, statement: tree.For) -> None:
    values = expressions.evaluate(frame, statement.values)
    if not isinstance(values, tuple):
        message = f"a loop runs over a tuple, not over {describe(values)}"
        hint = f"write `range({statement.values.span.text})`" if isinstance(values, int) else None
        raise frame.fault("value", message, statement.values.span, help=hint)
    frame.decide(values, statement.values)
    outer = frame.rounds
    try:
        _run_rounds(frame, statement, values)
    finally:
        frame.rounds = outer


def _run_rounds(frame: Frame, statement: tree.For, values: tuple[Value, ...]) -> None:
    """Every round of a loop, up to the first that has a mistake."""
    outer, faults = frame.rounds, frame.session.faults
    for number, value in enumerate(values):
        frame.session.step(statement.span)
        frame.rounds = (*outer, number)
        written = entry(statement.values, number, frame.now) if frame.now else OPAQUE
        _bind(frame, statement.targets, value, written, statement.values.span)
        run(frame, statement.body)
        if frame.session.faults > faults:
            raise Fault


@cache
def _rules() -> dict[type, Callable[[Frame, Any], None]]:
    """How each kind of statement is run; the rooms of some import this one."""
    return {
        tree.Assign: _assign,
        tree.Apply: _apply,
        tree.Return: _return,
        tree.If: _if,
        tree.For: _for,
        tree.Input: declarations.declare_input,
        tree.Initialise: declarations.initialise,
        tree.Table: rows.run_table,
    }
