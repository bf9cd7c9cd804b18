"""Arguments of calls: evaluated as they are written, matched with parameters, traced to origins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from fractions import Fraction

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
    """The evaluated arguments of a call, what a chain passes on standing first.

    Where one of them is an unknown name, what the callee lists there is suggested.
    """
    positional = list(piped)
    named: dict[str, Given] = {}
    failed = False
    for argument in arguments:
        try:
            _add_argument(frame, argument, positional, named)
        except Fault as fault:
            frame.findings.report(_with_suggestion(fault, callee, argument, len(positional)))
            failed = True
    if failed:
        raise Fault
    return Arguments(tuple(positional), named)


def _add_argument(
    frame: Frame, argument: tree.Argument, positional: list[Given], named: dict[str, Given]
) -> None:
    """Put an argument where it belongs."""
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


def _with_suggestion(fault: Fault, callee: Value, argument: tree.Argument, position: int) -> Fault:
    """A fault of a bare name that is no word, with those that may stand there for help."""
    told = fault.diagnostic
    if told is None or told.code != "name" or not isinstance(argument.value, tree.Name):
        return fault
    by_place = callee.parameters[position:] if isinstance(callee, BlockValue) else ()
    parameter = argument.name or next(iter(by_place), "")
    words = _words_for(callee, parameter)
    if not words:
        return fault
    listed = alternatives(f"`{word}`" for word in words)
    near = did_you_mean(argument.value.name, words)
    return Fault(replace(told, help=near or f"`{parameter}` can be {listed}"))


def _argument_name(frame: Frame, argument: tree.Argument, *, after_named: bool) -> str | None:
    """After named arguments, a bare name stands for itself: `classes` is `classes = classes`."""
    if argument.name is not None or not after_named:
        return argument.name
    if isinstance(argument.value, tree.Name):
        return argument.value.name
    message = "after an argument with a name, every argument has one"
    raise frame.fault("argument", message, argument.span)


def _words_for(callee: Value, parameter: str) -> tuple[str, ...]:
    """The words that a parameter of what is called lists; none where it lists none."""
    if isinstance(callee, BlockValue):
        types = (p.types for p in callee.block.parameters if p.name == parameter)
        return tuple(word for word in next(types, ()) if word not in TYPE_WORDS)
    if isinstance(callee, OperationValue):
        kinds = (kind_of(f) for f in fields(callee.operation) if f.name == parameter)
        return next(map(words_of_kind, kinds), ())
    return ()


# Matched with parameters


def piped_arguments(values: Value | tuple[Value, ...], span: Span) -> tuple[Given, ...]:
    """What a chain passes on to the call at `span`; a tuple is several values."""
    return tuple(Given(v, span) for v in (values if isinstance(values, tuple) else (values,)))


def bind_arguments(
    frame: Frame, callee: Applicable, positional: Sequence[Given], named: Mapping[str, Given]
) -> dict[str, Given]:
    """The arguments under the names of parameters, with those that were given in advance."""
    names = callee.parameters
    if len(positional) > len(names):
        message = f"`{callee.name}` has {counted(len(names), 'parameter')}, not {len(positional)}"
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
    """The parameters that there are, for a suggestion."""
    return f"it has {', '.join(f'`{name}`' for name in names)}" if names else "it has none"


# Where a value that something refuses was written


def origin(given: Given) -> Given:
    """The argument that a value was first written as.

    One that is made of a single parameter of the block around it comes from where this one was
    given, and so on outwards.
    """
    outer = _outer(given)
    while outer is not None:
        given, outer = outer, _outer(outer)
    return given


def _outer(given: Given) -> Given | None:
    """The one parameter that an argument is made of, tensors aside."""
    names = names_in(given.written) if given.written else set()
    passed = (given.enclosing_argument(name) for name in names)
    read = [argument for argument in passed if argument and not holds_tensor(argument.value)]
    return read[0] if len(read) == 1 else None


def round_hint(given: Given) -> str | None:
    """What to do where an integer is wanted and a fraction stands, in the words where it begins."""
    first = origin(given)
    given = first if first.value == given.value else given
    if not isinstance(given.value, Fraction):
        return None
    written = given.written
    text = written.span.text if written else given.span.text
    text = written.text if isinstance(written, tree.Number) else text
    return f"round it: `ceil({text})` or `int({text})`"


def refusal_labels(given: Given, what: str) -> tuple[Label, ...]:
    """The place that refuses a value, where it was written elsewhere."""
    if origin(given) is given:
        return ()
    return (Label(given.span, f"{what} is {show(given.value)} here"),)


def refusal(
    frame: Frame, code: str, message: str, given: Given, what: str, *, help: str | None
) -> Fault:
    """A fault in an argument, at its origin; `what` it is called where it is refused."""
    also = refusal_labels(given, what)
    return frame.fault(code, message, origin(given).span, also=also, help=help)
