"""Arguments of calls, evaluated as they are written."""

from __future__ import annotations

from collections.abc import Iterable

from archdsl.elaborate import expressions
from archdsl.elaborate.session import Fault, Frame
from archdsl.elaborate.values import Given, Written
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
    return Given(value, argument.span, argument.value, frame.given)


def _name(frame: Frame, argument: tree.Argument, *, after_named: bool) -> str | None:
    """After named arguments, a bare name stands for itself: `classes` is `classes = classes`."""
    if argument.name is not None or not after_named:
        return argument.name
    if isinstance(argument.value, tree.Name):
        return argument.value.name
    message = "after an argument with a name, every argument has one"
    raise frame.fault("argument", message, argument.span)
