"""Expressions to values. Calls of blocks and operations add to the graph on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archdsl import limits
from archdsl.diagnostics import did_you_mean
from archdsl.elaborate import arithmetic, calls
from archdsl.elaborate.arithmetic import BadValue
from archdsl.elaborate.functions import FUNCTIONS
from archdsl.elaborate.session import Fault, Frame, Session
from archdsl.elaborate.values import (
    POISON,
    BlockValue,
    FunctionValue,
    Given,
    OperationValue,
    Tensor,
    Value,
    Written,
    describe,
)
from archdsl.ir.types import AXES
from archdsl.ops import OPERATIONS
from archdsl.syntax import tree


def evaluate(session: Session, frame: Frame, node: tree.Expression) -> Value:
    """The value of an expression.

    Raises:
        Fault: it has none.
    """
    session.enter(node.span)
    try:
        value = _RULES[type(node)](session, frame, node)
    finally:
        session.leave()
    if value is POISON:
        raise Fault
    return value


def _number(session: Session, frame: Frame, node: tree.Number) -> Value:
    return node.value


def _constant(session: Session, frame: Frame, node: tree.Constant) -> Value:
    return node.value


def _name(session: Session, frame: Frame, node: tree.Name) -> Value:
    if node.name in frame.names:
        return frame.names[node.name]
    if node.name == "in" and frame.running:
        return frame.running[0] if len(frame.running) == 1 else frame.running
    if node.name in frame.unit.names:
        return _defined(session, frame, node)
    if node.name in FUNCTIONS:
        return FUNCTIONS[node.name]
    if node.name in OPERATIONS:
        return OperationValue(OPERATIONS[node.name])
    if node.name in session.words:
        return node.name
    known = [*frame.names, *frame.unit.names, *OPERATIONS, *FUNCTIONS, *session.words]
    hint = did_you_mean(node.name, known)
    raise Fault(session.error("name", f"nothing is called `{node.name}`", node.span, help=hint))


def _defined(session: Session, frame: Frame, node: tree.Name) -> Value:
    return block_value(session, *frame.unit.names[node.name], node, ())


def block_value(
    session: Session, definition: Any, unit: Any, node: tree.Node, seen: tuple[str, ...]
) -> Value:
    """The block that a definition stands for; a derived one has parameters given in advance."""
    if isinstance(definition, tree.Block):
        return BlockValue(definition, unit)
    if isinstance(definition, tree.Network) or definition.kind == "network":
        message = f"`{definition.name}` is a network, not a block"
        raise Fault(session.error("name", message, node.span))
    if definition.name in seen:
        path = " -> ".join([*seen[seen.index(definition.name) :], definition.name])
        message = f"blocks are derived from each other in a circle: {path}"
        raise Fault(session.error("recursion", message, definition.base.span))
    if len(seen) == limits.DERIVATIONS:
        message = f"`{seen[0]}` is derived through more than {limits.DERIVATIONS} blocks"
        raise Fault(session.error("nesting", message, definition.base.span))
    frame = Frame(unit, 0, {})
    call = definition.base if isinstance(definition.base, tree.Call) else None
    name = call.function if call else definition.base
    if name.name in unit.names:
        path = (*seen, definition.name)
        base = block_value(session, *unit.names[name.name], name, path)
    else:
        base = evaluate(session, frame, name)
    return calls.apply(session, frame, base, written(session, frame, call), definition.base)


def written(
    session: Session, frame: Frame, call: tree.Call | None, piped: tuple[Given, ...] = ()
) -> Written:
    """The evaluated arguments of a call, what a chain passes on standing first."""
    positional = list(piped)
    named: dict[str, Given] = {}
    for argument in call.arguments if call else ():
        name = _argument_name(session, argument, after_named=bool(named))
        given = Given(evaluate(session, frame, argument.value), argument.span)
        if name is None:
            positional.append(given)
        elif name in named:
            message = f"`{name}` is given twice"
            raise Fault(session.error("argument", message, argument.span))
        else:
            named[name] = given
    return Written(tuple(positional), named)


def _argument_name(session: Session, argument: tree.Argument, *, after_named: bool) -> str | None:
    """After named arguments, a bare name stands for itself: `classes` is `classes = classes`."""
    if argument.name is not None or not after_named:
        return argument.name
    if isinstance(argument.value, tree.Name):
        return argument.value.name
    message = "after an argument with a name, every argument has one"
    raise Fault(session.error("argument", message, argument.span))


def callee(session: Session, frame: Frame, node: tree.Expression) -> Value:
    """What a call calls. A number or tensor does not hide the block or operation of its name."""
    if not isinstance(node, tree.Name) or node.name not in frame.names:
        return evaluate(session, frame, node)
    local = frame.names[node.name]
    hidden = node.name in frame.unit.names or node.name in OPERATIONS or node.name in FUNCTIONS
    if hidden and not isinstance(local, BlockValue | OperationValue | None):
        return evaluate(session, Frame(frame.unit, frame.scope, {}), node)
    return evaluate(session, frame, node)


def _call(session: Session, frame: Frame, node: tree.Call) -> Value:
    called = callee(session, frame, node.function)
    arguments = written(session, frame, node)
    if arguments.has_tensors:
        called = _as_operation(called)
    return calls.apply(session, frame, called, arguments, node)


def _as_operation(called: Value) -> Value:
    """`max` of tensors is an operation, though `max` of numbers is a function."""
    if isinstance(called, FunctionValue) and called.name in OPERATIONS:
        return OperationValue(OPERATIONS[called.name])
    return called


def _chain(session: Session, frame: Frame, node: tree.Chain) -> Value:
    value, span = evaluate(session, frame, node.first), node.first.span
    for step in node.steps:
        value, span = apply_step(session, frame, _piped(value, span), step), step.span
    return value


def _piped(value: Value, span: Any) -> tuple[Given, ...]:
    values = value if isinstance(value, tuple) else (value,)
    return tuple(Given(item, span) for item in values)


def apply_step(
    session: Session, frame: Frame, piped: tuple[Given, ...], step: tree.Expression
) -> Value:
    """Pass values on to a call, a block by its name, or `none`, which hands them on."""
    call = step if isinstance(step, tree.Call) else None
    called = callee(session, frame, call.function if call else step)
    if called is None and call is None:
        values = tuple(given.value for given in piped)
        return values[0] if len(values) == 1 else values
    arguments = written(session, frame, call, piped)
    return calls.apply(session, frame, _as_operation(called), arguments, step)


def _attribute(session: Session, frame: Frame, node: tree.Attribute) -> Value:
    value = evaluate(session, frame, node.value)
    if not isinstance(value, Tensor):
        message = f"only a tensor has sizes such as `.{node.name}`; this is {describe(value)}"
        raise Fault(session.error("value", message, node.value.span))
    sizes: dict[str, Value] = dict(zip(AXES.get(value.type.rank, ()), value.type.shape))
    sizes |= {"rank": value.type.rank, "shape": value.type.shape}
    sizes |= {"elements": value.type.elements, "positions": value.type.positions}
    if node.name not in sizes:
        message = f"a tensor of {value.type} has no `{node.name}`"
        hint = did_you_mean(node.name, sizes) or f"it has {', '.join(sizes)}"
        raise Fault(session.error("value", message, node.span, help=hint))
    return sizes[node.name]


def _index(session: Session, frame: Frame, node: tree.Index) -> Value:
    value = evaluate(session, frame, node.value)
    index = evaluate(session, frame, node.index)
    if not isinstance(value, tuple):
        message = f"only a tuple has entries; this is {describe(value)}"
        raise Fault(session.error("value", message, node.value.span))
    if isinstance(index, bool) or not isinstance(index, int):
        message = f"an index is an integer, not {describe(index)}"
        raise Fault(session.error("value", message, node.index.span))
    if not -len(value) <= index < len(value):
        message = f"a tuple of {len(value)} has no entry {index}"
        raise Fault(session.error("value", message, node.index.span))
    return value[index]


def _tuple(session: Session, frame: Frame, node: tree.Tuple) -> Value:
    return tuple(evaluate(session, frame, item) for item in node.items)


def _shape(session: Session, frame: Frame, node: tree.Shape) -> Value:
    sizes: list[Value] = []
    for dimension in node.dimensions:
        repeated = isinstance(dimension, tree.Repeat)
        times = dimension.times.value if isinstance(dimension, tree.Repeat) else 1
        size = dimension.value if isinstance(dimension, tree.Repeat) else dimension
        if repeated and not (isinstance(times, int) and 1 <= times <= 8):
            message = "a dimension repeats 1 to 8 times"
            raise Fault(session.error("value", message, dimension.span))
        assert isinstance(times, int)
        sizes += [evaluate(session, frame, size)] * times
    return tuple(sizes)


def _outside_shape(session: Session, frame: Frame, node: tree.Repeat | tree.AtMost) -> Value:
    mark = "`^`" if isinstance(node, tree.Repeat) else "`<=`"
    hint = "write `a * a` for a square" if isinstance(node, tree.Repeat) else None
    message = f"{mark} marks a dimension of a shape; it means nothing here"
    raise Fault(session.error("value", message, node.span, help=hint))


def _unary(session: Session, frame: Frame, node: tree.Unary) -> Value:
    if node.operator == "not":
        return not truth(session, frame, node.operand)
    operand = evaluate(session, frame, node.operand)
    if isinstance(operand, Tensor):
        negative = OperationValue(OPERATIONS["negative"])
        arguments = Written((Given(operand, node.operand.span),), {})
        return calls.apply(session, frame, negative, arguments, node)
    return _exactly(session, node, lambda: arithmetic.negative(operand))


def _binary(session: Session, frame: Frame, node: tree.Binary) -> Value:
    if node.operator in ("and", "or"):
        left_truth = truth(session, frame, node.left)
        decided = left_truth is (node.operator == "or")
        return left_truth if decided else truth(session, frame, node.right)
    left = evaluate(session, frame, node.left)
    right = evaluate(session, frame, node.right)
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        operands = (Given(left, node.left.span), Given(right, node.right.span))
        return calls.infix(session, frame, node, operands)
    return _exactly(session, node, lambda: arithmetic.binary(node.operator, left, right))


def _exactly(session: Session, node: tree.Expression, compute: Callable[[], Value]) -> Value:
    try:
        return compute()
    except BadValue as bad:
        raise Fault(session.error("value", str(bad), node.span)) from None


def _conditional(session: Session, frame: Frame, node: tree.Conditional) -> Value:
    chosen = node.then if truth(session, frame, node.test) else node.other
    return evaluate(session, frame, chosen)


def truth(session: Session, frame: Frame, node: tree.Expression) -> bool:
    """The value of a condition, which must be `true` or `false`."""
    value = evaluate(session, frame, node)
    if isinstance(value, bool):
        return value
    message = f"a condition is `true` or `false`, not {describe(value)}"
    hint = f"compare it: `{node.span.text} != none`" if isinstance(node, tree.Name) else None
    raise Fault(session.error("value", message, node.span, help=hint))


_RULES: dict[type, Callable[[Session, Frame, Any], Value]] = {
    tree.Number: _number,
    tree.Constant: _constant,
    tree.Name: _name,
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
}
