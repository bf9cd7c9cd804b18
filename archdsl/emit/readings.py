"""Finding one expression that gives a value in all instances of a class.

The instances come from one text, so they mostly wrote the same expression. Where they did not, for
example because callers passed a number here and an expression there, one of them may hold for all.
An expression is used only if, computed with Python's own numbers, it gives the network's values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any

from archdsl.emit import terms
from archdsl.emit.classes import BlockClass
from archdsl.emit.entering import is_position
from archdsl.emit.integers import as_integer
from archdsl.emit.leaves import (
    Cell,
    Column,
    Fixed,
    Leaves,
    collapse,
    first_value,
    is_computable,
    same,
)
from archdsl.emit.references import Guard
from archdsl.emit.terms import python_value
from archdsl.ir.written import Apply, Counter, Expression, Literal, leaves
from archdsl.ops.forms import PyValue

_NO_VALUE = (LookupError, TypeError, ValueError, ArithmeticError)


@dataclass
class Reading:
    """The expressions of one class; its `fixed` leaves are constants of the network."""

    owner: BlockClass
    fixed: Fixed

    @cached_property
    def leaves(self) -> Leaves:
        return Leaves(self.owner)

    def expression(self, column: Column, *, uniform: bool = False) -> Expression | None:
        """An expression that gives a column of values and that a constructor can compute.

        None if there is no such expression; the values then become an argument.
        """
        # Equal cells of different types are kept apart: True is equal to 1.
        cells = {(type(cell.value), cell): cell for cell in column.values()}.values()
        written = list(dict.fromkeys(self._folded(cell, uniform) for cell in cells))
        known = [term for term in written if is_computable(term)]
        # A literal beside expressions is the number of one call, which may fit by chance.
        if all(isinstance(term, Literal) for term in written):
            known = known[:1]
        else:
            known = [term for term in known if not isinstance(term, Literal)]
        for term in known:
            for reading in _variants(term, column):
                if self.holds(reading, column, uniform=uniform):
                    return reading
        return None

    def measured(
        self, column: Column, is_readable: Callable[[Expression], bool]
    ) -> Expression | None:
        """An expression for a column that `forward` computes from sizes of tensors.

        None if the values depend on no such size, or on one that cannot be read there.
        """
        for term in dict.fromkeys(self._partly_folded(cell) for cell in column.values()):
            sizes = [leaf for leaf in leaves(term) if is_position(leaf)]
            is_known = not term.is_opaque and all(map(is_readable, sizes))
            if sizes and is_known and self.holds(term, column):
                return term
        return None

    def _partly_folded(self, cell: Cell) -> Expression:
        """A written expression in Python, in which sizes of tensors stay."""
        term = self.leaves.python_term(cell.term)
        if isinstance(cell.value, int | tuple) and not is_real(cell.term):
            term = as_integer(term)
        return terms.fold(term, self._computable)

    def test(self, guard: Guard) -> Expression:
        """A condition that is true where the guard was met as it says, with constants folded."""
        term = guard.term if guard.holds else Apply("not", (guard.term,))
        return self._fold(self.leaves.python_term(term))

    def _folded(self, cell: Cell, uniform: bool) -> Expression:
        """A written expression in Python, with constants folded."""
        term = self.leaves.python_term(cell.term)
        if isinstance(cell.value, int | tuple) and not is_real(cell.term):
            term = as_integer(term)
        if uniform and isinstance(term, Apply) and term.operator == "tuple":
            term = term.terms[0] if len(set(term.terms)) == 1 else term
        term = self._fold(term)
        if isinstance(term, Literal) and uniform:
            return Literal(collapse(python_value(term.value)))
        return term

    def _fold(self, term: Expression) -> Expression:
        """An expression with constants folded.

        Sizes of positions are folded only if the whole expression becomes a constant. In an
        expression with arguments they would make a rule that holds for clips of one size.
        """
        partly = terms.fold(term, self._computable)
        whole = partly if is_computable(partly) else terms.fold(partly, self.fixed)
        return whole if isinstance(whole, Literal) else partly

    @cached_property
    def _computable(self) -> Fixed:
        """The constant leaves apart from sizes of positions."""
        return {leaf: value for leaf, value in self.fixed.items() if is_computable(leaf)}

    def holds(self, term: Expression, column: Column, *, uniform: bool = False) -> bool:
        """Whether an expression gives the value of a column in every instance that has one."""
        # An expression that holds in one instance may have no value in another: an index out of
        # range, a division by zero, a number where the language has `none`.
        try:
            found = [terms.compute(term, values) for values in self._values(term, column)]
        except _NO_VALUE:
            return False
        return all(map(_matches, found, column.values(), repeat(uniform)))

    def _values(self, term: Expression, places: Iterable[int]) -> Iterator[Fixed]:
        """The values of the leaves of an expression in the given instances."""
        read = {leaf for leaf in leaves(term) if not isinstance(leaf, Literal)}
        every = {leaf: self.leaves.values(leaf) for leaf in read if not isinstance(leaf, Counter)}
        counted: dict[Expression, PyValue] = {leaf: leaf.number for leaf in counters(term)}
        for place in places:
            yield {leaf: values[place] for leaf, values in every.items()} | counted


def _matches(found: Any, cell: Cell, uniform: bool) -> bool:
    """Whether a computed value is the value of a cell."""
    expected = cell.value
    if uniform:
        found, expected = collapse(found), collapse(expected)
    if is_real(cell.term) and isinstance(found, int | float):
        found = type(expected)(found) if found == expected else found
    return same(found, expected)


def _variants(term: Expression, column: Column) -> Iterator[Expression]:
    """The expression, and a tuple of it for each axis if other instances have tuples."""
    yield term
    value = first_value(column)
    if isinstance(value, tuple):
        whole = Apply("tuple", (term,) * len(value))
        yield Literal(value) if isinstance(term, Literal) else whole


def is_real(term: Expression) -> bool:
    return isinstance(term, Apply) and term.operator == terms.REAL


def counters(term: Expression) -> Iterable[Counter]:
    return (leaf for leaf in leaves(term) if isinstance(leaf, Counter))
