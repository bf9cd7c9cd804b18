"""Expressions with operators or keywords between their parts, and literals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from archdsl.emit.python.expressions import (
    AND,
    COMPARISON,
    CONDITION,
    NOT,
    OR,
    PRODUCT,
    SIGN,
    SUM,
    UNION,
    Atom,
    Call,
    Python,
    Tuple,
)
from archdsl.emit.python.tokens import COMPREHENSION, TERNARY, Kind, Token, enclosed, spaced

OPERATORS = {
    "or": (OR, 14),
    "and": (AND, 14),
    "|": (UNION, 9),
    "+": (SUM, 5),
    "-": (SUM, 5),
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in", "is", "is not"), (COMPARISON, 10)),
    **dict.fromkeys(("*", "/", "//", "%", "@"), (PRODUCT, 4)),
}
"""The precedence of each operator, and black's priority of a line break before it."""


class Generator(Python):
    """`(element for target in values)`; without parentheses as the only argument of a call."""

    element: Python
    target: Python
    values: Python

    def tokens(self) -> Iterator[Token]:
        return enclosed(self.bare(), encloses=True)

    def bare(self) -> Iterator[Token]:
        yield from self.element.within(CONDITION)
        yield Token("for", Kind.FOR, space=True, priority=COMPREHENSION)
        yield from spaced(self.target.unparenthesised())
        yield Token("in", Kind.IN, space=True)
        yield from spaced(self.values.within(OR))


class Infix(Python):
    """`a + b + c`, from left to right."""

    operator: str
    operands: tuple[Python, ...]

    @property
    def precedence(self) -> int:
        return OPERATORS[self.operator][0]

    def tokens(self) -> Iterator[Token]:
        precedence, priority = OPERATORS[self.operator]
        first, *rest = self.operands
        # Comparisons chain in Python: `(a < b) < c` needs its parentheses on the left as well.
        yield from first.within(precedence + (precedence <= COMPARISON))
        for operand in rest:
            yield Token(self.operator, space=True, priority=priority)
            yield from spaced(operand.within(precedence + 1))


class Prefix(Python):
    """`-value`, or `not value`."""

    operator: str
    value: Python

    @property
    def precedence(self) -> int:
        return NOT if self.operator == "not" else SIGN

    @property
    def is_simple(self) -> bool:
        return self.operator == "-" and self.value.is_simple

    def tokens(self) -> Iterator[Token]:
        yield Token(self.operator)
        yield from spaced(self.value.within(self.precedence), self.operator == "not")


class Conditional(Python):
    """`value if test else other`."""

    value: Python
    test: Python
    other: Python

    @property
    def precedence(self) -> int:
        return CONDITION

    def tokens(self) -> Iterator[Token]:
        return enclosed(self.bare(), "")

    def bare(self) -> Iterator[Token]:
        yield from self.value.within(OR)
        yield Token("if", space=True, priority=TERNARY)
        yield from spaced(self.test.within(OR))
        yield Token("else", space=True, priority=TERNARY)
        yield from spaced(self.other.within(OR))


Value: TypeAlias = "int | float | bool | str | tuple[Value, ...] | None"


def literal(value: Value) -> Python:
    """A value as a literal of Python. Text is quoted and never becomes code."""
    if isinstance(value, tuple):
        return Tuple(tuple(literal(item) for item in value))
    if isinstance(value, str):
        return Atom(quoted(value))
    text = repr(value).replace("e+", "e")  # black writes 1e30 for 1e+30
    # `repr` of these is a name that nothing defines.
    if isinstance(value, float) and text.strip("-") in ("inf", "nan"):
        return Call(Atom("float"), (Atom(f'"{text}"'),))
    return Prefix("-", Atom(text[1:])) if text.startswith("-") else Atom(text)


def quoted(text: str) -> str:
    """A string literal in ASCII, in double quotes unless single ones spare backslashes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    escaped = text.encode("unicode_escape").decode("ascii")
    return quote + escaped.replace(quote, "\\" + quote) + quote
