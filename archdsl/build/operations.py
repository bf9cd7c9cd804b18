"""Applications of operations: operands and parameters are checked, then a node enters the graph.

No rule here knows a particular operation. Kinds, defaults and arity come from the class of the
operation, and so does the reason for which it refuses an operand (`Mismatch`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from fractions import Fraction
from functools import cache

from archdsl.build.arguments import bind_arguments, running_name, tensor_hint
from archdsl.build.context import Frame
from archdsl.build.origins import origin, refusal_labels, round_hint
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
from archdsl.ops import INFIX, OPERATIONS
from archdsl.ops.base import Mismatch, Operation, infer_types
from archdsl.params.kinds import Kind, kind_of
from archdsl.params.numbers import is_integer, is_number
from archdsl.program.names import words_of_kind
from archdsl.source import Span
from archdsl.syntax import tree


@cache
def _kinds(operation: str) -> Mapping[str, Kind]:
    """The kinds of an operation's parameters."""
    return {field.name: kind_of(field) for field in fields(OPERATIONS[operation])}


@cache
def _required(operation: str) -> tuple[str, ...]:
    """The parameters of an operation that have no default."""
    return tuple(f.name for f in fields(OPERATIONS[operation]) if f.default is MISSING)


def apply_operation(
    frame: Frame, callee: OperationValue, arguments: Arguments, node: tree.Node
) -> Value:
    """The results of an operation; without tensors, the operation with these arguments bound."""
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
    if callee.operation.passes_one and len(operands) == 1:
        return operands[0].value
    return frame.add(callee.operation(**values), operands, given, node)


def _check_first(frame: Frame, callee: OperationValue, first: Given) -> None:
    """Check that a call without tensors is not given a block in the place of one."""
    if callee.operation.arity[0] and isinstance(first.value, BlockValue | OperationValue):
        message = f"`{callee.name}` takes a tensor, but this is {describe(first.value)}"
        chain = f"{running_name(frame)} -> {first.value.name} -> {callee.name}"
        hint = f"pass a tensor through it: `{chain}`"
        name = next(iter(callee.parameters), "")
        if name and _kinds(callee.name)[name].accepts(first.as_word):
            hint = f"write `{callee.name}({name} = {first.as_word})`"
        raise frame.fault("argument", message, first.span, help=hint)


def _operands(positional: tuple[Given, ...]) -> tuple[list[Given], tuple[Given, ...]]:
    """The leading arguments that are tensors or tuples of tensors, and the other arguments."""
    operands: list[Given] = []
    for index, given in enumerate(positional):
        tensors = given.value if isinstance(given.value, tuple) else (given.value,)
        if not tensors or not all(isinstance(tensor, Tensor) for tensor in tensors):
            return operands, positional[index:]
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
        # `mean(frames)` means the axis, though a parameter `frames` may be a number here.
        value = word if word is not argument.value and kind.accepts(word) else argument.value
        if not kind.accepts(value):
            what = f"`{name}` of `{operation.name}`"
            message = f"{what} must be {kind.expects}, but this is {describe(argument.value)}"
            hint = round_hint(argument, kind.accepts) or _foreign_hint(operation, kind, argument)
            fault = frame.refuse("argument", message, argument, what, help=hint)
            frame.findings.report(fault)
        values[name] = value
    if frame.findings.faults > faults:
        raise Fault
    return values


def _foreign_hint(operation: type[Operation], kind: Kind, argument: Given) -> str | None:
    """The help where an argument is given as torch takes it: `linear(64, 128)`."""
    from archdsl.foreign import names, words  # tables that only a mistake needs

    if isinstance(argument.value, Tensor):
        return f"tensors come first: `{operation.name}({argument.span.text}, ...)`"
    if isinstance(argument.as_word, str):
        return words.value_hint(argument.as_word, words_of_kind(kind))
    is_size = is_integer(argument.value) and argument.value > 1
    return names.entering_hint(operation.name) if is_size else None


def _check_count(
    frame: Frame, operation: type[Operation], operands: list[Given], node: tree.Node
) -> None:
    (least, most), count = operation.arity, len(operands)
    if least <= count and (most is None or count <= most):
        return
    takes = f"`{operation.name}` takes {describe_count(least, most, 'tensor')}"
    if count:
        message = f"{takes}, but this call has {count}"
        if most is None or count < most:
            raise frame.fault("argument", message, node.span)
        hint = f"`{operands[most].span.text}` is a tensor here, {show(operands[most].value)}"
        raise frame.fault("argument", message, operands[most].span, help=hint)
    hint = tensor_hint(frame, OperationValue(operation), node)
    raise frame.fault("argument", f"{takes}, but this call has none", node.span, help=hint)


def apply_infix(frame: Frame, node: tree.Binary, left: Given, right: Given) -> Value:
    """`a + b` where at least one side is a tensor."""
    first, second = (_constant(frame, node.operator, given) for given in (left, right))
    constant = second if first is None else first
    operation = INFIX[node.operator](constant, constant_first=first is not None)
    operands = [given for given in (left, right) if isinstance(given.value, Tensor)]
    written = {"constant": left if second is None else right} if constant is not None else {}
    return frame.add(operation, operands, written, node)


def _constant(frame: Frame, operator: str, given: Given) -> int | Fraction | None:
    """The constant on one side of an operator; None for a tensor."""
    value = given.value
    if isinstance(value, Tensor):
        return None
    if is_number(value):
        return value
    message = f"`{operator}` takes a tensor or a number here, but this is {describe(value)}"
    hint = None
    if isinstance(value, BlockValue | OperationValue):
        hint = f"pass a tensor through it: `({running_name(frame)} -> {value.name})`"
    raise frame.refuse("value", message, given, f"`{given.span.text}`", help=hint)


def add(
    frame: Frame,
    operation: Operation,
    operands: list[Given],
    parameters: Mapping[str, Given],
    node: tree.Node,
) -> Value:
    """Infer the types of an operation's results, and add it to the graph."""
    frame.check_room(node.span)
    tensors = [given.value for given in operands if isinstance(given.value, Tensor)]
    try:
        results = infer_types(operation, tuple([tensor.type for tensor in tensors]))
    except Mismatch as mismatch:
        named = _parameter_at_fault(operation, mismatch, parameters)
        raise Fault(_explain(frame, mismatch, operands, named, node)) from None
    if operation.needs_constant:
        _check_constants(frame, operation, operands)
    values = frame.graph.add(
        operation,
        tuple([tensor.value for tensor in tensors]),
        results,
        scope=frame.scope,
        site=frame.site(node.span),
        names=frame.names_of(node),
        targets=frame.targets_of(node),
        span=node.span,
        written=parameters,
        guard=frame.guard,
        joins=tuple([tensor.join for tensor in tensors]) if frame.graph.joins else (),
    )
    if len(values) == 1:
        return Tensor(values[0], results[0])
    return tuple(map(Tensor, values, results))


def _check_constants(frame: Frame, operation: Operation, operands: list[Given]) -> None:
    for given in operands:
        assert isinstance(given.value, Tensor)
        if not frame.graph.is_constant(given.value.value):
            takes = f"`{operation.name}` takes a constant"
            message = f"{takes}, but this depends on an input or on parameters"
            raise frame.fault("argument", message, given.span)


def _parameter_at_fault(
    operation: Operation, mismatch: Mismatch, parameters: Mapping[str, Given]
) -> Given | None:
    """The argument of the parameter that a mismatch names, if there is one.

    It is cut off from its origin where that would mislead: a word was a bare name here, and the
    length of a tuple was decided where the tuple was written.
    """
    given = parameters.get(mismatch.parameter or "")
    if given is None:
        return None
    is_word = getattr(operation, mismatch.parameter or "") != given.value
    is_new_tuple = isinstance(given.value, tuple) and origin(given).value != given.value
    return Given(given.value, given.span) if is_word or is_new_tuple else given


def _explain(
    frame: Frame, mismatch: Mismatch, operands: list[Given], named: Given | None, node: tree.Node
) -> Diagnostic:
    """The diagnostic of a mismatch, with labels for the shape and the origin of each operand."""
    span = node.span
    if mismatch.operand is not None and mismatch.operand < len(operands):
        span = operands[mismatch.operand].span
    if named is not None:
        span = origin(named).span
    tensors = [(g.span, g.value) for g in operands if isinstance(g.value, Tensor)]
    shapes = [Label(place, show(value)) for place, value in tensors if place != node.span]
    origins = [frame.origin(value) for _, value in tensors]
    refusals = refusal_labels(named, f"`{mismatch.parameter}`") if named is not None else ()
    insertions = list(frame.context.reshaped.values())[-2:]
    labels: dict[Span, Label] = {}
    for label in (*refusals, *shapes, *origins, *insertions):
        labels.setdefault(label.span, label)  # one label for a span: the nearest cause
    at_fault = labels.pop(span, Label(span))
    also = tuple(label for label in labels.values() if label.text)
    return frame.error(
        "shape", mismatch.message, span, at_fault.text, also=also, help=mismatch.help
    )
