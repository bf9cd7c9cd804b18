"""The statements of a body, in order.

A statement that fails is reported, and the names that it would have assigned are poisoned. The
statements after it still run, so one run shows the independent mistakes of a body.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archdsl.build.arguments import evaluate_arguments, piped_arguments
from archdsl.build.calls import pass_on
from archdsl.build.context import Frame
from archdsl.build.decisions import decide, join, joined_result
from archdsl.build.origins import round_hint
from archdsl.build.provenance import Local
from archdsl.build.request import Fault
from archdsl.build.values import POISON, Arguments, Tensor, Value, describe, holds_tensor
from archdsl.diagnostics import suggestion
from archdsl.ir.graph import Initialisation
from archdsl.limits import MAGNITUDE
from archdsl.ops import OPERATIONS
from archdsl.ops.base import Mismatch, infer_types
from archdsl.ops.sources import Input
from archdsl.params.numbers import is_integer, is_number
from archdsl.program.program import assigned_names, can_return, name_span
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
    if all(frame.assigned.get(name) == 1 for name in names):
        frame.naming = (chain.steps[-1] if isinstance(chain, tree.Chain) else chain, names)
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
    frame.guard = decision = decide(frame, holds, statement.test)
    frame.deepen(statement.span)
    try:
        _run_statements(frame, statement.body if holds else statement.otherwise)
    finally:
        frame.leave()
    join(frame, decision, dict.fromkeys(assigned_names(statement)))
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
    decide(frame, values, statement.values)
    outer = frame.iterations
    frame.deepen(statement.span)
    try:
        _run_iterations(frame, statement, values)
    finally:
        frame.leave()
        frame.iterations = outer


def _run_iterations(frame: Frame, statement: tree.For, values: tuple[Value, ...]) -> None:
    """Every iteration of a loop, up to the first that has a mistake."""
    outer, faults = frame.iterations, frame.findings.faults
    for number, value in enumerate(values):
        frame.step(statement.span)
        frame.iterations = (*outer, number)
        written = frame.local(statement.values, number)
        _bind(frame, statement.targets, value, written, statement.values.span)
        _run_statements(frame, statement.body)
        if frame.findings.faults > faults:
            raise Fault  # later iterations would only repeat the mistake


# The declarations of a network: its inputs, and how its weights are initialised


def _declare_input(frame: Frame, statement: tree.Input) -> None:
    """`input video: 3 x 16 x 224^2`."""
    graph = frame.graph
    if frame.call:
        message = "only a network has inputs; those of a block are its parameters"
        raise frame.fault("input", message, statement.span)
    if statement.name in graph.inputs:
        message = f"there is already an input `{statement.name}`"
        raise frame.fault("name", message, statement.span)
    if statement.name in frame.fixed:
        message = f"there is already a parameter `{statement.name}`"
        raise frame.fault("name", message, statement.span)
    if isinstance(statement.shape, tree.Chain):
        message = "an input must have a shape, but this is a chain"
        hint = f"a line that begins with `->` goes on with the line before: `{statement.name} -> f`"
        raise frame.fault("input", message, statement.shape.steps[0].span, help=hint)
    # A transform may have resized the input.
    request = frame.context.request
    shape = request.plan.shape_of(statement) if request else statement.shape
    operation = Input(_sizes(frame, shape), _bound(frame, statement))
    try:
        infer_types(operation, ())
    except Mismatch as mismatch:
        raise frame.fault("shape", mismatch.message, shape.span) from None
    frame.naming = (statement, (statement.name,))
    tensor = frame.add(operation, [], {}, statement)
    assert isinstance(tensor, Tensor)
    graph.inputs[statement.name] = tensor.value
    frame.bind(statement.name, tensor, None)
    frame.set_running((*frame.running, tensor))


def _bound(frame: Frame, statement: tree.Input) -> int | None:
    """What all integers of an input are below; None for an input of real numbers."""
    if statement.below is None:
        return None
    value = frame.evaluate(statement.below)
    if is_integer(value) and 1 <= value < MAGNITUDE:
        return value
    message = f"integers must be below an integer of at least 1, but this is {describe(value)}"
    given = frame.as_written(value, statement.below)
    hint = round_hint(given, lambda rounded: rounded >= 1)
    raise frame.refuse("input", message, given, "this bound", help=hint)


def _sizes(frame: Frame, shape: tree.Expression) -> tuple[int, ...]:
    """The sizes of an input, each with its own expression, if the shape is written out."""
    value = frame.evaluate(shape)
    decide(frame, value, shape)
    sizes = value if isinstance(value, tuple) else (value,)
    nodes = _dimensions(shape)
    nodes = nodes if len(nodes) == len(sizes) else [shape] * len(sizes)
    for size, node in zip(sizes, nodes, strict=True):
        if not is_integer(size) or size < 1:
            message = f"a size must be an integer of at least 1, but this is {describe(size)}"
            given = frame.as_written(size, node)
            hint = round_hint(given, lambda rounded: rounded >= 1)
            raise frame.refuse("shape", message, given, "this size", help=hint)
    return tuple(filter(is_integer, sizes))


def _dimensions(node: tree.Expression) -> list[tree.Expression]:
    """The expression behind each size of a shape: `16 x 56^2` has three sizes."""
    if isinstance(node, tree.Repeat) and isinstance(node.times.value, int):
        return [node] * node.times.value
    inside = node.dimensions if isinstance(node, tree.Shape) else ()
    return [written for dimension in inside for written in _dimensions(dimension)] or [node]


SCHEMES: dict[str, tuple[str, ...]] = {
    "he_fan_out": (),
    "he_fan_in": (),
    "xavier": (),
    "zeros": (),
    "normal": ("std",),
    "truncated_normal": ("std",),
}
"""The schemes that initialise weights, each with its options, all of which are required."""

INITIALISED = tuple(name for name, kind in OPERATIONS.items() if kind.is_weighted)
"""The operations whose weights a scheme can initialise."""


def _initialise(frame: Frame, statement: tree.Initialise) -> None:
    """`init linear: normal(std = 0.01)`."""
    if frame.call:
        message = "`init` can only be in a network: it initialises the weights of all its blocks"
        raise frame.fault("init", message, statement.span)
    if statement.kind not in INITIALISED:
        message = f"`{statement.kind}` has no weights that `init` could initialise"
        hint = _initialised_hint(statement.kind)
        if statement.kind == "parameter":
            hint = "a parameter has its own `initial`: `parameter(shape, normal, std = 0.02)`"
        raise frame.fault("init", message, statement.span, help=hint)
    if any(statement.kind == other.operation for other in frame.graph.initialisations):
        message = f"`{statement.kind}` is initialised twice"
        raise frame.fault("init", message, statement.span, help="the scheme is for all its layers")
    scheme, arguments = tree.split_call(statement.scheme)
    if scheme.name not in SCHEMES:
        from archdsl.foreign.words import value_hint  # a table that only a mistake needs

        message = f"`{scheme.name}` is not a scheme that initialises weights"
        hint = value_hint(scheme.name, SCHEMES) or suggestion(scheme.name, SCHEMES)
        raise frame.fault("init", message, scheme.span, help=hint)
    evaluated = evaluate_arguments(frame, arguments)
    options = _options(frame, scheme.name, evaluated, statement.scheme.span)
    initialisation = Initialisation(statement.kind, scheme.name, options)
    frame.graph.initialisations.append(initialisation)


def _initialised_hint(kind: str) -> str | None:
    """The operation that is meant by a name in an `init`."""
    from archdsl.foreign.names import called  # a table that only a mistake needs

    own = (called(kind) or "").partition("(")[0]
    return f"it is called `{own}` here" if own in INITIALISED else suggestion(kind, INITIALISED)


def _options(frame: Frame, scheme: str, arguments: Arguments, span: Span) -> dict[str, Value]:
    """The options of a scheme, each a number of at least 0."""
    if tuple(arguments.named) != SCHEMES[scheme] or arguments.positional:
        takes = " and ".join(f"`{option}`" for option in SCHEMES[scheme]) or "no options"
        options = ", ".join(f"{option} = ..." for option in SCHEMES[scheme])
        hint = f"write `{scheme}({options})`" if options else f"write `{scheme}`"
        raise frame.fault("init", f"`{scheme}` takes {takes}", span, help=hint)
    for option, given in arguments.named.items():
        if not is_number(given.value) or given.value < 0:
            must = f"`{option}` of `{scheme}` must be a number of at least 0"
            raise frame.fault("init", f"{must}, but this is {describe(given.value)}", given.span)
    return {option: given.value for option, given in arguments.named.items()}


RULES: dict[type, Callable[[Frame, Any], None]] = {
    tree.Assign: _assign,
    tree.Apply: _apply,
    tree.Return: _return,
    tree.If: _if,
    tree.For: _for,
    tree.Input: _declare_input,
    tree.Initialise: _initialise,
}
