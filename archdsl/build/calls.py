"""Calls: what is called is applied by the rule of its kind, and what is inserted follows it."""

from __future__ import annotations

from dataclasses import replace

from archdsl.build import names
from archdsl.build.arguments import evaluated
from archdsl.build.arithmetic import BadValue
from archdsl.build.context import Frame
from archdsl.build.values import (
    FunctionValue,
    Given,
    Inserted,
    OperationValue,
    Tensor,
    Value,
    Written,
    bounds,
    describe,
    tensors_in,
)
from archdsl.diagnostics import Label
from archdsl.ir.graph import Address
from archdsl.ops import OPERATIONS
from archdsl.syntax import tree


def passed_on(frame: Frame, piped: tuple[Given, ...], step: tree.Call | tree.Name) -> Value:
    """Pass values on to a call, a block by its name, or `none`, which hands them on.

    Raises:
        Fault: the step does not take them.
    """
    name, given = tree.called(step)
    called = names.callee(frame, name)
    if called is None and step is name:
        return piped[0].value if len(piped) == 1 else tuple([given.value for given in piped])
    arguments = evaluated(frame, given, piped, called)
    if frame.meant is None or name.name not in frame.meant.parameters:
        return followed(frame, frame.apply(called, arguments, step), step)
    present = tree.Binary("!=", name, tree.Constant(None, span=name.span), span=name.span)
    test = Given(True, name.span, present, frame.now)
    # Not by `under`: blocks in blocks pass here, and each call of Python's would count.
    before, frame.guards = frame.guards, (*frame.guards, test)
    try:
        return followed(frame, frame.apply(called, arguments, step), step)
    finally:
        frame.guards = before


def followed(frame: Frame, value: Value, node: tree.Node) -> Value:
    """The value of a call or an operator, with what derivations insert after it.

    Raises:
        Fault: what is inserted does not take the value.
    """
    if not frame.context.inserted:
        return value
    return follow(frame, value, frame.graph.address(frame.scope, frame.site(node.span)))


def follow(frame: Frame, value: Value, place: Address) -> Value:
    """What derivations insert after a place, applied to the value that it gives.

    Raises:
        Fault: what is inserted does not take the value.
    """
    for inserted in frame.context.inserted.get(place, ()):
        if not isinstance(value, Tensor):
            message = f"`{inserted.block.name}` is inserted after one tensor, not {describe(value)}"
            raise frame.fault("insert", message, inserted.place.span)
        value = _insert(frame, inserted, value)
    return value


def _insert(frame: Frame, inserted: Inserted, value: Tensor) -> Value:
    """A block applied in a row of its own, and what is in turn inserted after it."""
    node, graph, rounds = inserted.node, frame.graph, (*frame.rounds, -1 - inserted.number)
    inner = replace(frame, rounds=rounds, naming=(node, (inserted.name,)))
    site = inner.site(node.span)
    name, kind = inserted.name, tree.called(node.block)[0].name
    inner.scope = graph.open("row", (name,), kind, frame.scope, site, node.span)
    written = Written((Given(value, node.span),), {})
    result = inner.apply(inserted.block, written, node)
    graph.close(inner.scope, {}, {"x": value.value}, tensors_in(result))
    if isinstance(result, Tensor) and result.type != value.type:
        text = f"`{kind}`, inserted here, makes {result.type} of {value.type}"
        frame.context.reshaped[node.span] = Label(node.span, text)
    return follow(frame, result, graph.address(inner.scope, site))


def call_function(
    frame: Frame, callee: FunctionValue, arguments: Written, node: tree.Node
) -> Value:
    """The value of a function; `max` of tensors is an operation, though `max` of numbers is not.

    Raises:
        Fault: it does not take these arguments.
    """
    if callee.name in OPERATIONS and arguments.has_tensors:
        operation = OperationValue(OPERATIONS[callee.name])
        return frame.context.rules.callees[OperationValue](frame, operation, arguments, node)
    function = callee.function
    if arguments.named:
        message = f"`{function.name}` takes its arguments without names"
        raise frame.fault("argument", message, next(iter(arguments.named.values())).span)
    count, least, most = len(arguments.positional), function.least, function.most
    if count < least or (most is not None and count > most):
        message = f"`{function.name}` takes {bounds(least, most)}, not {count}"
        raise frame.fault("argument", message, node.span)
    try:
        return callee.call(*(given.value for given in arguments.positional))
    except BadValue as bad:
        raise frame.fault("value", f"`{function.name}`: {bad}", node.span) from None
