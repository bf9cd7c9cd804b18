"""Quotients that must be integers, such as the channels of a layer: others are refused.

The language divides exactly, and so it refuses `channels / 4` of 30 channels. Python's `//` would
round it without a word, so the constructor raises where the division leaves a remainder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from math import prod
from typing import NamedTuple

from archdsl.emit.python import Infix, Python, literal
from archdsl.emit.terms import EXACT, LENIENT, negated, write
from archdsl.ir.written import Apply, Counter, Expression, Literal, Named, leaves


@dataclass
class Remainders:
    """The conditions on which quotients leave a remainder, collected while a class is written."""

    _within: tuple[Python, ...] = ()
    _found: dict[Python, None] = field(default_factory=dict)

    @contextmanager
    def within(self, condition: Python) -> Iterator[None]:
        """What is written in this context is there only on a condition."""
        before, self._within = self._within, (*self._within, condition)
        try:
            yield
        finally:
            self._within = before

    def note(self, term: Expression, name: Callable[[Expression], Python]) -> None:
        """Note the quotients of an expression; `name` gives leaves and named expressions."""
        for quotient in _quotients(term):
            # Of the number of a block there is a quotient for each, which no condition can say.
            if not any(isinstance(leaf, Counter) for leaf in quotient.leaves()):
                tests = (*self._within, *quotient.remainder(name))
                self._found[Infix("and", tests) if len(tests) > 1 else tests[0]] = None

    def __iter__(self) -> Iterator[Python]:
        return iter(self._found)


class Quotient(NamedTuple):
    """A division that must leave no remainder, where all of these tests hold."""

    above: Expression
    below: Expression
    tests: tuple[Expression, ...] = ()

    def leaves(self) -> Iterator[Expression]:
        return chain.from_iterable(map(leaves, (self.above, self.below, *self.tests)))

    def remainder(self, name: Callable[[Expression], Python]) -> tuple[Python, ...]:
        """The conditions that together leave a remainder."""
        above, below = write(self.above, name), write(self.below, name)
        tests = (write(test, name) for test in self.tests)
        return (*tests, Infix("!=", (Infix("%", (above, below)), literal(0))))


def _quotients(term: Expression, tests: tuple[Expression, ...] = ()) -> Iterator[Quotient]:
    """The quotients of an expression that must be integers, and are not so by themselves."""
    if isinstance(term, Named):
        yield from _quotients(term.term, tests)
    if not isinstance(term, Apply):
        return
    if term.operator == "if":
        then, test, other = term.terms
        yield from _quotients(test, tests)
        yield from _quotients(then, (*tests, test))
        yield from _quotients(other, (*tests, negated(test)))
        return
    for place, inner in enumerate(term.terms):
        yield from _quotients(inner, (*tests, *_chosen(term, place)))
    if term.operator in (EXACT, LENIENT) and not _always_divides(*term.terms):
        above, below = term.terms
        yield Quotient(above, below, tests)


def _chosen(term: Apply, place: int) -> Iterator[Expression]:
    """When an operand of `min` or `max` is chosen that is no integer, but is rounded down."""
    sign = {"min": "<", "max": ">="}.get(term.operator)
    for other, inner in enumerate(term.terms):
        if sign and other != place:
            yield Apply(sign, (term.terms[place], inner))


def _always_divides(above: Expression, below: Expression) -> bool:
    """Whether numbers alone say that no remainder is left, as in `16 * channels / 8`."""
    divisor = below.value if isinstance(below, Literal) else None
    return isinstance(divisor, int) and prod(_numbers(above)) % divisor == 0


def _numbers(term: Expression) -> Iterator[int]:
    """The integers among the factors of a product."""
    if isinstance(term, Apply) and term.operator == "*":
        for inner in term.terms:
            yield from _numbers(inner)
    elif isinstance(term, Literal) and isinstance(term.value, int):
        yield term.value
