"""Statements of a body, in order. A statement that fails poisons what it would have named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from archdsl.diagnostics import did_you_mean
from archdsl.elaborate import expressions, tables
from archdsl.elaborate.session import Fault, Frame, Session
from archdsl.elaborate.values import POISON, Given, Poison, Tensor, Value, describe, holds_tensor
from archdsl.ir.graph import Initialisation
from archdsl.ir.types import TensorType
from archdsl.ops.base import Mismatch, checked
from archdsl.ops.sources import Input
from archdsl.source import Span
from archdsl.syntax import tree


class _Returned(Exception):
    """A `return` ends the body."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


def run_body(
    session: Session, frame: Frame, body: tuple[tree.Statement, ...], span: Span
) -> Value:
    """Evaluate a body; its value is what it returns, else its running value.

    Raises:
        Fault: it has none.
    """
    frame.assigned = Counter(_targets(body))
    try:
        run(session, frame, body)
        value = frame.running[0] if len(frame.running) == 1 else frame.running
    except _Returned as returned:
        value = returned.value
    if value is POISON or value == () or (isinstance(value, tuple) and POISON in value):
        raise Fault
    return value


def _targets(body: tuple[tree.Statement, ...]) -> Iterator[str]:
    """Every name that a body assigns, once for each assignment."""
    for statement in body:
        if isinstance(statement, tree.Assign):
            yield from statement.targets
        elif isinstance(statement, tree.If):
            yield from _targets(statement.body + statement.otherwise)
        elif isinstance(statement, tree.For):
            yield from (*statement.targets, *_targets(statement.body))


def run(session: Session, frame: Frame, body: tuple[tree.Statement, ...]) -> None:
    for statement in body:
        session.step(statement.span)
        try:
            _RULES[type(statement)](session, frame, statement)
        except Fault as fault:
            session.report(fault)
            _poison(frame, statement)
        frame.naming = None


def _poison(frame: Frame, statement: tree.Statement) -> None:
    frame.names |= dict.fromkeys(_targets((statement,)), POISON)
    if isinstance(statement, tree.Return):
        raise _Returned(POISON)
    if isinstance(statement, tree.Apply | tree.Table):
        frame.running = (POISON,)
    if isinstance(statement, tree.Input):
        frame.names[statement.name] = POISON
        frame.running = (*frame.running, POISON)


def _assign(session: Session, frame: Frame, statement: tree.Assign) -> None:
    targets = statement.targets
    last = statement.value.steps[-1] if isinstance(statement.value, tree.Chain) else statement.value
    if len(targets) == 1 and frame.assigned[targets[0]] == 1:
        frame.naming = (last, targets[0])
    value = expressions.evaluate(session, frame, statement.value)
    if len(targets) == 1:
        frame.names[targets[0]] = value
        return
    if not isinstance(value, tuple) or len(value) != len(targets):
        count = f"{len(value)} values" if isinstance(value, tuple) else describe(value)
        message = f"{len(targets)} names for {count}"
        raise Fault(session.error("value", message, statement.span))
    frame.names |= dict(zip(targets, value, strict=True))


def _apply(session: Session, frame: Frame, statement: tree.Apply) -> None:
    """A bare call takes the running value and replaces it; a chain starts for itself."""
    call = statement.call
    if isinstance(call, tree.Chain):
        value = expressions.evaluate(session, frame, call)
    else:
        piped = tuple(Given(value, call.span) for value in running(session, frame, call.span))
        value = expressions.apply_step(session, frame, piped, call)
    if not holds_tensor(value):
        message = f"this has no effect: it is {describe(value)}"
        raise Fault(session.error("value", message, call.span))
    frame.running = value if isinstance(value, tuple) else (value,)


def running(session: Session, frame: Frame, span: Span) -> tuple[Value, ...]:
    """The running value.

    Raises:
        Fault: there is none yet.
    """
    if any(isinstance(value, Poison) for value in frame.running):
        raise Fault
    if not frame.running:
        message = "there is no value to go on from"
        hint = "declare one: `input video: 3 x 16 x 224^2`"
        raise Fault(session.error("value", message, span, help=hint))
    return frame.running


def _return(session: Session, frame: Frame, statement: tree.Return) -> None:
    values = tuple(expressions.evaluate(session, frame, value) for value in statement.values)
    raise _Returned(values[0] if len(values) == 1 else values)


def _if(session: Session, frame: Frame, statement: tree.If) -> None:
    chosen = statement.body
    if not expressions.truth(session, frame, statement.test):
        chosen = statement.otherwise
    run(session, frame, chosen)


def _for(session: Session, frame: Frame, statement: tree.For) -> None:
    values = expressions.evaluate(session, frame, statement.values)
    if not isinstance(values, tuple):
        message = f"a loop runs over a tuple, not over {describe(values)}"
        hint = f"write `range({statement.values.span.text})`" if isinstance(values, int) else None
        raise Fault(session.error("value", message, statement.values.span, help=hint))
    outer = frame.rounds
    for number, value in enumerate(values):
        frame.rounds = (*outer, number)
        _bind_round(session, frame, statement, value)
        run(session, frame, statement.body)
    frame.rounds = outer


def _bind_round(session: Session, frame: Frame, statement: tree.For, value: Value) -> None:
    entries = value if len(statement.targets) > 1 else (value,)
    if not isinstance(entries, tuple) or len(entries) != len(statement.targets):
        message = f"{len(statement.targets)} names for {describe(value)}"
        raise Fault(session.error("value", message, statement.values.span))
    frame.names |= dict(zip(statement.targets, entries, strict=True))


def _input(session: Session, frame: Frame, statement: tree.Input) -> None:
    if session.calls:
        message = "only a network has inputs; those of a block are its parameters"
        raise Fault(session.error("input", message, statement.span))
    if statement.name in session.graph.inputs:
        message = f"there is an input `{statement.name}` already"
        raise Fault(session.error("name", message, statement.span))
    value = expressions.evaluate(session, frame, statement.shape)
    shape = value if isinstance(value, tuple) else (value,)
    tensor = _add_input(session, frame, statement, shape)
    frame.names[statement.name] = tensor
    frame.running = (*frame.running, tensor)


def _add_input(
    session: Session, frame: Frame, statement: tree.Input, shape: tuple[Value, ...]
) -> Tensor:
    for size, span in zip(shape, _dimensions(statement.shape, len(shape)), strict=True):
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            message = f"a size is a positive integer, not {describe(size)}"
            raise Fault(session.error("shape", message, span))
    operation = Input(TensorType(shape).shape)  # type: ignore[arg-type]
    try:
        results = checked(operation, ())
    except Mismatch as mismatch:
        raise Fault(session.error("shape", mismatch.message, statement.shape.span)) from None
    site = frame.site(statement.span)
    (value,) = session.graph.add(
        operation,
        (),
        results,
        scope=frame.scope,
        site=site,
        name=statement.name,
        span=statement.span,
    )
    session.graph.inputs[statement.name] = value
    return Tensor(value, results[0])


def _dimensions(shape: tree.Expression, count: int) -> list[Span]:
    """Where each of a shape's sizes is written."""
    if not isinstance(shape, tree.Shape):
        return [shape.span] * count
    return [
        dimension.span
        for dimension in shape.dimensions
        for _ in range(int(dimension.times.value) if isinstance(dimension, tree.Repeat) else 1)
    ]


SCHEMES: dict[str, tuple[str, ...]] = {
    "he_fan_out": (),
    "he_fan_in": (),
    "xavier": (),
    "zeros": (),
    "normal": ("std",),
    "truncated_normal": ("std",),
}
"""Ways to initialise weights, each with the options it needs."""


def _initialise(session: Session, frame: Frame, statement: tree.Initialise) -> None:
    call = statement.scheme if isinstance(statement.scheme, tree.Call) else None
    name = call.function if call else statement.scheme
    assert isinstance(name, tree.Name)
    if name.name not in SCHEMES:
        message = f"no way to initialise is called `{name.name}`"
        hint = did_you_mean(name.name, SCHEMES) or f"there are {', '.join(SCHEMES)}"
        raise Fault(session.error("init", message, name.span, help=hint))
    arguments = expressions.written(session, frame, call)
    if tuple(arguments.named) != SCHEMES[name.name] or arguments.positional:
        takes = " and ".join(f"`{option} = ...`" for option in SCHEMES[name.name]) or "no options"
        message = f"`{name.name}` takes {takes}"
        raise Fault(session.error("init", message, statement.scheme.span))
    options = {option: given.value for option, given in arguments.named.items()}
    session.graph.initialisations.append(Initialisation(statement.kind, name.name, options))


_RULES: dict[type, Callable[[Session, Frame, Any], None]] = {
    tree.Assign: _assign,
    tree.Apply: _apply,
    tree.Return: _return,
    tree.If: _if,
    tree.For: _for,
    tree.Input: _input,
    tree.Initialise: _initialise,
    tree.Table: tables.run_table,
}
