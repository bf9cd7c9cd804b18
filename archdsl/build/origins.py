"""Where a value that something refuses was written: outwards through what only hands it on."""

from __future__ import annotations

from archdsl.build import values
from archdsl.build.session import Fault, Frame
from archdsl.build.values import Given, holds_tensor, show
from archdsl.diagnostics import Label
from archdsl.program.mentions import names_in


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
    passed = (given.passed(name) for name in names)
    read = [argument for argument in passed if argument and not holds_tensor(argument.value)]
    return read[0] if len(read) == 1 else None


def round_hint(given: Given) -> str | None:
    """What to do where an integer is wanted and a fraction stands, in the words where it begins."""
    first = origin(given)
    return values.round_hint(first if first.value == given.value else given)


def refused(given: Given, what: str) -> tuple[Label, ...]:
    """The place that refuses a value, where it was written elsewhere."""
    if origin(given) is given:
        return ()
    return (Label(given.span, f"{what} is {show(given.value)} here"),)


def refusal(
    frame: Frame, code: str, message: str, given: Given, what: str, *, help: str | None
) -> Fault:
    """A fault in an argument, at its origin; `what` it is called where it is refused."""
    also = refused(given, what)
    return frame.fault(code, message, origin(given).span, also=also, help=help)
