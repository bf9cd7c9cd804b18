"""Calls: of compile-time functions, of operations, and of blocks."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from fractions import Fraction

from archdsl.diagnostics import Diagnostic, Label, did_you_mean
from archdsl.elaborate import blocks
from archdsl.elaborate.arithmetic import BadValue
from archdsl.elaborate.session import Fault, Frame, Session
from archdsl.elaborate.values import (
    BlockValue,
    FunctionValue,
    Given,
    OperationValue,
    Tensor,
    Value,
    Written,
    describe,
    is_number,
)
from archdsl.ops import arithmetic
from archdsl.ops.base import Mismatch, Operation, checked
from archdsl.ops.parameters import kind_of
from archdsl.syntax import tree


def apply(
    session: Session, frame: Frame, callee: Value, arguments: Written, node: tree.Node
) -> Value:
    """The value of a call.

    Raises:
        Fault: the callee cannot be called, or not with these arguments.
    """
    if isinstance(callee, FunctionValue):
        return _call_function(session, callee, arguments, node)
    if isinstance(callee, OperationValue):
        return _apply_operation(session, frame, callee, arguments, node)
    if isinstance(callee, BlockValue):
        return blocks.apply_block(session, frame, callee, arguments, node)
    message = f"only a block, an operation or a function can be called; this is {describe(callee)}"
    raise Fault(session.error("call", message, node.span))


def _call_function(
    session: Session, function: FunctionValue, arguments: Written, node: tree.Node
) -> Value:
    if arguments.named:
        message = f"`{function.name}` takes its arguments without names"
        raise Fault(session.error("argument", message, next(iter(arguments.named.values())).span))
    try:
        return function.call(*(given.value for given in arguments.positional))
    except BadValue as bad:
        raise Fault(session.error("value", f"`{function.name}`: {bad}", node.span)) from None
    except TypeError:
        message = f"`{function.name}` does not take {len(arguments.positional)} arguments"
        raise Fault(session.error("argument", message, node.span)) from None


@dataclass(frozen=True)
class _Request:
    """One call of an operation: its operands and the parameters as they were written."""

    operation: type[Operation]
    operands: tuple[Given, ...]
    parameters: dict[str, Given] = field(default_factory=dict)

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        return tuple(g.value for g in self.operands if isinstance(g.value, Tensor))


def _apply_operation(
    session: Session, frame: Frame, callee: OperationValue, arguments: Written, node: tree.Node
) -> Value:
    request = _request(session, callee, arguments, node)
    least, most = callee.operation.arity
    if not request.operands and least and not arguments.positional:
        return OperationValue(callee.operation, request.parameters)
    count = len(request.operands)
    if count < least or (most is not None and count > most):
        wanted = f"{least}" if least == most else f"at least {least}" if most is None else f"{least} to {most}"
        message = f"`{callee.name}` takes {wanted} tensor{'s' * (wanted != '1')}, not {count}"
        hint = f"pass one on: `x -> {node.span.text}`" if not count else None
        raise Fault(session.error("argument", message, node.span, help=hint))
    operation = _construct(session, request, node)
    return add_operation(session, frame, operation, request.operands, node, request.parameters)


def _request(
    session: Session, callee: OperationValue, arguments: Written, node: tree.Node
) -> _Request:
    operation = callee.operation
    given = list(arguments.positional)
    operands: list[Given] = []
    while given and (tensors := _tensors(given[0])):
        operands += tensors
        given.pop(0)
    names = [f.name for f in dataclasses.fields(operation)]
    if len(given) > len(names):
        message = f"`{operation.name}` has {len(names)} parameters, not {len(given)}"
        raise Fault(session.error("argument", message, given[len(names)].span))
    parameters = {**callee.given, **dict(zip(names, given, strict=False))}
    for name, value in arguments.named.items():
        if name not in names:
            raise Fault(_unknown_parameter(session, operation.name, name, names, value))
        if name in names[: len(given)]:
            message = f"`{name}` is given twice"
            raise Fault(session.error("argument", message, value.span))
        parameters[name] = value
    return _Request(operation, tuple(operands), parameters)


def _unknown_parameter(
    session: Session, callee: str, name: str, names: list[str], given: Given
) -> Diagnostic:
    hint = did_you_mean(name, names)
    if hint is None:
        hint = f"it has {', '.join(f'`{n}`' for n in names)}" if names else "it has none"
    return session.error("argument", f"`{callee}` has no parameter `{name}`", given.span, help=hint)


def _tensors(given: Given) -> list[Given]:
    """The tensors of an argument: itself, or the entries of a tuple of nothing else."""
    if isinstance(given.value, Tensor):
        return [given]
    entries = given.value if isinstance(given.value, tuple) else ()
    if entries and all(isinstance(entry, Tensor) for entry in entries):
        return [Given(entry, given.span) for entry in entries]
    return []


def _construct(session: Session, request: _Request, node: tree.Node) -> Operation:
    operation = request.operation
    for f in dataclasses.fields(operation):
        given = request.parameters.get(f.name)
        if given is None and f.default is dataclasses.MISSING:
            message = f"`{operation.name}` needs `{f.name}`: {kind_of(f).expects}"
            raise Fault(session.error("argument", message, node.span))
        if given is not None and not kind_of(f).accepts(given.value):
            expected = f"`{f.name}` of `{operation.name}` is {kind_of(f).expects}"
            message = f"{expected}, not {describe(given.value)}"
            raise Fault(session.error("argument", message, given.span))
    return operation(**{name: given.value for name, given in request.parameters.items()})


def infix(
    session: Session, frame: Frame, node: tree.Binary, operands: tuple[Given, Given]
) -> Value:
    """`a + b` where at least one side is a tensor."""
    if node.operator not in arithmetic.INFIX:
        message = f"`{node.operator}` does not take tensors"
        hint = "compare their sizes, such as `x.channels`"
        raise Fault(session.error("value", message, node.span, help=hint))
    operation = _arithmetic(session, node.operator, operands)
    tensors = tuple(given for given in operands if isinstance(given.value, Tensor))
    return add_operation(session, frame, operation, tensors, node, {})


def _arithmetic(session: Session, operator: str, operands: tuple[Given, Given]) -> Operation:
    """The operation of an operator: of two tensors, or of a tensor and a constant."""
    kind = arithmetic.infix(operator)
    for position, given in enumerate(operands):
        if isinstance(given.value, Tensor):
            continue
        if not is_number(given.value):
            message = f"`{operator}` takes a tensor or a number here, not {describe(given.value)}"
            raise Fault(session.error("value", message, given.span))
        assert isinstance(given.value, int | Fraction)
        return kind(given.value, constant_first=position == 0)
    return kind()


def add_operation(
    session: Session,
    frame: Frame,
    operation: Operation,
    operands: tuple[Given, ...],
    node: tree.Node,
    parameters: dict[str, Given],
) -> Value:
    """Add an operation to the graph, its types inferred."""
    session.step(node.span)
    tensors = tuple(g.value for g in operands if isinstance(g.value, Tensor))
    try:
        results = checked(operation, tuple(tensor.type for tensor in tensors))
    except Mismatch as mismatch:
        raise Fault(_explain(session, mismatch, operands, parameters, node)) from None
    values = session.graph.add(
        operation,
        tuple(tensor.value for tensor in tensors),
        results,
        scope=frame.scope,
        site=frame.site(node.span),
        name=frame.name_of(node),
        span=node.span,
    )
    outputs = tuple(Tensor(v, t) for v, t in zip(values, results, strict=True))
    return outputs[0] if len(outputs) == 1 else outputs


def _explain(
    session: Session,
    mismatch: Mismatch,
    operands: tuple[Given, ...],
    parameters: dict[str, Given],
    node: tree.Node,
) -> Diagnostic:
    """The mismatch at the words at fault, with the shape and the origin of each operand."""
    span = node.span
    if mismatch.operand is not None and mismatch.operand < len(operands):
        span = operands[mismatch.operand].span
    if mismatch.parameter in parameters:
        span = parameters[mismatch.parameter].span
    origins = [session.origin(g.value) for g in operands if isinstance(g.value, Tensor)]
    also = tuple(label for label in origins if label.span != span)
    return session.error("shape", mismatch.message, span, also=also, help=mismatch.help)
