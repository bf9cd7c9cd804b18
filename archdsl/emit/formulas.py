"""Formulas as Python: what a constructor computes instead of being told."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction

from archdsl.emit.python import (
    Assign,
    Atom,
    Call,
    Conditional,
    Docstring,
    Function,
    Infix,
    Parameter,
    Python,
    Return,
    literal,
)
from archdsl.ir.formula import Formula, Term
from archdsl.ops.base import PyValue

ROUND_TO = "round_to"
_MATH = {"floor": "math.floor", "ceil": "math.ceil", "sqrt": "math.sqrt"}
Number = int | float


def write(term: Term, names: Mapping[str, str]) -> Python:
    """A term as an expression; `names` has the variable of each parameter and size."""
    if isinstance(term, str):
        return Atom(names[term])
    if isinstance(term, Fraction):
        return literal(float(term))
    if isinstance(term, int):
        return literal(term)
    if quotient := _whole_quotient(term):
        return Infix("//", tuple(write(t, names) for t in quotient))
    terms = tuple(write(t, names) for t in term.terms)
    if len(term.operator) <= 2:
        return Infix(term.operator, terms)
    name = _MATH.get(term.operator, term.operator)
    return Call(Atom(name), terms)


def _whole_quotient(term: Formula) -> tuple[Term, Term] | None:
    """The two sides of `int(a / 4)`, which is `a // 4`."""
    inner = term.terms[0]
    if term.operator not in ("int", "floor") or not isinstance(inner, Formula):
        return None
    divisor = inner.terms[-1]
    return (inner.terms[0], divisor) if inner.operator == "/" and type(divisor) is int else None


def evaluate(term: Term, values: Mapping[str, PyValue]) -> Number:
    """What the written expression computes, in Python's own numbers.

    Raises:
        TypeError, ValueError, ArithmeticError: these values give no number.
    """
    if isinstance(term, str):
        value = values[term]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError
        return value
    if isinstance(term, int | Fraction):
        return term if isinstance(term, int) else float(term)
    if quotient := _whole_quotient(term):
        return _OPERATORS["//"](*(evaluate(t, values) for t in quotient))
    return _OPERATORS[term.operator](*(evaluate(t, values) for t in term.terms))


def whole(formula: Formula, values: Mapping[str, PyValue]) -> int | None:
    """What a formula gives if that is an integer, as what counts channels is."""
    try:
        value = evaluate(formula, values)
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None
    return int(value) if value == int(value) else None


def is_root(formula: Formula, found: Number, expected: PyValue) -> bool:
    """Whether a square root is meant, which the language has exactly or to nine digits more."""
    if formula.operator != "sqrt" or not isinstance(expected, int | float):
        return False
    return math.isclose(found, expected)


def readings(formula: Formula) -> tuple[Formula, ...]:
    """A formula, and it cut off: `x / 8` that comes out whole is `x // 8` in Python."""
    return formula, Formula("int", (formula,))


def _round_to(value: Number, multiple: Number) -> Number:
    rounded = max(multiple, int(value + multiple / 2) // multiple * multiple)
    return rounded + multiple if rounded < 0.9 * value else rounded


_OPERATORS: dict[str, Callable[..., Number]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "int": int,
    "floor": math.floor,
    "ceil": math.ceil,
    "sqrt": math.sqrt,
    "min": min,
    "max": max,
    ROUND_TO: _round_to,
}


def parameters(term: Term) -> frozenset[str]:
    """The parameters and sizes that a term reads."""
    if isinstance(term, str):
        return frozenset({term})
    if isinstance(term, Formula):
        return frozenset[str]().union(*map(parameters, term.terms))
    return frozenset()


def round_to_function() -> Function:
    """The rounding of widths, for modules that need it; the same as `_round_to`."""
    value, multiple, rounded = Atom("value"), Atom("multiple"), Atom("rounded")
    half = Infix("+", (value, Infix("/", (multiple, Atom("2")))))
    nearest = Infix("*", (Infix("//", (Call(Atom("int"), (half,)), multiple)), multiple))
    short = Infix("<", (rounded, Infix("*", (Atom("0.9"), value))))
    body = (
        Docstring("The nearest multiple, at least one, one more if below 0.9 of the value."),
        Assign(rounded, Call(Atom("max"), (multiple, nearest))),
        Return(Conditional(Infix("+", (rounded, multiple)), short, rounded)),
    )
    signature = (Parameter("value", Atom("float")), Parameter("multiple", Atom("int")))
    return Function(ROUND_TO, signature, Atom("int"), body)
