"""Numbers that remember how they were computed.

The rules of operations compute with plain numbers. Given traced numbers instead, the same rules
show how a padding follows from a kernel, or the channels of a result from those of its operands.
So emission needs no second set of rules that could disagree with the first.

A comparison gives a plain `bool`: a rule that branches is traced along the branch that it takes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

from archdsl.ir.written import Apply, Expression, Literal, Opaque, apply

_ZERO, _ONE = Literal(0), Literal(1)
_UNITS: dict[str, tuple[Literal | None, Literal | None]] = {
    "+": (_ZERO, _ZERO),
    "-": (None, _ZERO),
    "*": (_ONE, _ONE),
    "/": (None, _ONE),
    "//": (None, _ONE),
}
"""For each operator, the left and the right operand that leave the other unchanged."""

T = TypeVar("T")


class Traced:
    """Base of traced values: their expression, and arithmetic that extends it."""

    term: Expression


def _binary_method(sign: str, compute: Callable[[Any, Any], Any], *, swapped: bool) -> Any:
    """A special method for an operator; `swapped` is for the reflected one, `__radd__`."""

    def method(self: Any, other: Any) -> Any:
        if not isinstance(other, int | float | Fraction):
            return NotImplemented  # a tuple of traced numbers can be repeated
        left, right = (other, self) if swapped else (self, other)
        value = compute(plain(left), plain(right))
        return traced(value, _simplify(sign, term_of(left), term_of(right)))

    return method


def _simplify(sign: str, left: Expression, right: Expression) -> Expression:
    """An operator applied, without units: rules add 0 and multiply by 1, people do not."""
    unchanged = unchanged_operand(sign, left, right)
    return apply(sign, left, right) if unchanged is None else unchanged


def unchanged_operand(sign: str, left: Expression, right: Expression) -> Expression | None:
    """The operand that an operator leaves as it is, if the other one is a unit of it."""
    on_left, on_right = _UNITS.get(sign, (None, None))
    if isinstance(left, Literal) and left == on_left:
        return right
    if isinstance(right, Literal) and right == on_right:
        return left
    return None


def _negate(self: Any) -> Any:
    return traced(-plain(self), apply("-", term_of(self)))


_SIGNS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "add": ("+", operator.add),
    "sub": ("-", operator.sub),
    "mul": ("*", operator.mul),
    "truediv": ("/", operator.truediv),
    "floordiv": ("//", operator.floordiv),
    "mod": ("%", operator.mod),
}

# The special methods differ in their operator only. They are set on the class, since Python looks
# them up there.
for _name, (_sign, _compute) in _SIGNS.items():
    setattr(Traced, f"__{_name}__", _binary_method(_sign, _compute, swapped=False))
    setattr(Traced, f"__r{_name}__", _binary_method(_sign, _compute, swapped=True))
setattr(Traced, "__neg__", _negate)  # noqa: B010


class TracedInt(Traced, int):
    """An integer."""


class TracedBool(Traced, int):
    """A truth value. It derives from `int`, since Python's `bool` cannot be subclassed."""


class TracedFloat(Traced, float):
    """A float."""


class TracedFraction(Traced, Fraction):
    """An exact number."""


class TracedText(Traced, str):
    """A word."""


_KINDS: dict[type, type] = {
    bool: TracedBool,
    int: TracedInt,
    float: TracedFloat,
    Fraction: TracedFraction,
    str: TracedText,
}

_PLAIN = {own: kind for kind, own in _KINDS.items()}


def traced(value: T, term: Expression) -> T:
    """A value that remembers its expression. A literal stays a plain value."""
    if isinstance(term, Literal) or value is None:
        return value
    if isinstance(value, tuple):
        return tuple(map(traced, value, _entries(term, len(value))))  # type: ignore[return-value]
    if type(value) not in _KINDS:
        return value
    result = _KINDS[type(value)](value)
    result.term = term
    return result  # type: ignore[no-any-return]


def _entries(term: Expression, count: int) -> list[Expression]:
    if isinstance(term, Apply) and term.operator == "tuple" and len(term.terms) == count:
        return list(term.terms)
    if isinstance(term, Opaque):
        return [term] * count  # its value becomes an argument, whose entries are no terms
    return [apply("[]", term, Literal(place)) for place in range(count)]


def plain(value: Any) -> Any:
    """A value without its expression."""
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if not isinstance(value, Traced):
        return value
    return _PLAIN[type(value)](value)


def term_of(value: object) -> Expression:
    """The expression of a value. `(k[0], k[1], k[2])` is `k`, if `k` has three entries."""
    if isinstance(value, Traced):
        return value.term
    if not isinstance(value, tuple):
        return Literal(value)
    terms = [term_of(entry) for entry in value]
    if all(isinstance(term, Literal) for term in terms):
        return Literal(value)
    return _whole(terms) or apply("tuple", *terms)


def _whole(terms: list[Expression]) -> Expression | None:
    """The tuple that some terms are all entries of, in order, if they are."""
    first = terms[0]
    if not isinstance(first, Apply) or first.operator != "[]":
        return None
    whole = first.terms[0]
    same = all(t == Apply("[]", (whole, Literal(place))) for place, t in enumerate(terms))
    return whole if same else None


def is_literal(value: object) -> bool:
    """Whether a value is written as it is in the text, so no argument can change it."""
    return isinstance(term_of(value), Literal)
