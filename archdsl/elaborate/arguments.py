"""Arguments of calls: evaluated as they are written, then matched with parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from archdsl.diagnostics import counted, did_you_mean
from archdsl.elaborate import expressions
from archdsl.elaborate.session import Fault, Frame
from archdsl.elaborate.values import Applicable, Given, Value, Written
from archdsl.source import Span
from archdsl.syntax import tree


def written(
    frame: Frame, arguments: Iterable[tree.Argument], piped: tuple[Given, ...] = ()
) -> Written:
    """The evaluated arguments of a call, what a chain passes on standing first.

    Raises:
        Fault: one of them has no value, or no place.
    """
    positional = list(piped)
    named: dict[str, Given] = {}
    failed = False
    for argument in arguments:
        try:
            name = _name(frame, argument, after_named=bool(named))
            given = _given(frame, argument)
            if name is None:
                positional.append(given)
            elif name in named:
                raise frame.fault("argument", f"`{name}` is given twice", argument.span)
            else:
                named[name] = given
        except Fault as fault:
            frame.session.report(fault)
            failed = True
    if failed:
        raise Fault
    return Written(tuple(positional), named)


def _given(frame: Frame, argument: tree.Argument) -> Given:
    value = expressions.evaluate(frame, argument.value)
    frame.session.take(value, argument.span)
    return Given(value, argument.span, argument.value)


def _name(frame: Frame, argument: tree.Argument, *, after_named: bool) -> str | None:
    """After named arguments, a bare name stands for itself: `classes` is `classes = classes`."""
    if argument.name is not None or not after_named:
        return argument.name
    if isinstance(argument.value, tree.Name):
        return argument.value.name
    message = "after an argument with a name, every argument has one"
    raise frame.fault("argument", message, argument.span)


def piped(values: Value | tuple[Value, ...], span: Span) -> tuple[Given, ...]:
    """What a chain passes on to the call at `span`; a tuple is several values."""
    return tuple(Given(v, span) for v in (values if isinstance(values, tuple) else (values,)))


def bind(
    frame: Frame, callee: Applicable, positional: Sequence[Given], named: Mapping[str, Given]
) -> dict[str, Given]:
    """The arguments under the names of parameters, with those that were given in advance.

    Raises:
        Fault: there is no such parameter, or it is given twice.
    """
    names = callee.parameters
    if len(positional) > len(names):
        message = f"`{callee.name}` has {counted(len(names), 'parameter')}, not {len(positional)}"
        raise frame.fault("argument", message, positional[len(names)].span, help=listed(names))
    bound = dict(zip(names, positional, strict=False))
    faults = list(_misplaced(frame, callee, bound, named))
    for fault in faults:
        frame.session.report(fault)
    if faults:
        raise Fault
    return {**callee.given, **bound, **named}


def _misplaced(
    frame: Frame, callee: Applicable, bound: Mapping[str, Given], named: Mapping[str, Given]
) -> Iterable[Fault]:
    names = callee.parameters
    for name, given in named.items():
        if name in bound:
            yield frame.fault("argument", f"`{name}` is given twice", given.span)
        elif name not in names:
            message = f"`{callee.name}` has no parameter `{name}`"
            hint = did_you_mean(name, names) or listed(names)
            yield frame.fault("argument", message, given.span, help=hint)


def listed(names: Sequence[str]) -> str:
    """The parameters that there are, for a suggestion."""
    return f"it has {', '.join(f'`{name}`' for name in names)}" if names else "it has none"
