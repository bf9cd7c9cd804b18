"""Quotients as floor divisions, where an expression must give an integer.

The language divides exactly, so `width / 2` is an integer wherever it is used as one. Python's `/`
gives a float, which no layer takes for a number of channels. Its `//` rounds, so these quotients
are marked as exact, and the constructor refuses a remainder (`emit.quotients`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from archdsl.emit.terms import EXACT, LENIENT, ROUND_TO
from archdsl.ir.written import Apply, Expression, Literal, Named


def as_integer(term: Expression) -> Expression:
    """The expression for a value that is an integer: its quotients divide evenly.

    Common factors are cancelled, as in `heads * (features / heads)`.
    """
    if isinstance(term, Apply) and term.operator in ("*", "/"):
        above, below = _factors(term)
        for factor in [factor for factor in below if factor in above]:
            above.remove(factor)
            below.remove(factor)
        return Apply(EXACT, (_product(above), _product(below))) if below else _product(above)
    if isinstance(term, Apply) and term.operator == "//":
        return _floor_division(term)
    if isinstance(term, Apply) and term.operator == "if":
        then, test, other = term.terms
        return replace(term, terms=(as_integer(then), test, as_integer(other)))
    if isinstance(term, Apply) and term.operator in _WHOLE_OF_WHOLES:
        return replace(term, terms=tuple(map(as_integer, term.terms)))
    if isinstance(term, Apply) and term.operator in ("min", "max"):
        return replace(term, terms=tuple(_lenient(as_integer(each)) for each in term.terms))
    if isinstance(term, Named):
        return replace(term, term=as_integer(term.term))
    return term


_WHOLE_OF_WHOLES = frozenset(["tuple", "+", "-"])
"""Operators whose result, of integers and one quotient, is an integer only if the quotient is."""


def _lenient(term: Expression) -> Expression:
    """An operand of `min` or `max`, which need be an integer only where it is chosen."""
    if isinstance(term, Named):
        return replace(term, term=_lenient(term.term))
    if not isinstance(term, Apply):
        return term
    sign = LENIENT if term.operator == EXACT else term.operator
    return Apply(sign, tuple(map(_lenient, term.terms)))


def _floor_division(term: Apply) -> Expression:
    """A floor division that gives an `int`: of a float, Python's `//` gives a float.

    `a / 2 // 3` becomes `a // (2 * 3)`; where a float remains, the result is converted.
    """
    above, below = _factors(replace(term, operator="/"))
    quotient = Apply("//", (_product(above), _product(below)))
    return Apply("int", (quotient,)) if _is_float(quotient) else quotient


def _is_float(term: Expression) -> bool:
    """Whether Python may compute a float, even if its value is a whole number."""
    if isinstance(term, Named):
        return _is_float(term.term)
    if not isinstance(term, Apply):
        return isinstance(term, Literal) and isinstance(term.value, float)
    if term.operator in _ALWAYS_INTEGER:
        return False
    return term.operator in ("/", "math.sqrt") or any(map(_is_float, term.terms))


_ALWAYS_INTEGER = frozenset(["int", "math.floor", "math.ceil", "len", ROUND_TO])


def _factors(term: Expression) -> tuple[list[Expression], list[Expression]]:
    """The factors of a numerator and a denominator, so that one `//` comes last.

    `a / c * b` must be `a * b // c`: `a // c * b` would round on the way.
    """
    if isinstance(term, Named) and isinstance(term.term, Apply) and term.term.operator == "/":
        return _factors(term.term)
    if not isinstance(term, Apply) or term.operator not in ("*", "/"):
        return [term], []
    (above, below), (other, lower) = map(_factors, term.terms)
    return (
        (above + other, below + lower) if term.operator == "*" else (above + lower, below + other)
    )


def _product(factors: Sequence[Expression]) -> Expression:
    return reduce(lambda left, right: Apply("*", (left, right)), factors) if factors else Literal(1)


def has_quotient(term: Expression) -> bool:
    """Whether some part of an expression is a quotient."""
    return isinstance(term, Apply) and (term.operator == "/" or any(map(has_quotient, term.terms)))
