"""Where a value that is refused was first written, and what to write there.

A value is often refused far from its origin: `widen(1.5)` makes a width that a convolution three
blocks further in cannot take. The diagnostic points at the origin and shows the way from there.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil

from archdsl.build.values import Given, Tensor, Value, holds_tensor, show
from archdsl.diagnostics import Label, alternatives
from archdsl.params.numbers import is_number
from archdsl.program.program import names_in
from archdsl.syntax import tree


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


def truth_hint(value: Value, node: tree.Expression) -> str | None:
    """The help for a value in the place of a condition."""
    if isinstance(value, Tensor):
        return "choose by elements with `where`; what is built depends on sizes, `x.channels`"
    nothing = 0 if is_number(value) else "none"
    return f"write `{node.span.text} != {nothing}`" if isinstance(node, tree.Name) else None
