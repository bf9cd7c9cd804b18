"""Values matched with the parameters that they are for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from archdsl.build.session import Fault, Frame
from archdsl.build.values import Applicable, Given, Value
from archdsl.diagnostics import counted, did_you_mean
from archdsl.source import Span


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
