"""Arguments of calls: evaluated, and bound to parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace

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
)
from archdsl.diagnostics import alternatives, counted, did_you_mean
from archdsl.params.kinds import kind_of
from archdsl.program.cells.blocks import Offered
from archdsl.program.names import TYPE_WORDS, words_of_kind
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
        if isinstance(argument, Offered) and not _takes(callee, argument):
            continue
        try:
            _check_name(frame, callee, argument)
            _add_argument(frame, argument, positional, named)
        except Fault as fault:
            frame.findings.report(_with_suggestion(fault, callee, argument, positional))
            failed = True
    if failed:
        raise Fault
    return Arguments(tuple(positional), named)


def _check_name(frame: Frame, callee: Value, argument: tree.Argument) -> None:
    """Check that a callee has the parameter that an argument names, whatever its value."""
    if argument.name is None or not isinstance(callee, BlockValue | OperationValue):
        return
    if argument.name not in callee.parameters:
        raise _unknown_parameter(frame, callee, argument.name, argument.span)


def _takes(callee: Value, argument: tree.Argument) -> bool:
    """Whether a callee has the parameter that an argument is for."""
    return isinstance(callee, BlockValue) and argument.name in callee.parameters


def _add_argument(
    frame: Frame, argument: tree.Argument, positional: list[Given], named: dict[str, Given]
) -> None:
    """Evaluate an argument, and add it to the positional or the named ones."""
    name = _argument_name(frame, argument, after_named=bool(named))
    value = frame.evaluate(argument.value)
    frame.charge(value, argument.span)
    place = frame.options.place(argument.value, argument.span)
    given = Given(value, place, frame.taken(argument.value), frame.snapshot)
    if name is None:
        positional.append(given)
    elif name in named:
        raise frame.fault("argument", f"`{name}` is given twice", argument.span)
    else:
        named[name] = given


def _with_suggestion(
    fault: Fault, callee: Value, argument: tree.Argument, positional: Sequence[Given]
) -> Fault:
    """The fault of an undefined bare name, with what its parameter takes as help."""
    diagnostic, node = fault.diagnostic, argument.value
    if diagnostic is None or diagnostic.code != "name" or not isinstance(node, tree.Name):
        return fault
    parameter = argument.name or _parameter_at(callee, positional)
    help = _argument_help(callee, parameter, node.name, is_named=argument.name is not None)
    return Fault(replace(diagnostic, help=help)) if help else fault


def _parameter_at(callee: Value, positional: Sequence[Given]) -> str:
    """The parameter that the next argument without a name is for; "" where there is none."""
    if not isinstance(callee, BlockValue | OperationValue):
        return ""
    # The tensors of an operation are no parameters.
    is_block = isinstance(callee, BlockValue)
    taken = [given for given in positional if is_block or not holds_tensor(given.value)]
    return next(iter(callee.parameters[len(taken) :]), "")


def _argument_help(callee: Value, parameter: str, name: str, *, is_named: bool) -> str | None:
    """The help for a name that nothing defines, given for a parameter.

    `conv(8, 3, bias)` names a parameter where its value is wanted.
    """
    from archdsl.foreign.names import hint  # tables that only a mistake needs
    from archdsl.foreign.words import value_hint

    words = _words_for(callee, parameter)
    if near := value_hint(name, words) or did_you_mean(name, words):
        return near
    names = callee.parameters if isinstance(callee, BlockValue | OperationValue) else ()
    if name in names and not is_named:
        return f"to set `{name}`, write `{name} = ...`"
    if not words or hint(name):
        return None
    return f"`{parameter}` can be {alternatives(f'`{word}`' for word in words)}"


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
            yield _unknown_parameter(frame, callee, name, given.span)


def _unknown_parameter(frame: Frame, callee: Applicable, name: str, span: Span) -> Fault:
    message = f"`{callee.name}` has no parameter `{name}`"
    hint = parameter_hint(name, callee.parameters)
    return frame.fault("argument", message, span, help=hint)


def tensor_hint(frame: Frame, callee: Applicable, node: tree.Node) -> str:
    """The help for a call without a tensor: pass one, or make a block for later."""
    hint = f"pass a tensor: `{running_name(frame)} -> {node.span.text}`"
    # The first parameter of a block is its tensor.
    names = iter(callee.parameters[1 if isinstance(callee, BlockValue) else 0 :])
    given = node.arguments if isinstance(node, tree.Call) else ()
    named = [a.span.text if a.name else f"{next(names, '')} = {a.span.text}" for a in given]
    if not any(a.name is None for a in given):
        return hint
    later = f"{callee.name}({', '.join(named)})"
    return f"{hint}; a block for later has names in its call, `{later}`"


def parameter_hint(name: str, names: Sequence[str]) -> str:
    """The help for an unknown parameter or option: the one that is meant, or all that there are."""
    from archdsl.foreign.words import argument_hint  # tables that only a mistake needs

    return argument_hint(name, names) or did_you_mean(name, names) or names_hint(names)


def names_hint(names: Sequence[str]) -> str:
    """The parameters or options that there are."""
    return f"it has {', '.join(f'`{name}`' for name in names)}" if names else "it has none"


def running_name(frame: Frame) -> str:
    """A name for the running value, with which a suggested chain can begin."""
    names = (name for name, value in frame.names.items() if (value,) == frame.running)
    return next(names, "in" if frame.running else "x")
