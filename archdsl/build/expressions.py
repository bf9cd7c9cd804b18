"""Expressions to values. Calls of blocks and operations add to the graph on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archdsl import limits
from archdsl.build import arguments, arithmetic, binding, calls, names, operations
from archdsl.build.arithmetic import BadValue
from archdsl.build.session import Fault, Frame
from archdsl.build.values import (
    POISON,
    Given,
    OperationValue,
    Tensor,
    Value,
    Written,
    describe,
    is_integer,
)
from archdsl.diagnostics import did_you_mean
from archdsl.ir.types import AXES
from archdsl.ops import OPERATIONS
from archdsl.syntax import tree


def evaluate(frame: Frame, node: tree.Expression) -> Value:
    """The value of an expression.

    Raises:
        Fault: it has none.
    """
    if isinstance(node, tree.Number | tree.Constant):
        return node.value
    if isinstance(node, tree.Name):
        value = names.look_up(frame, node)
    else:
        frame.session.enter(node.span)
        try:
            value = _RULES[type(node)](frame, node)
        finally:
            frame.session.leave()
    if value is POISON:
        raise Fault
    return value


def _call(frame: Frame, node: tree.Call) -> Value:
    callee = _callee(frame, node.function)
    return calls.apply(frame, callee, arguments.written(frame, node.arguments, (), callee), node)


def _callee(frame: Frame, node: tree.Name) -> Value:
    value = names.callee(frame, node)
    if value is POISON:
        raise Fault
    return value


def _chain(frame: Frame, node: tree.Chain) -> Value:
    value = evaluate(frame, node.first)
    for step in node.steps:
        value = apply_step(frame, binding.piped(value, step.span), step)
    return value


def apply_step(frame: Frame, piped: tuple[Given, ...], step: tree.Call | tree.Name) -> Value:
    """Pass values on to a call, a block by its name, or `none`, which hands them on.

    Raises:
        Fault: the step does not take them.
    """
    name, given = tree.called(step)
    callee = _callee(frame, name)
    if callee is None and step is name:
        return piped[0].value if len(piped) == 1 else tuple([given.value for given in piped])
    written = arguments.written(frame, given, piped, callee)
    if frame.meant is None or name.name not in frame.meant.parameters:
        return calls.apply(frame, callee, written, step)
    present = tree.Binary("!=", name, tree.Constant(None, span=name.span), span=name.span)
    test = Given(True, name.span, present, frame.now)
    return frame.under(test, lambda: calls.apply(frame, callee, written, step))


def _attribute(frame: Frame, node: tree.Attribute) -> Value:
    value = evaluate(frame, node.value)
    if not isinstance(value, Tensor):
        message = f"only a tensor has sizes such as `.{node.name}`; this is {describe(value)}"
        raise frame.fault("value", message, node.value.span)
    type_ = value.type
    sizes: dict[str, Value] = dict(zip(AXES.get(type_.rank, ()), type_.shape, strict=False))
    sizes |= {"rank": type_.rank, "shape": type_.shape}
    sizes |= {"elements": type_.elements, "positions": type_.positions}
    if node.name not in sizes:
        message = f"a tensor of {type_} has no `{node.name}`"
        hint = did_you_mean(node.name, sizes) or f"it has {', '.join(sizes)}"
        raise frame.fault("value", message, node.span, help=hint)
    return sizes[node.name]


def _index(frame: Frame, node: tree.Index) -> Value:
    value, index = evaluate(frame, node.value), evaluate(frame, node.index)
    if not isinstance(value, tuple):
        message = f"only a tuple has entries; this is {describe(value)}"
        raise frame.fault("value", message, node.value.span)
    if not is_integer(index):
        message = f"an index is an integer, not {describe(index)}"
        raise frame.fault("value", message, node.index.span)
    if not -len(value) <= index < len(value):
        message = f"a tuple of {len(value)} has no entry {index}"
        raise frame.fault("value", message, node.index.span)
    return value[index]


def _tuple(frame: Frame, node: tree.Tuple) -> Value:
    value = tuple([evaluate(frame, item) for item in node.items])
    frame.session.take(value, node.span)
    return value


def _shape(frame: Frame, node: tree.Shape) -> Value:
    value = tuple([size for dimension in node.dimensions for size in _sizes(frame, dimension)])
    frame.session.take(value, node.span)
    return value


def _sizes(frame: Frame, dimension: tree.Expression) -> list[Value]:
    if not isinstance(dimension, tree.Repeat):
        return [evaluate(frame, dimension)]
    return [evaluate(frame, dimension.value)] * repeats(frame, dimension)


def repeats(frame: Frame, node: tree.Repeat) -> int:
    """How often a dimension stands there: 2 for `160^2`.

    Raises:
        Fault: more than a shape has room for, or not a whole number of times.
    """
    times = node.times.value
    if isinstance(times, int) and 1 <= times <= 8:
        return times
    raise frame.fault("value", "a dimension repeats 1 to 8 times", node.span)


def dimensions(node: tree.Expression) -> list[tree.Expression]:
    """What each size in a shape is written as."""
    if isinstance(node, tree.Repeat) and isinstance(node.times.value, int):
        return [node] * node.times.value
    inside = node.dimensions if isinstance(node, tree.Shape) else ()
    return [written for dimension in inside for written in dimensions(dimension)] or [node]


def _outside_shape(frame: Frame, node: tree.Repeat | tree.AtMost) -> Value:
    mark = "`^`" if isinstance(node, tree.Repeat) else "`<=`"
    hint = "write `a * a` for a square" if isinstance(node, tree.Repeat) else None
    message = f"{mark} marks a dimension of a shape; it means nothing here"
    raise frame.fault("value", message, node.span, help=hint)


def _outside_recipe(frame: Frame, node: tree.Range | tree.Text) -> Value:
    what = "a range" if isinstance(node, tree.Range) else "a text"
    raise frame.fault("value", f"{what} means nothing here", node.span)


def _unary(frame: Frame, node: tree.Unary) -> Value:
    if node.operator == "not":
        return not truth(frame, node.operand)
    operand = evaluate(frame, node.operand)
    if isinstance(operand, Tensor):
        negative = OperationValue(OPERATIONS["negative"])
        written = Written((Given(operand, node.operand.span),), {})
        return calls.apply(frame, negative, written, node)
    return _exactly(frame, node, lambda: arithmetic.negative(operand))


def _binary(frame: Frame, node: tree.Binary) -> Value:
    if node.operator in ("and", "or"):
        left_truth = truth(frame, node.left)
        decided = left_truth is (node.operator == "or")
        return left_truth if decided else truth(frame, node.right)
    left, right = evaluate(frame, node.left), evaluate(frame, node.right)
    compares_with_none = node.operator in ("==", "!=") and (left is None or right is None)
    if not compares_with_none and (isinstance(left, Tensor) or isinstance(right, Tensor)):
        sides = _side(frame, left, node.left), _side(frame, right, node.right)
        return calls.followed(frame, operations.apply_infix(frame, node, *sides), node)
    frame.session.step(node.span, limits.CALCULATION)
    frame.session.take(left, node.left.span)
    frame.session.take(right, node.right.span)
    return _exactly(frame, node, lambda: arithmetic.binary(node.operator, left, right))


def _side(frame: Frame, value: Value, node: tree.Expression) -> Given:
    return Given(value, node.span, node, frame.now)


def _exactly(frame: Frame, node: tree.Expression, compute: Callable[[], Value]) -> Value:
    try:
        return compute()
    except BadValue as bad:
        raise frame.fault("value", str(bad), node.span) from None


def _conditional(frame: Frame, node: tree.Conditional) -> Value:
    holds = truth(frame, node.test)
    return frame.under(
        Given(holds, node.test.span, node.test, frame.now),
        lambda: evaluate(frame, node.then if holds else node.other),
    )


def truth(frame: Frame, node: tree.Expression) -> bool:
    """The value of a condition, which must be `true` or `false`.

    Raises:
        Fault: it is neither.
    """
    value = evaluate(frame, node)
    if isinstance(value, bool):
        return value
    message = f"a condition is `true` or `false`, not {describe(value)}"
    hint = f"compare it: `{node.span.text} != none`" if isinstance(node, tree.Name) else None
    raise frame.fault("value", message, node.span, help=hint)


_RULES: dict[type, Callable[[Frame, Any], Value]] = {
    tree.Attribute: _attribute,
    tree.Index: _index,
    tree.Tuple: _tuple,
    tree.Shape: _shape,
    tree.Repeat: _outside_shape,
    tree.AtMost: _outside_shape,
    tree.Unary: _unary,
    tree.Binary: _binary,
    tree.Conditional: _conditional,
    tree.Call: _call,
    tree.Chain: _chain,
    tree.Range: _outside_recipe,
    tree.Text: _outside_recipe,
}
