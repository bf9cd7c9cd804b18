"""Expressions of the language as Python says them: rewritten, computed, and written.

Both computing and writing go by the same rewritten expression, so that what is checked against
the values of a network is what stands in its module.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from typing import Any

from archdsl.emit.python import (
    Atom,
    Call,
    Conditional,
    Infix,
    Prefix,
    Python,
    Subscript,
    Tuple,
    literal,
)
from archdsl.ir.written import OPAQUE, Apply, Expression, Literal, Named
from archdsl.ops.base import PyValue
from archdsl.params.numbers import round_to

ROUND_TO = "round_to"

REAL = "real"
"""Marks what may be any number, where a quotient is not cut off."""

_RENAMED = {"floor": "math.floor", "ceil": "math.ceil", "sqrt": "math.sqrt"}
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED = {"and": "or", "or": "and"}

_COMPUTED: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": lambda a, *b: a - b[0] if b else -a,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": lambda a, b: a == b and isinstance(a, bool) == isinstance(b, bool),
    "!=": lambda a, b: a != b or isinstance(a, bool) != isinstance(b, bool),
    "not": operator.not_,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "if": lambda then, test, other: then if test else other,
    "[]": operator.getitem,
    "tuple": lambda *entries: entries,
    "int": int,
    "math.floor": math.floor,
    "math.ceil": math.ceil,
    "math.sqrt": math.sqrt,
    "abs": abs,
    "min": min,
    "max": max,
    "sum": lambda *values: sum(values[0] if len(values) == 1 else values),
    "len": len,
    ROUND_TO: lambda value, multiple: round_to(Fraction(value), multiple),
}

_SINGLE: tuple[Python, ...] = (Atom("None"), Atom("True"), Atom("False"))
"""What is compared by identity."""

_SIGNS = frozenset("+ - * / // % < <= > >= == != and or".split())


def python_value(value: object) -> PyValue:
    """A value of the language as one of Python; a block counts as true.

    What has no such value is NotImplemented.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, tuple):
        entries = tuple(map(python_value, value))
        return NotImplemented if NotImplemented in entries else entries
    return True if is_block(value) else NotImplemented


def is_block(value: object) -> bool:
    """Whether a value is a block, or an operation, with some of its parameters given."""
    return hasattr(value, "given")


def renamed(term: Expression, names: Mapping[Expression, Expression]) -> Expression:
    """An expression with other leaves in the place of some."""
    if isinstance(term, Named):
        return replace(term, term=renamed(term.term, names))
    if isinstance(term, Apply):
        return replace(term, terms=tuple(renamed(inner, names) for inner in term.terms))
    return names.get(term, term)


def pythonic(term: Expression) -> Expression:
    """An expression with the operators and functions of Python in place of the language's."""
    if isinstance(term, Named):
        return replace(term, term=pythonic(term.term))
    if isinstance(term, Literal):
        value = python_value(term.value)
        return OPAQUE if value is NotImplemented else Literal(value)
    if not isinstance(term, Apply):
        return term
    if term.operator == REAL:
        return pythonic(term.terms[0])
    if term.operator == "not":
        return _negated(pythonic(term.terms[0]))
    if term.operator in ("int", "floor", "ceil", "round") and (exact := _rational(term.terms[0])):
        return _rounded(term.operator, Apply("/", tuple(map(pythonic, exact))))
    terms = tuple(map(pythonic, term.terms))
    if term.operator in ("int", "floor", "ceil", "round"):
        return _rounded(term.operator, terms[0])
    sign = _RENAMED.get(term.operator, term.operator)
    return Apply(sign, terms) if sign in _COMPUTED else OPAQUE


def _rational(term: Expression) -> tuple[Expression, Expression] | None:
    """The sides of `2.2 * x` as `11 * x / 5`, which no rounding of a float can spoil."""
    if not isinstance(term, Apply) or term.operator != "*":
        return None
    for factor, other in (term.terms, term.terms[::-1]):
        value = factor.value if isinstance(factor, Literal) else None
        if isinstance(value, Fraction) and Fraction(float(value)) != value:
            return Apply("*", (Literal(value.numerator), other)), Literal(value.denominator)
    return None


def _rounded(name: str, term: Expression) -> Expression:
    if name == "round":
        return Apply("math.floor", (Apply("+", (term, Literal(0.5))),))
    if name != "ceil" and isinstance(term, Apply) and term.operator == "/":
        return replace(term, operator="//")
    return Apply(_RENAMED.get(name, name), (term,))


def _negated(term: Expression) -> Expression:
    if isinstance(term, Apply) and term.operator in _NEGATED:
        return replace(term, operator=_NEGATED[term.operator])
    if isinstance(term, Apply) and term.operator in _MIRRORED:
        return Apply(_MIRRORED[term.operator], tuple(map(_negated, term.terms)))
    if isinstance(term, Apply) and term.operator == "not":
        return term.terms[0]
    return Apply("not", (term,))


def whole(term: Expression) -> Expression:
    """The expression where an integer is wanted: a quotient that comes out whole is `//`."""
    if isinstance(term, Apply) and term.operator in ("*", "/"):
        above, below = _factors(term)
        for factor in [factor for factor in below if factor in above]:
            above.remove(factor)
            below.remove(factor)
        return Apply("//", (_product(above), _product(below))) if below else _product(above)
    if isinstance(term, Apply) and term.operator == "if":
        then, test, other = term.terms
        return replace(term, terms=(whole(then), test, whole(other)))
    if isinstance(term, Apply) and term.operator in _WHOLE_OF_WHOLES:
        return replace(term, terms=tuple(map(whole, term.terms)))
    if isinstance(term, Named):
        return replace(term, term=whole(term.term))
    return term


_WHOLE_OF_WHOLES = frozenset(["tuple", "+", "-", "min", "max"])
"""What comes out whole of a quotient and integers only if the quotient does, or is not chosen."""


def _factors(term: Expression) -> tuple[list[Expression], list[Expression]]:
    """A product of quotients as one quotient, so that nothing is cut off on the way."""
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


def compute(term: Expression, values: Mapping[Expression, PyValue]) -> Any:
    """What the written expression computes, in Python's own numbers.

    Raises:
        LookupError, TypeError, ValueError, ArithmeticError: these values give nothing.
    """
    if isinstance(term, Literal):
        return term.value
    if isinstance(term, Named):
        return compute(term.term, values)
    if not isinstance(term, Apply):
        return values[term]
    if term.operator == "if":
        then, test, other = term.terms
        return compute(then if compute(test, values) else other, values)
    if term.operator in _MIRRORED:
        left = compute(term.terms[0], values)
        decided = bool(left) is (term.operator == "or")
        return left if decided else compute(term.terms[1], values)
    return _COMPUTED[term.operator](*(compute(inner, values) for inner in term.terms))


def fold(term: Expression, fixed: Mapping[Expression, PyValue]) -> Expression:
    """The expression with the values of leaves that are always the same, and what follows."""
    if term in fixed:
        return Literal(fixed[term])
    if isinstance(term, Named):
        inner = fold(term.term, fixed)
        return inner if isinstance(inner, Literal) else replace(term, term=inner)
    if not isinstance(term, Apply):
        return term
    made = _simpler(Apply(term.operator, tuple(fold(inner, fixed) for inner in term.terms)))
    if not isinstance(made, Apply) or not all(isinstance(t, Literal) for t in made.terms):
        return made
    try:
        return Literal(compute(made, {}))
    except (LookupError, TypeError, ValueError, ArithmeticError):
        return made


def _simpler(term: Apply) -> Expression:
    """A condition of which one side decides without the other; twice a thing for it and itself."""
    if term.operator in ("==", "!=") and term.terms[0] == term.terms[1]:
        return Literal(term.operator == "==")
    if term.operator == "+":
        return _summed(*term.terms)
    if term.operator == "if" and isinstance(term.terms[1], Literal):
        return term.terms[0] if term.terms[1].value else term.terms[2]
    if term.operator not in _MIRRORED:
        return term
    left, right = term.terms
    for known, other in ((left, right), (right, left)):
        if isinstance(known, Literal):
            return known if bool(known.value) is (term.operator == "or") else other
    return term


def _summed(left: Expression, right: Expression) -> Expression:
    """A sum; of the same thing several times, a multiple of it."""
    times, one = 1, left
    if isinstance(left, Apply) and left.operator == "*" and isinstance(left.terms[0], Literal):
        times, one = left.terms[0].value, left.terms[1]  # type: ignore[assignment]
    if one == right and not isinstance(one, Literal):
        return Apply("*", (Literal(times + 1), one))
    return Apply("+", (left, right))


def write(term: Expression, name: Callable[[Expression], Python]) -> Python:
    """The expression in Python; `name` says leaves, and expressions that have a name."""
    if isinstance(term, Literal):
        return literal(term.value)  # type: ignore[arg-type]
    if not isinstance(term, Apply):
        return name(term)
    terms = tuple(write(inner, name) for inner in term.terms)
    match term.operator:
        case "tuple":
            return Tuple(terms)
        case "[]":
            return Subscript(*terms)
        case "if":
            then, test, other = terms
            return Conditional(then, test, other)
        case "not":
            return Prefix("not", terms[0])
        case "-" if len(terms) == 1:
            return Prefix("-", terms[0])
        case "==" | "!=" if terms[1] in _SINGLE:
            return Infix("is" if term.operator == "==" else "is not", terms)
        case sign if sign in _SIGNS:
            return Infix(sign, terms)
    return Call(Atom(term.operator), terms)
