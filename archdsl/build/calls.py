"""Calls: of compile-time functions here, of operations and blocks in rooms of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from archdsl.build import blocks, operations
from archdsl.build.arithmetic import BadValue
from archdsl.build.session import Frame
from archdsl.build.values import (
    BlockValue,
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


def apply(frame: Frame, callee: Value, arguments: Written, node: tree.Node) -> Value:
    """The value of a call, with what derivations insert after it.

    Raises:
        Fault: the callee cannot be called, or not with these arguments.
    """
    return followed(frame, applied(frame, callee, arguments, node), node)


def followed(frame: Frame, value: Value, node: tree.Node) -> Value:
    """The value of a call or an operator, with what derivations insert after it.

    Raises:
        Fault: what is inserted does not take the value.
    """
    if not frame.session.insertions:
        return value
    return follow(frame, value, frame.session.graph.address(frame.scope, frame.site(node.span)))


def applied(frame: Frame, callee: Value, arguments: Written, node: tree.Node) -> Value:
    """The value of a call by itself.

    Raises:
        Fault: the callee cannot be called, or not with these arguments.
    """
    frame.session.step(node.span, len(arguments.positional))
    value = _rule(frame, callee, arguments, node)(frame, callee, arguments, node)
    frame.session.take(value, node.span)
    return value


def follow(frame: Frame, value: Value, place: Address) -> Value:
    """What derivations insert after a place, applied to the value that it gives.

    Raises:
        Fault: what is inserted does not take the value.
    """
    for inserted in frame.session.insertions.get(place, ()):
        if not isinstance(value, Tensor):
            message = f"`{inserted.block.name}` is inserted after one tensor, not {describe(value)}"
            raise frame.fault("insert", message, inserted.place.span)
        value = _insert(frame, inserted, value)
    return value


def _insert(frame: Frame, inserted: Inserted, value: Tensor) -> Value:
    """A block applied in a row of its own, and what is in turn inserted after it."""
    node, graph, rounds = inserted.node, frame.session.graph, (*frame.rounds, -1 - inserted.number)
    inner = replace(frame, rounds=rounds, naming=(node, (inserted.name,)))
    site = inner.site(node.span)
    name, kind = inserted.name, tree.called(node.block)[0].name
    inner.scope = graph.open("row", (name,), kind, frame.scope, site, node.span)
    written = Written((Given(value, node.span),), {})
    result = applied(inner, inserted.block, written, node)
    graph.close(inner.scope, {}, {"x": value.value}, tensors_in(result))
    if isinstance(result, Tensor) and result.type != value.type:
        text = f"`{kind}`, inserted here, makes {result.type} of {value.type}"
        frame.session.reshaped[node.span] = Label(node.span, text)
    return follow(frame, result, graph.address(inner.scope, site))


def _rule(frame: Frame, callee: Value, arguments: Written, node: tree.Node) -> Callable[..., Value]:
    """How a callee is applied; chosen apart, for blocks in blocks take a frame of Python's each."""
    if isinstance(callee, OperationValue):
        return operations.apply_operation
    if isinstance(callee, BlockValue):
        return blocks.apply_block
    if isinstance(callee, FunctionValue):
        # `max` of tensors is an operation, though `max` of numbers is a function.
        is_operation = callee.name in OPERATIONS and arguments.has_tensors
        return _call_operation if is_operation else _call_function
    message = f"only a block, an operation or a function can be called; this is {describe(callee)}"
    raise frame.fault("call", message, node.span)


def _call_operation(
    frame: Frame, function: FunctionValue, arguments: Written, node: tree.Node
) -> Value:
    operation = OperationValue(OPERATIONS[function.name])
    return operations.apply_operation(frame, operation, arguments, node)


def _call_function(
    frame: Frame, function: FunctionValue, arguments: Written, node: tree.Node
) -> Value:
    if arguments.named:
        message = f"`{function.name}` takes its arguments without names"
        raise frame.fault("argument", message, next(iter(arguments.named.values())).span)
    count, least, most = len(arguments.positional), function.function.least, function.function.most
    if count < least or (most is not None and count > most):
        message = f"`{function.name}` takes {bounds(least, most)}, not {count}"
        raise frame.fault("argument", message, node.span)
    try:
        return function.call(*(given.value for given in arguments.positional))
    except BadValue as bad:
        raise frame.fault("value", f"`{function.name}`: {bad}", node.span) from None
