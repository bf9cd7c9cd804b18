"""Applications of operations: operands and parameters checked, then a node in the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from fractions import Fraction
from functools import cache

from archdsl.build.arguments import bind_arguments, origin, refusal, refusal_labels, round_hint
from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.values import (
    Arguments,
    BlockValue,
    Given,
    OperationValue,
    Tensor,
    Value,
    describe,
    describe_count,
    show,
)
from archdsl.diagnostics import Diagnostic, Label
from archdsl.ops import OPERATIONS
from archdsl.ops.arithmetic import INFIX, infix
from archdsl.ops.base import Mismatch, Operation, infer_types
from archdsl.params.kinds import Kind, kind_of
from archdsl.params.numbers import is_number
from archdsl.source import Span
from archdsl.syntax import tree


@cache
def _kinds(operation: str) -> Mapping[str, Kind]:
    """The kinds of an operation's parameters."""
    return {field.name: kind_of(field) for field in fields(OPERATIONS[operation])}


@cache
def _required(operation: str) -> tuple[str, ...]:
    """The parameters that an operation cannot do without."""
    return tuple(f.name for f in fields(OPERATIONS[operation]) if f.default is MISSING)


def apply_operation(
    frame: Frame, callee: OperationValue, arguments: Arguments, node: tree.Node
) -> Value:
    """What an operation makes of tensors; without any, the operation with parameters given."""
    operands, rest = _operands(arguments.positional)
    if rest and not operands:
        _check_first(frame, callee, rest[0])
    given = bind_arguments(frame, callee, rest, arguments.named)
    values = _parameter_values(frame, callee.operation, given)
    if not operands and not rest and callee.operation.arity[0]:
        return OperationValue(callee.operation, given)
    _check_count(frame, callee.operation, operands, node)
    for name in _required(callee.name):
        if name not in values:
            message = f"`{callee.name}` needs `{name}`: {_kinds(callee.name)[name].expects}"
            raise frame.fault("argument", message, node.span)
    return frame.add(callee.operation(**values), operands, given, node)


def _check_first(frame: Frame, callee: OperationValue, first: Given) -> None:
    """A block where a tensor should be began the chain, or was to be given one."""
    if callee.operation.arity[0] and isinstance(first.value, BlockValue | OperationValue):
        message = f"`{callee.name}` takes a tensor here, not {describe(first.value)}"
        chain = f"{frame.running_name} -> {first.value.name} -> {callee.name}"
        hint = f"pass a tensor through it: `{chain}`"
        raise frame.fault("argument", message, first.span, help=hint)


def _operands(positional: tuple[Given, ...]) -> tuple[list[Given], tuple[Given, ...]]:
    """The tensors that lead the arguments, with those in tuples of nothing else; and the rest."""
    operands: list[Given] = []
    for place, given in enumerate(positional):
        tensors = given.value if isinstance(given.value, tuple) else (given.value,)
        if not tensors or not all(isinstance(tensor, Tensor) for tensor in tensors):
            return operands, positional[place:]
        operands += [Given(tensor, given.span) for tensor in tensors]
    return operands, ()


def _parameter_values(
    frame: Frame, operation: type[Operation], given: Mapping[str, Given]
) -> dict[str, object]:
    """The parameters' values; a bare name that the parameter lists is taken as that word."""
    kinds, faults = _kinds(operation.name), frame.findings.faults
    values: dict[str, object] = {}
    for name, argument in given.items():
        kind, word = kinds[name], argument.as_word
        value = word if word is not argument.value and kind.accepts(word) else argument.value
        if not kind.accepts(value):
            what = f"`{name}` of `{operation.name}`"
            message = f"{what} is {kind.expects}, not {describe(argument.value)}"
            hint = round_hint(argument)
            fault = refusal(frame, "argument", message, argument, what, help=hint)
            frame.findings.report(fault)
        values[name] = value
    if frame.findings.faults > faults:
        raise Fault
    return values


def _check_count(
    frame: Frame, operation: type[Operation], operands: list[Given], node: tree.Node
) -> None:
    (least, most), count = operation.arity, len(operands)
    if least <= count and (most is None or count <= most):
        return
    message = f"`{operation.name}` takes {describe_count(least, most, 'tensor')}, not {count}"
    if count:
        extra = operands[most].span if most is not None and count > most else node.span
        raise frame.fault("argument", message, extra)
    hint = f"pass one on: `{frame.running_name} -> {node.span.text}`"
    hint += "; named parameters alone make a block for later"
    raise frame.fault("argument", message, node.span, help=hint)


def apply_infix(frame: Frame, node: tree.Binary, left: Given, right: Given) -> Value:
    """`a + b` where at least one side is a tensor."""
    if node.operator not in INFIX:
        message = f"`{node.operator}` does not take tensors"
        raise frame.fault("value", message, node.span, help=f"`{'`, `'.join(INFIX)}` do")
    first, second = (_constant(frame, node.operator, given) for given in (left, right))
    constant = second if first is None else first
    operation = infix(node.operator)(constant, constant_first=first is not None)
    operands = [given for given in (left, right) if isinstance(given.value, Tensor)]
    written = {"constant": left if second is None else right} if constant is not None else {}
    return frame.add(operation, operands, written, node)


def _constant(frame: Frame, operator: str, given: Given) -> int | Fraction | None:
    """The constant on one side of an operator, None for a tensor."""
    value = given.value
    if isinstance(value, Tensor):
        return None
    if is_number(value):
        return value
    message = f"`{operator}` takes a tensor or a number here, not {describe(value)}"
    raise frame.fault("value", message, given.span)


def add(
    frame: Frame,
    operation: Operation,
    operands: list[Given],
    parameters: Mapping[str, Given],
    node: tree.Node,
) -> Value:
    """Add an operation to the graph, its types inferred."""
    frame.check_room(node.span)
    tensors = [given.value for given in operands if isinstance(given.value, Tensor)]
    try:
        results = infer_types(operation, tuple([tensor.type for tensor in tensors]))
    except Mismatch as mismatch:
        named = _parameter_at_fault(operation, mismatch, parameters)
        raise Fault(_explain(frame, mismatch, operands, named, node)) from None
    values = frame.graph.add(
        operation,
        tuple([tensor.value for tensor in tensors]),
        results,
        scope=frame.scope,
        site=frame.site(node.span),
        names=frame.names_of(node),
        span=node.span,
        written=parameters,
        guards=frame.guards,
    )
    if len(values) == 1:
        return Tensor(values[0], results[0])
    return tuple(map(Tensor, values, results))


def _parameter_at_fault(
    operation: Operation, mismatch: Mismatch, parameters: Mapping[str, Given]
) -> Given | None:
    """The parameter that a mismatch names, where it was given.

    A word has no origin further out, nor has the length of a tuple that is put together here.
    """
    given = parameters.get(mismatch.parameter or "")
    if given is None:
        return None
    is_word = getattr(operation, mismatch.parameter or "") != given.value
    is_made = isinstance(given.value, tuple) and origin(given).value != given.value
    return Given(given.value, given.span) if is_word or is_made else given


def _explain(
    frame: Frame, mismatch: Mismatch, operands: list[Given], named: Given | None, node: tree.Node
) -> Diagnostic:
    """The mismatch at the words at fault, with the shape and the origin of each operand."""
    span = node.span
    if mismatch.operand is not None and mismatch.operand < len(operands):
        span = operands[mismatch.operand].span
    if named is not None:
        span = origin(named).span
    tensors = [(g.span, g.value) for g in operands if isinstance(g.value, Tensor)]
    shapes = [Label(place, show(value)) for place, value in tensors if place != node.span]
    came = [frame.origin(value) for _, value in tensors]
    told: dict[Span, Label] = {}
    at_origin = refusal_labels(named, f"`{mismatch.parameter}`") if named is not None else ()
    for label in (*at_origin, *shapes, *came, *list(frame.context.reshaped.values())[-2:]):
        told.setdefault(label.span, label)
    at_fault = told.pop(span, Label(span))
    also = tuple(label for label in told.values() if label.text)
    return frame.error(
        "shape", mismatch.message, span, at_fault.text, also=also, help=mismatch.help
    )
