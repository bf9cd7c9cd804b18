"""What the expressions of a class read: parameters of its block, and sizes of what enters.

A leaf that the network gives one value, by whatever way it comes, is written as that value. Any
other is an argument of the constructor, or worked out from one. A column has the values of one
thing in all instances of a class, with how they were written there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import takewhile
from typing import NamedTuple, TypeAlias

from archdsl.emit import terms
from archdsl.emit.bodies import CHANNELS, FEATURES, Body
from archdsl.emit.classes import BlockClass, Classes
from archdsl.emit.terms import is_block, python_value
from archdsl.frozen import Frozen
from archdsl.ir.graph import Graph
from archdsl.ir.written import (
    Apply,
    Entering,
    Expression,
    Literal,
    Named,
    Opaque,
    Parameter,
    leaves,
)
from archdsl.ops.base import PyValue, Required
from archdsl.params.numbers import is_integer


class Cell(NamedTuple):
    """A value in one instance, and how it was written, in terms of the class."""

    value: PyValue
    term: Expression


Column: TypeAlias = dict[int, Cell]
"""A cell for each instance that has one, by its place among all."""


def same(a: object, b: object) -> bool:
    """Equal and of one type: 1 is neither True nor 1.0."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9)
    return a == b and type(a) is type(b)


def is_constant(column: Column) -> bool:
    first, *others = (cell.value for cell in column.values())
    return all(same(first, value) for value in others)


def first_value(column: Column) -> PyValue:
    return next(iter(column.values())).value


def is_always(column: Column, default: PyValue | Required) -> bool:
    """Whether every value is the default, so that it need not be written."""
    if isinstance(default, Required):
        return False
    return all(same(cell.value, default) for cell in column.values())


def spread(values: list[PyValue]) -> list[PyValue]:
    """One size for all axes as a tuple, where other instances have a tuple."""
    lengths = {len(value) for value in values if isinstance(value, tuple)}
    if len(lengths) != 1:
        return values
    (length,) = lengths
    return [(value,) * length if is_integer(value) else value for value in values]


def collapsed(value: PyValue) -> PyValue:
    """A tuple of one repeated number as that number."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        return value[0]
    return value


Fixed = Mapping[Expression, PyValue]
"""The leaves of a class that have one value, with it."""


@dataclass
class Leaves:
    """The leaves of one class, with their values in each of its instances."""

    owner: BlockClass
    aliases: dict[Expression, Expression] = field(default_factory=dict)
    _values: dict[Expression, list[PyValue]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for leaf in self:
            self._find_alias(leaf)

    @property
    def bodies(self) -> list[Body]:
        return [instance.body for instance in self.owner.instances]

    def __iter__(self) -> Iterator[Expression]:
        """Sizes first, those that a constructor can be told before the others."""
        first = self.bodies[0]
        for name, value in first.scope.inputs.items():
            inner = map(str, range(1, first.graph.type(value).rank))
            yield from (Entering(name, what) for what in (CHANNELS, FEATURES, *inner))
        yield from map(Parameter, first.scope.arguments)

    def values(self, leaf: Expression) -> list[PyValue]:
        """One for each instance, or none at all where Python has none for some.

        One size for all axes is a tuple where others are tuples.
        """
        if leaf not in self._values:
            found = [_value(body, leaf) for body in self.bodies]
            if self.is_switch(leaf):
                found = [value is not None for value in found]
            self._values[leaf] = [] if NotImplemented in found else spread(found)
        return self._values[leaf]

    def is_switch(self, leaf: Expression) -> bool:
        """Whether a parameter is a block or `none`: a class only knows whether it is given."""
        if not isinstance(leaf, Parameter):
            return False
        values = [body.scope.arguments[leaf.name].value for body in self.bodies]
        return all(value is None or is_block(value) for value in values) and any(values)

    def read(self, term: Expression) -> Expression:
        """A written expression in Python; a switch is not compared with `none`, but read."""
        return self._suited(terms.pythonic(terms.renamed(term, self.aliases)))

    def _suited(self, term: Expression) -> Expression:
        if isinstance(term, Named):
            return replace(term, term=self._suited(term.term))
        if not isinstance(term, Apply):
            return term
        if term.operator in ("max", "min", "sum") and self._is_number(*term.terms):
            return self._suited(term.terms[0])
        if term.operator in ("==", "!=") and Literal(None) in term.terms:
            switch = next((inner for inner in term.terms if self.is_switch(inner)), None)
            if switch is not None:
                return switch if term.operator == "!=" else Apply("not", (switch,))
        return replace(term, terms=tuple(map(self._suited, term.terms)))

    def _is_number(self, term: Expression, *others: Expression) -> bool:
        """Whether a single number stands where a tuple might: its own largest, in the language."""
        if others or not isinstance(term, Parameter):
            return False
        return all(isinstance(value, int | float) for value in self.values(term))

    def _find_alias(self, leaf: Expression) -> None:
        """A leaf that is written like another wherever the block is called is no argument."""
        known = (other for other in self if other not in self.aliases)
        for other in takewhile(lambda other: other != leaf, known):
            if all(_are_one(body, leaf, other) for body in self.bodies):
                self.aliases[leaf] = other
                return


def is_sayable(term: Expression) -> bool:
    """Whether a constructor can work an expression out: it knows no sizes of positions."""
    return not any(_is_position(leaf) for leaf in leaves(term)) and not isinstance(term, Opaque)


def _is_position(leaf: Expression) -> bool:
    return isinstance(leaf, Opaque) or (isinstance(leaf, Entering) and leaf.what.isdigit())


def _value(body: Body, leaf: Expression) -> PyValue:
    """The value of a leaf in one instance; NotImplemented where Python has none."""
    if isinstance(leaf, Parameter):
        return python_value(body.scope.arguments[leaf.name].value)
    assert isinstance(leaf, Entering)
    shape = body.graph.type(body.scope.inputs[leaf.name]).shape
    place = {CHANNELS: 0, FEATURES: -1}.get(leaf.what)
    return shape[int(leaf.what) if place is None else place]


def _are_one(body: Body, leaf: Expression, other: Expression) -> bool:
    """Whether callers, one around the other, come to write the same for two leaves.

    The same number is no such thing: it may be so by chance.
    """
    while body.parent is not None:
        leaf, other = body.called(leaf), body.called(other)
        if leaf == other:
            return not isinstance(leaf, Opaque) and any(
                not isinstance(inner, Literal) for inner in leaves(leaf)
            )
        body = body.parent
    return False


def constants(classes: Classes, opens: frozenset[str]) -> dict[BlockClass, Fixed]:
    """For each class its leaves that have one value, callers before what they call.

    It is one only if the callers write it as one: a value that they work out from arguments of
    their own may be another in another network.
    """
    found: dict[BlockClass, Fixed] = {}
    owners = {instance.scope.index: owner for instance, owner in classes.of.items()}
    for owner in reversed(classes.ordered):
        known = Leaves(owner)
        found[owner] = {
            leaf: values[0]
            for leaf in known
            if (values := known.values(leaf))
            and all(same(values[0], value) for value in values[1:])
            and all(_is_fixed(body, leaf, owners, found, opens) for body in known.bodies)
        }
    return found


def _is_fixed(
    body: Body,
    leaf: Expression,
    owners: Mapping[int, BlockClass],
    found: Mapping[BlockClass, Fixed],
    opens: frozenset[str],
) -> bool:
    if body.parent is None:
        return not (isinstance(leaf, Parameter) and leaf.name in opens)
    term, body = body.outward(leaf), body.parent
    while body.scope.index not in owners:
        assert body.parent is not None
        term, body = body.outward(term), body.parent
    if body.parent is None and isinstance(term, Opaque):
        return not opens
    folded = terms.fold(terms.pythonic(term), found[owners[body.scope.index]])
    return isinstance(folded, Literal)


def open_numbers(graph: Graph) -> frozenset[str]:
    """The numbers that a network only hands on to blocks, such as that of classes."""
    bindings = graph.scopes[0].bindings
    numbers = (name for name in graph.open_parameters if isinstance(bindings[name], int | Fraction))
    return frozenset(name for name in numbers if not isinstance(bindings[name], bool))


class Opens(Frozen):
    """Which of the network's open parameters an expression of a block depends on."""

    names: frozenset[str]

    def of(self, body: Body, term: Expression) -> frozenset[str]:
        if not self.names:
            return self.names
        while body.parent is not None:
            term, body = body.outward(term), body.parent
        read = {leaf.name for leaf in leaves(term) if isinstance(leaf, Parameter)}
        return self.names & read


def decided(classes: Classes) -> frozenset[str]:
    """The parameters of the network on which it depends what is built at all."""
    found = frozenset[str]()
    for made in classes.ordered:
        for instance in made.instances:
            body = instance.body
            every = Opens(frozenset(body.bodies[0].scope.arguments))
            for term in (*map(body.term, body.scope.tests), *body.decided):
                found |= every.of(body, term)
    return found
