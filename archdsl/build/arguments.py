"""Arguments of calls: evaluated, bound to parameters, and traced to where they were first written.

A value is often refused far from its origin: `widen(1.5)` makes a width that a convolution three
blocks further in cannot take. The diagnostic points at the origin and shows the way from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from fractions import Fraction
from math import ceil

from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.values import (
    Applicable,
    Arguments,
    BlockValue,
    Given,
    OperationValue,
    Value,
    holds_tensor,
    show,
)
from archdsl.diagnostics import Label, alternatives, counted, did_you_mean
from archdsl.params.kinds import kind_of
from archdsl.program.names import TYPE_WORDS, words_of_kind
from archdsl.program.program import names_in
from archdsl.source import Span
from archdsl.syntax import tree


def evaluate_arguments(
    frame: Frame,
    arguments: Iterable[tree.Argument],
    piped: tuple[Given, ...] = (),
    callee: Value = None,
) -> Arguments:
    """The evaluated arguments of a call, after those that a chain pipes in.

    An unknown name is reported with the words that the callee's parameter takes. Every argument
    is evaluated, so a call with two mistakes reports both.
    """
    positional = list(piped)
    named: dict[str, Given] = {}
    failed = False
    for argument in arguments:
        try:
            _add_argument(frame, argument, positional, named)
        except Fault as fault:
            frame.findings.report(_with_suggestion(fault, callee, argument, positional))
            failed = True
    if failed:
        raise Fault
    return Arguments(tuple(positional), named)


def _add_argument(
    frame: Frame, argument: tree.Argument, positional: list[Given], named: dict[str, Given]
) -> None:
    """Evaluate an argument, and add it to the positional or the named ones."""
    name = _argument_name(frame, argument, after_named=bool(named))
    value = frame.evaluate(argument.value)
    frame.charge(value, argument.span)
    given = Given(value, argument.span, argument.value, frame.snapshot)
    if name is None:
        positional.append(given)
    elif name in named:
        raise frame.fault("argument", f"`{name}` is given twice", argument.span)
    else:
        named[name] = given


def _with_suggestion(
    fault: Fault, callee: Value, argument: tree.Argument, before: Sequence[Given]
) -> Fault:
    """The fault of an undefined bare name, with the words that its parameter takes as help."""
    diagnostic = fault.diagnostic
    if diagnostic is None or diagnostic.code != "name" or not isinstance(argument.value, tree.Name):
        return fault
    # The operands of an operation are none of its parameters.
    is_operation = isinstance(callee, OperationValue)
    place = sum(not (is_operation and holds_tensor(given.value)) for given in before)
    by_position = (
        callee.parameters[place:] if isinstance(callee, BlockValue | OperationValue) else ()
    )
    parameter = argument.name or next(iter(by_position), "")
    words = _words_for(callee, parameter)
    if not words:
        return fault
    listed = alternatives(f"`{word}`" for word in words)
    near = did_you_mean(argument.value.name, words)
    return Fault(replace(diagnostic, help=near or f"`{parameter}` can be {listed}"))


def _argument_name(frame: Frame, argument: tree.Argument, *, after_named: bool) -> str | None:
    """The name of an argument, None for a positional one.

    After named arguments, a bare name names itself: `classes` is `classes = classes`.
    """
    if argument.name is not None or not after_named:
        return argument.name
    if isinstance(argument.value, tree.Name):
        return argument.value.name
    message = "an argument after a named one must have a name"
    hint = f"write `NAME = {argument.span.text}`"
    raise frame.fault("argument", message, argument.span, help=hint)


def _words_for(callee: Value, parameter: str) -> tuple[str, ...]:
    """The words that a parameter of the callee lists among its types or choices."""
    if isinstance(callee, BlockValue):
        types = (p.types for p in callee.block.parameters if p.name == parameter)
        return tuple(word for word in next(types, ()) if word not in TYPE_WORDS)
    if isinstance(callee, OperationValue):
        kinds = (kind_of(f) for f in fields(callee.operation) if f.name == parameter)
        return next(map(words_of_kind, kinds), ())
    return ()


# Binding


def piped_arguments(values: Value | tuple[Value, ...], span: Span) -> tuple[Given, ...]:
    """The arguments that a chain pipes into the call at `span`; a tuple is several values."""
    return tuple(Given(v, span) for v in (values if isinstance(values, tuple) else (values,)))


def bind_arguments(
    frame: Frame, callee: Applicable, positional: Sequence[Given], named: Mapping[str, Given]
) -> dict[str, Given]:
    """The arguments under the names of parameters, with those that were bound before."""
    names = callee.parameters
    if len(positional) > len(names):
        has = f"`{callee.name}` has {counted(len(names), 'parameter')}"
        message = f"{has}, but here are {len(positional)} arguments"
        raise frame.fault("argument", message, positional[len(names)].span, help=names_hint(names))
    bound = dict(zip(names, positional, strict=False))
    faults = list(_misplaced_arguments(frame, callee, bound, named))
    for fault in faults:
        frame.findings.report(fault)
    if faults:
        raise Fault
    return {**callee.given, **bound, **named}


def _misplaced_arguments(
    frame: Frame, callee: Applicable, bound: Mapping[str, Given], named: Mapping[str, Given]
) -> Iterable[Fault]:
    names = callee.parameters
    for name, given in named.items():
        if name in bound:
            yield frame.fault("argument", f"`{name}` is given twice", given.span)
        elif name not in names:
            message = f"`{callee.name}` has no parameter `{name}`"
            hint = did_you_mean(name, names) or names_hint(names)
            yield frame.fault("argument", message, given.span, help=hint)


def names_hint(names: Sequence[str]) -> str:
    """The help for an unknown parameter or option: those that there are."""
    return f"it has {', '.join(f'`{name}`' for name in names)}" if names else "it has none"


# Where a refused value was written


def origin(given: Given) -> Given:
    """The argument in which a value was first written.

    An argument that reads a single parameter of its body originates in the argument that the
    body was given for it, and so on outwards.
    """
    outer = _outer(given)
    while outer is not None:
        given, outer = outer, _outer(outer)
    return given


def _outer(given: Given) -> Given | None:
    """The argument that the enclosing body has for the only parameter read, tensors aside."""
    names = names_in(given.written) if given.written else set()
    passed = (given.enclosing_argument(name) for name in names)
    read = [argument for argument in passed if argument and not holds_tensor(argument.value)]
    return read[0] if len(read) == 1 else None


def round_hint(given: Given, accepts: Callable[[int], bool]) -> str | None:
    """The help where a fraction was given for an integer, in terms of what was first written.

    Only roundings to what is accepted are offered: of a `stride = 0.5`, `int` would make 0.
    """
    first = origin(given)
    given = first if first.value == given.value else given
    if not isinstance(given.value, Fraction):
        return None
    written = given.written
    text = written.span.text if written else given.span.text
    text = written.text if isinstance(written, tree.Number) else text
    down = _floor_division(written) or f"int({text})"
    roundings = {f"ceil({text})": ceil(given.value), down: int(given.value)}
    choices = [f"`{rounding}`" for rounding, value in roundings.items() if accepts(value)]
    return f"round it: {alternatives(choices)}" if choices else None


def _floor_division(written: tree.Expression | None) -> str | None:
    """A quotient with `//` for its `/`; None for any other expression."""
    if not isinstance(written, tree.Binary) or written.operator != "/":
        return None
    text, left, right = written.span.source.text, written.left.span, written.right.span
    operator = text[left.end : right.start].replace("/", "//")
    return f"{text[written.span.start : left.end]}{operator}{text[right.start : written.span.end]}"


def refusal_labels(given: Given, what: str) -> tuple[Label, ...]:
    """A label at the place that refuses a value, if the value was written elsewhere."""
    if origin(given) is given:
        return ()
    return (Label(given.span, f"{what} is {show(given.value)} here"),)


def refusal(
    frame: Frame, code: str, message: str, given: Given, what: str, *, help: str | None
) -> Fault:
    """A fault at the origin of an argument; `what` names the parameter that refuses it."""
    also = refusal_labels(given, what)
    return frame.fault(code, message, origin(given).span, also=also, help=help)
