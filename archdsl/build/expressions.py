"""From expressions to values. A call of a block or an operation adds to the graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from archdsl import limits
from archdsl.build import arithmetic
from archdsl.build.arguments import evaluate_arguments, piped_arguments
from archdsl.build.arithmetic import BadValue
from archdsl.build.calls import (
    insert_after_call,
    last_call,
    look_over,
    look_up,
    pass_on,
    resolve_callee,
)
from archdsl.build.conditions import condition, joined
from archdsl.build.context import Frame
from archdsl.build.origins import origin
from archdsl.build.request import Fault, Naming
from archdsl.build.sharing import tied_weight
from archdsl.build.values import (
    Arguments,
    BlockValue,
    FunctionValue,
    Given,
    OperationValue,
    SharedBlock,
    Tensor,
    Value,
    describe,
    holds_tensor,
)
from archdsl.diagnostics import did_you_mean
from archdsl.ir.types import AXES
from archdsl.ops import OPERATIONS
from archdsl.params.numbers import is_integer
from archdsl.syntax import tree


def _call(frame: Frame, node: tree.Call) -> Value:
    callee = resolve_callee(frame, node.function)
    value = frame.apply(callee, evaluate_arguments(frame, node.arguments, (), callee), node)
    return insert_after_call(frame, value, node)


def _chain(frame: Frame, node: tree.Chain) -> Value:
    steps = iter(node.steps)
    try:
        value = frame.evaluate(node.first)
        for step in steps:
            value = pass_on(frame, piped_arguments(value, step.span), step)
    except Fault as fault:
        frame.findings.report(fault)
        look_over(frame, [*steps])  # those after the one that failed
        raise Fault from None
    return value


def _attribute(frame: Frame, node: tree.Attribute) -> Value:
    value = frame.evaluate(node.value)
    if isinstance(value, SharedBlock):
        return tied_weight(frame, value, node)
    if not isinstance(value, Tensor):
        message = f"only a tensor has sizes such as `.{node.name}`, but this is {describe(value)}"
        raise frame.misused("value", message, frame.as_written(value, node.value))
    type_ = value.type
    # Axes have names up to rank 4; of a tensor with more, only `rank` and the like can be read.
    sizes: dict[str, Value] = dict(zip(AXES.get(type_.rank, ()), type_.shape, strict=False))
    sizes |= {"rank": type_.rank, "shape": type_.shape}
    sizes |= {"elements": type_.elements, "positions": type_.positions}
    if node.name not in sizes:
        message = f"a tensor of {type_} has no `{node.name}`"
        hint = did_you_mean(node.name, sizes) or f"it has {', '.join(sizes)}"
        raise frame.fault("value", message, node.span, help=hint)
    return sizes[node.name]


def _index(frame: Frame, node: tree.Index) -> Value:
    value, index = frame.evaluate(node.value), frame.evaluate(node.index)
    if not isinstance(value, tuple):
        message = f"only a tuple has entries, but this is {describe(value)}"
        hint = "write `x -> select(axis, index)`" if isinstance(value, Tensor) else None
        raise frame.misused("value", message, frame.as_written(value, node.value), hint)
    if not is_integer(index):
        message = f"an index must be an integer, but this is {describe(index)}"
        raise frame.misused("value", message, frame.as_written(index, node.index))
    if not -len(value) <= index < len(value):
        message = f"a tuple of {len(value)} has no entry {index}"
        given, whole = frame.as_written(index, node.index), frame.as_written(value, node.value)
        # Of a literal index, the tuple that the body was given is too short.
        is_literal = origin(given) is given and origin(whole) is not whole
        raise frame.misused("value", message, whole if is_literal else given)
    return value[index]


def _tuple(frame: Frame, node: tree.Tuple) -> Value:
    value = tuple([frame.evaluate(item) for item in node.items])
    frame.charge(value, node.span)
    return value


def _shape(frame: Frame, node: tree.Shape) -> Value:
    value = tuple([size for dimension in node.dimensions for size in _sizes(frame, dimension)])
    frame.charge(value, node.span)
    return value


def _sizes(frame: Frame, dimension: tree.Expression) -> list[Value]:
    """The sizes that one dimension of a shape writes: `224^2` has two."""
    if not isinstance(dimension, tree.Repeat):
        return [frame.evaluate(dimension)]
    size, times = frame.evaluate(dimension.value), dimension.times.value
    if isinstance(times, int) and 1 <= times <= 8:
        return [size] * times
    message = f"a dimension can repeat 1 to 8 times, but this is {describe(times)}"
    raise frame.fault("value", message, dimension.span)


def _outside_shape(frame: Frame, node: tree.Repeat | tree.AtMost) -> Value:
    mark = "`^`" if isinstance(node, tree.Repeat) else "`<=`"
    hint = "write `a * a` for a square" if isinstance(node, tree.Repeat) else None
    message = f"{mark} can only be written in a shape"
    raise frame.fault("value", message, node.span, help=hint)


def _outside_recipe(frame: Frame, node: tree.Range | tree.Text) -> Value:
    what = "a range" if isinstance(node, tree.Range) else "a string"
    raise frame.fault("value", f"{what} can only be the value of a recipe's setting", node.span)


def _unary(frame: Frame, node: tree.Unary) -> Value:
    if node.operator == "not":
        return not frame.truth(node.operand)
    operand = frame.evaluate(node.operand)
    if isinstance(operand, Tensor):
        negative = OperationValue(OPERATIONS["negative"])
        arguments = Arguments((Given(operand, node.operand.span),), {})
        return insert_after_call(frame, frame.apply(negative, arguments, node), node)
    sides = ((node.operand, operand),)
    return _exactly(frame, node, lambda: arithmetic.negative(operand), sides)


def _binary(frame: Frame, node: tree.Binary) -> Value:
    if node.operator in ("and", "or"):
        left_truth = frame.truth(node.left)
        is_decided = left_truth is (node.operator == "or")
        return left_truth if is_decided else frame.truth(node.right)
    left, right = frame.evaluate(node.left), frame.evaluate(node.right)
    if node.operator in ("==", "!="):
        left, right = _as_word(left, node.left, right), _as_word(right, node.right, left)
    # `x != none` asks whether an optional tensor was given. It is no operation on tensors.
    compares_with_none = node.operator in ("==", "!=") and (left is None or right is None)
    if not compares_with_none and (isinstance(left, Tensor) or isinstance(right, Tensor)):
        sides = frame.as_written(left, node.left), frame.as_written(right, node.right)
        return insert_after_call(frame, frame.context.rules.infix(frame, node, *sides), node)
    frame.step(node.span, limits.CALCULATION)
    frame.charge(left, node.left.span)
    frame.charge(right, node.right.span)
    operands = ((node.left, left), (node.right, right))
    return _exactly(frame, node, lambda: arithmetic.binary(node.operator, left, right), operands)


def _as_word(value: Value, node: tree.Expression, other: Value) -> Value:
    """A value that is compared with a word: the name of an operation or a block means the word.

    Of a parameter `by: max | mean`, `by == max` asks for the word, which is also an operation.
    """
    is_block = isinstance(value, BlockValue | OperationValue | FunctionValue)
    if isinstance(node, tree.Name) and isinstance(other, str) and is_block:
        return node.name
    return value


def _exactly(
    frame: Frame,
    node: tree.Expression,
    compute: Callable[[], Value],
    operands: Sequence[tuple[tree.Expression, Value]],
) -> Value:
    """A computed value; one that does not suit is reported where it comes from.

    That is the expression, unless an operand was given to the body: then it is what was given.
    """
    try:
        return compute()
    except BadValue as bad:
        for operand, value in operands:
            given = frame.as_written(value, operand)
            if value is bad.culprit and origin(given) is not given:
                raise frame.misused("value", str(bad), frame.as_written(value, operand)) from None
        raise frame.fault("value", str(bad), node.span) from None


def _conditional(frame: Frame, node: tree.Conditional) -> Value:
    holds, guard = frame.truth(node.test), frame.guard
    chosen = node.then if holds else node.other
    if frame.naming and frame.naming.call is node:
        # The name is that of the choice: a layer in one branch does not get it.
        frame.naming = Naming(last_call(chosen), (), frame.naming.targets)
    frame.guard = made = condition(frame, holds, node.test)
    try:
        value = frame.evaluate(chosen)
    finally:
        frame.guard = guard
    # Of two numbers, the class has both; of two tensors, only the one that was computed.
    if holds_tensor(value):
        frame.conditions.append(made)
    return joined(frame, value, made)


RULES: dict[type, Callable[[Frame, Any], Value]] = {
    tree.Name: look_up,
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
