"""Expressions of the language in Python: rewritten for its operators, then computed or printed.

Computing and printing use the same rewritten expression. So the expression that was checked against
the values of the network is the one in its module.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
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
from archdsl.ir.traced import unchanged_operand
from archdsl.ir.written import OPAQUE, Apply, Expression, Literal, Named
from archdsl.ops.forms import PyValue
from archdsl.params.numbers import round_to

ROUND_TO = "round_to"

REAL = "real"
"""An operator that marks where any number is allowed, so that a quotient stays a quotient."""

EXACT = "exact"
"""A quotient that is an integer, printed as `//`. It has no value where it leaves a remainder."""

LENIENT = "lenient"
"""A quotient that is an integer where `min` or `max` chooses it, printed as `//`."""

_RENAMED = {"floor": "math.floor", "ceil": "math.ceil", "sqrt": "math.sqrt"}
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED = {"and": "or", "or": "and"}

# What Python computes, which is not always what the language computes: the language has exact
# fractions. Checking a printed expression with the language's arithmetic would prove nothing.
_COMPUTED: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": lambda a, *b: a - b[0] if b else -a,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    EXACT: lambda a, b: _exactly(a, b),
    LENIENT: operator.floordiv,
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


def _exactly(above: PyValue, below: PyValue) -> Any:
    whole, rest = divmod(above, below)  # type: ignore[operator]
    if rest:
        raise ArithmeticError
    return whole


_SINGLE: tuple[Python, ...] = (Atom("None"), Atom("True"), Atom("False"))
"""The values that Python compares with `is`."""

_SIGNS = frozenset("+ - * / // % < <= > >= == != and or".split())


def python_value(value: object) -> PyValue:
    """A value of the language as a value of Python; a block is True, since it is given.

    NotImplemented if Python has no such value. None would not do: it is a value of both.
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
    # By an attribute: the class belongs to the build, which emission does not import.
    return hasattr(value, "given")


def substitute(term: Expression, names: Mapping[Expression, Expression]) -> Expression:
    """An expression with some of its leaves replaced."""
    if isinstance(term, Named):
        return replace(term, term=substitute(term.term, names))
    if isinstance(term, Apply):
        return replace(term, terms=tuple(substitute(inner, names) for inner in term.terms))
    return names.get(term, term)


def to_python(term: Expression) -> Expression:
    """An expression with the operators and functions of Python instead of the language's."""
    if isinstance(term, Named):
        return replace(term, term=to_python(term.term))
    if isinstance(term, Literal):
        value = python_value(term.value)
        return OPAQUE if value is NotImplemented else Literal(value)
    if not isinstance(term, Apply):
        return term
    if term.operator == REAL:
        return to_python(term.terms[0])
    # Negation moves inwards: `a != b` reads better than `not a == b`.
    if term.operator == "not":
        return negated(to_python(term.terms[0]))
    if term.operator in ("int", "floor", "ceil", "round"):
        exact = _exact_ratio(term.terms[0])
        inner = Apply("/", tuple(map(to_python, exact))) if exact else to_python(term.terms[0])
        return _round(term.operator, inner)
    terms = tuple(map(to_python, term.terms))
    sign = _RENAMED.get(term.operator, term.operator)
    return Apply(sign, terms) if sign in _COMPUTED else OPAQUE


def _exact_ratio(term: Expression) -> tuple[Expression, Expression] | None:
    """The two sides of `2.2 * x` as the quotient `11 * x / 5`, or None for other expressions.

    The language has exact fractions and Python has floats: `int(0.29 * 100)` is 29 in the one and
    28 in the other.
    """
    if not isinstance(term, Apply) or term.operator != "*":
        return None
    for factor, other in (term.terms, term.terms[::-1]):
        value = factor.value if isinstance(factor, Literal) else None
        # A factor such as 0.5 is exact as a float, and stays as it was written.
        if isinstance(value, Fraction) and Fraction(float(value)) != value:
            return Apply("*", (Literal(value.numerator), other)), Literal(value.denominator)
    return None


def _round(name: str, term: Expression) -> Expression:
    # The language rounds halves up; Python's `round` rounds them to even.
    if name == "round":
        return Apply("math.floor", (Apply("+", (term, Literal(0.5))),))
    if name != "ceil" and isinstance(term, Apply) and term.operator == "/":
        return replace(term, operator="//")
    return Apply(_RENAMED.get(name, name), (term,))


def negated(term: Expression) -> Expression:
    """The opposite of a condition; `a != b` instead of `not a == b`."""
    if isinstance(term, Apply) and term.operator in _NEGATED:
        return replace(term, operator=_NEGATED[term.operator])
    if isinstance(term, Apply) and term.operator in _MIRRORED:
        return Apply(_MIRRORED[term.operator], tuple(map(negated, term.terms)))
    if isinstance(term, Apply) and term.operator == "not":
        return term.terms[0]
    return Apply("not", (term,))


def compute(term: Expression, values: Mapping[Expression, PyValue]) -> Any:
    """The value of the printed expression, in Python's own numbers.

    Raises:
        LookupError, TypeError, ValueError, ArithmeticError: it has no value for these leaves.
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
    # The right side may have no value where the left one decides.
    if term.operator in _MIRRORED:
        left = compute(term.terms[0], values)
        decided = bool(left) is (term.operator == "or")
        return left if decided else compute(term.terms[1], values)
    return _COMPUTED[term.operator](*(compute(inner, values) for inner in term.terms))


def fold(term: Expression, fixed: Mapping[Expression, PyValue]) -> Expression:
    """The expression with constant leaves replaced by their values, and simplified."""
    if term in fixed:
        return Literal(fixed[term])
    if isinstance(term, Named):
        inner = fold(term.term, fixed)
        return inner if isinstance(inner, Literal) else replace(term, term=inner)
    if not isinstance(term, Apply):
        return term
    folded = _simplify(Apply(term.operator, tuple(fold(inner, fixed) for inner in term.terms)))
    if not isinstance(folded, Apply) or not all(isinstance(t, Literal) for t in folded.terms):
        return folded
    try:
        value = compute(folded, {})
        # `math.sqrt(96)` says more than 9.797958971132712.
        is_root = folded.operator == "math.sqrt" and not value.is_integer()
        return folded if is_root else Literal(value)
    except (LookupError, TypeError, ValueError, ArithmeticError):
        return folded


def _simplify(term: Apply) -> Expression:
    """Simplify conditions that one side decides, comparisons of equal sides, and `x + x`."""
    if term.operator in ("==", "!=") and term.terms[0] == term.terms[1]:
        return Literal(term.operator == "==")
    if len(term.terms) == 2 and term.operator != "//":  # of a fraction, `x // 1` is not x
        unchanged = unchanged_operand(term.operator, *term.terms)
        if unchanged is not None:
            return unchanged
    if term.operator == "+":
        return _sum(*term.terms)
    if term.operator == "[]":
        return _entry(*term.terms) or term
    if term.operator == "if" and isinstance(term.terms[1], Literal):
        return term.terms[0] if term.terms[1].value else term.terms[2]
    if term.operator not in _MIRRORED:
        return term
    left, right = term.terms
    for known, other in ((left, right), (right, left)):
        if isinstance(known, Literal):
            return known if bool(known.value) is (term.operator == "or") else other
    return term


def _entry(values: Expression, index: Expression) -> Expression | None:
    """An entry of a tuple whose entries are written out.

    Of a tuple with a name, `shape[0]` reads better than what stands there, unless that is short.
    """
    place = index.value if isinstance(index, Literal) else None
    entries = _entries(values)
    if entries is None or not isinstance(place, int):
        return None
    if not -len(entries) <= place < len(entries):
        return None
    is_short = not isinstance(entries[place], Apply)
    return entries[place] if is_short or not isinstance(values, Named) else None


def _entries(term: Expression) -> tuple[Expression, ...] | None:
    """The entries of a tuple, if they are written out."""
    if isinstance(term, Named):
        return _entries(term.term)
    if isinstance(term, Literal) and isinstance(term.value, tuple):
        return tuple(map(Literal, term.value))
    return term.terms if isinstance(term, Apply) and term.operator == "tuple" else None


def _sum(left: Expression, right: Expression) -> Expression:
    """A sum; `x + x + x` as `3 * x`, such as the channels of a concatenation; of tuples, one."""
    first, second = _entries(left), _entries(right)
    if first is not None and second is not None:
        return Apply("tuple", first + second)
    times, one = 1, left
    if isinstance(left, Apply) and left.operator == "*" and isinstance(left.terms[0], Literal):
        times, one = left.terms[0].value, left.terms[1]  # type: ignore[assignment]
    if one == right and not isinstance(one, Literal):
        return Apply("*", (Literal(times + 1), one))
    return Apply("+", (left, right))


def write(term: Expression, name: Callable[[Expression], Python]) -> Python:
    """The expression as a tree of Python; `name` gives leaves and named expressions."""
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
        case sign if sign in (EXACT, LENIENT):
            return Infix("//", terms)
        case sign if sign in _SIGNS:
            return Infix(sign, terms)
    return Call(Atom(term.operator), terms)
