"""Arguments of calls, evaluated as they are written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace

from archdsl.build import expressions
from archdsl.build.session import Fault, Frame
from archdsl.build.values import BlockValue, Given, OperationValue, Value, Written
from archdsl.diagnostics import did_you_mean
from archdsl.params.kinds import kind_of
from archdsl.program.names import TYPE_WORDS, words_in
from archdsl.syntax import tree


def written(
    frame: Frame,
    arguments: Iterable[tree.Argument],
    piped: tuple[Given, ...] = (),
    callee: Value = None,
) -> Written:
    """The evaluated arguments of a call, what a chain passes on standing first.

    Where one of them is an unknown name, what the callee lists there is suggested.

    Raises:
        Fault: one of them has no value, or no place.
    """
    positional = list(piped)
    named: dict[str, Given] = {}
    failed = False
    for argument in arguments:
        try:
            _take(frame, argument, positional, named)
        except Fault as fault:
            frame.session.report(_suggesting(fault, callee, argument, len(positional)))
            failed = True
    if failed:
        raise Fault
    return Written(tuple(positional), named)


def _take(
    frame: Frame, argument: tree.Argument, positional: list[Given], named: dict[str, Given]
) -> None:
    """Put an argument where it belongs."""
    name = _name(frame, argument, after_named=bool(named))
    given = _given(frame, argument)
    if name is None:
        positional.append(given)
    elif name in named:
        raise frame.fault("argument", f"`{name}` is given twice", argument.span)
    else:
        named[name] = given


def _suggesting(fault: Fault, callee: Value, argument: tree.Argument, position: int) -> Fault:
    """A fault of a bare name that is no word, with those that may stand there for help."""
    told = fault.diagnostic
    if told is None or told.code != "name" or not isinstance(argument.value, tree.Name):
        return fault
    by_place = callee.parameters[position:] if isinstance(callee, BlockValue) else ()
    parameter = argument.name or next(iter(by_place), "")
    words = _words_for(callee, parameter)
    if not words:
        return fault
    listed = " or ".join(f"`{word}`" for word in words)
    near = did_you_mean(argument.value.name, words)
    return Fault(replace(told, help=near or f"`{parameter}` can be {listed}"))


def _given(frame: Frame, argument: tree.Argument) -> Given:
    value = expressions.evaluate(frame, argument.value)
    frame.session.take(value, argument.span)
    return Given(value, argument.span, argument.value, frame.now)


def _name(frame: Frame, argument: tree.Argument, *, after_named: bool) -> str | None:
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
        return next(map(words_in, kinds), ())
    return ()
