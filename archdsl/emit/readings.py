"""What the text says of a class, read back: expressions that hold in all of its instances.

Instances are written by one text, so most of what they say is the same. Where it is not, what is
said in one of them may hold in all. An expression is only used after it gave, in Python's own
numbers, the very values that the network has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any

from archdsl.emit import terms
from archdsl.emit.classes import BlockClass
from archdsl.emit.leaves import (
    Cell,
    Column,
    Fixed,
    Leaves,
    collapsed,
    first_value,
    is_sayable,
    same,
)
from archdsl.emit.structure import Guard
from archdsl.emit.terms import python_value
from archdsl.ir.written import Apply, Counter, Expression, Literal, leaves
from archdsl.ops.base import PyValue

_NOTHING = (LookupError, TypeError, ValueError, ArithmeticError)


@dataclass
class Reading:
    """Reads the text of one class, whose `fixed` leaves are the same everywhere."""

    owner: BlockClass
    fixed: Fixed

    @cached_property
    def leaves(self) -> Leaves:
        return Leaves(self.owner)

    def expression(self, column: Column, *, uniform: bool = False) -> Expression | None:
        """What the text says of a column of values, if a constructor can say it.

        Instances may differ in what it says: then it is what holds in all of them.
        """
        cells = {(type(cell.value), cell): cell for cell in column.values()}.values()
        written = list(dict.fromkeys(self._folded(cell, uniform) for cell in cells))
        known = [term for term in written if is_sayable(term)]
        if all(isinstance(term, Literal) for term in written):
            known = known[:1]
        else:
            known = [term for term in known if not isinstance(term, Literal)]
        for term in known:
            for reading in _readings(term, column):
                if self.holds(reading, column, uniform=uniform):
                    return reading
        return None

    def test(self, guard: Guard) -> Expression:
        """A condition as it came out, without what is the same everywhere."""
        term, holds = guard
        test = self.leaves.read(term if holds else Apply("not", (term,)))
        return self._fold(test)

    def _folded(self, cell: Cell, uniform: bool) -> Expression:
        """A written expression in Python, without what is the same everywhere."""
        term = self.leaves.read(cell.term)
        if isinstance(cell.value, int | tuple) and not is_real(cell.term):
            term = terms.whole(term)
        if uniform and isinstance(term, Apply) and term.operator == "tuple":
            term = term.terms[0] if len(set(term.terms)) == 1 else term
        term = self._fold(term)
        if isinstance(term, Literal) and uniform:
            return Literal(collapsed(python_value(term.value)))
        return term

    def _fold(self, term: Expression) -> Expression:
        """An expression without what is the same everywhere.

        A size of positions is that of this network's clips: it may be a value, or be in one, but
        makes no rule together with what differs.
        """
        partly = terms.fold(term, self._told)
        whole = partly if is_sayable(partly) else terms.fold(partly, self.fixed)
        return whole if isinstance(whole, Literal) else partly

    @cached_property
    def _told(self) -> Fixed:
        """What is the same everywhere, of what a constructor can be told."""
        return {leaf: value for leaf, value in self.fixed.items() if is_sayable(leaf)}

    def holds(self, term: Expression, column: Column, *, uniform: bool = False) -> bool:
        """Whether an expression gives the values of a column in every instance that has one."""
        try:
            found = [terms.compute(term, values) for values in self._values(term, column)]
        except _NOTHING:
            return False
        return all(map(_gives, found, column.values(), repeat(uniform)))

    def _values(self, term: Expression, places: Iterable[int]) -> Iterator[Fixed]:
        """What an expression reads, in the instances at some places."""
        read = {leaf for leaf in leaves(term) if not isinstance(leaf, Literal)}
        every = {leaf: self.leaves.values(leaf) for leaf in read if not isinstance(leaf, Counter)}
        counted: dict[Expression, PyValue] = {leaf: leaf.number for leaf in counters(term)}
        for place in places:
            yield {leaf: values[place] for leaf, values in every.items()} | counted


def _gives(found: Any, cell: Cell, uniform: bool) -> bool:
    """Whether what was computed is the value of a cell."""
    expected = cell.value
    if uniform:
        found, expected = collapsed(found), collapsed(expected)
    if is_real(cell.term) and isinstance(found, int | float):
        found = type(expected)(found) if found == expected else found
    return same(found, expected)


def _readings(term: Expression, column: Column) -> Iterator[Expression]:
    """An expression, and it for each axis where other instances have a tuple."""
    yield term
    value = first_value(column)
    if isinstance(value, tuple):
        whole = Apply("tuple", (term,) * len(value))
        yield Literal(value) if isinstance(term, Literal) else whole


def is_real(term: Expression) -> bool:
    return isinstance(term, Apply) and term.operator == terms.REAL


def counters(term: Expression) -> Iterable[Counter]:
    return (leaf for leaf in leaves(term) if isinstance(leaf, Counter))
