"""The leaves of expressions: the parameters of a block, and the sizes of its inputs.

A leaf that has one value in the whole network, however it gets there, is written as a constant. Any
other becomes an argument of the constructor, or is computed from one. A column holds one value, as
a kernel, for all instances of a class, with the expression that each instance wrote for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import NamedTuple, TypeAlias

from archdsl.emit import terms
from archdsl.emit.bodies import Body
from archdsl.emit.classes import BlockClass, Classes
from archdsl.emit.entering import CHANNELS, FEATURES, is_position
from archdsl.emit.sizes import Sizes
from archdsl.emit.terms import is_block, python_value
from archdsl.ir.traced import plain
from archdsl.ir.written import (
    Apply,
    Counter,
    Entering,
    Expression,
    Literal,
    Measured,
    Named,
    Opaque,
    Parameter,
    leaves,
)
from archdsl.ops.forms import PyValue, Required
from archdsl.params.numbers import is_integer


class Cell(NamedTuple):
    """A value in one instance, with the expression that it was written as."""

    value: PyValue
    term: Expression


Column: TypeAlias = dict[int, Cell]
"""A cell for each instance that has the value, by the number of the instance in its class."""


def same(a: object, b: object) -> bool:
    """Whether values are equal and of one type: Python's 1 equals True and 1.0, code does not.

    Floats are compared with a tolerance, since the language computes with exact fractions.
    """
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


def reads_counter(column: Column) -> bool:
    """Whether a column depends on the number of a block in its stage."""
    return any(isinstance(leaf, Counter) for cell in column.values() for leaf in leaves(cell.term))


def is_always(column: Column, default: PyValue | Required) -> bool:
    """Whether every value is the default, so that the argument can be left out."""
    if isinstance(default, Required):
        return False
    return all(same(cell.value, default) for cell in column.values())


def broadcast(values: list[PyValue]) -> list[PyValue]:
    """Integers as tuples of equal entries, if other instances have tuples.

    An argument has one type: `kernel` is 3 in one call and (1, 3, 3) in another.
    """
    lengths = {len(value) for value in values if isinstance(value, tuple)}
    if len(lengths) != 1:
        return values
    (length,) = lengths
    return [(value,) * length if is_integer(value) else value for value in values]


def collapse(value: PyValue) -> PyValue:
    """A tuple of one repeated number as that number."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        return value[0]
    return value


Fixed = Mapping[Expression, PyValue]
"""The constant leaves of a class, with their values."""


@dataclass
class Leaves:
    """The leaves of one class, with the value of each in all instances.

    `aliases` are leaves that every caller writes like an earlier one, such as `channels` where it
    is always the channels of the input. One argument serves both.
    """

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
        """Sizes of inputs, then parameters: of two aliases the earlier one is the argument."""
        first = self.bodies[0]
        for name, value in first.scope.inputs.items():
            inner = map(str, range(first.graph.type(value).rank))
            yield from (Entering(name, what) for what in (CHANNELS, FEATURES, *inner))
        yield from map(Parameter, first.scope.arguments)

    def values(self, leaf: Expression) -> list[PyValue]:
        """The value in each instance; an empty list if some value does not exist in Python."""
        if leaf not in self._values:
            values = [_value(body, leaf) for body in self.bodies]
            if self.is_switch(leaf):
                values = [value is not None for value in values]
            self._values[leaf] = [] if NotImplemented in values else broadcast(values)
        return self._values[leaf]

    def is_switch(self, leaf: Expression) -> bool:
        """Whether a parameter is a block or `none`: as an argument it is a bool."""
        if not isinstance(leaf, Parameter):
            return False
        values = [body.scope.arguments[leaf.name].value for body in self.bodies]
        # If it is `none` everywhere, it is a constant like any other.
        return all(value is None or is_block(value) for value in values) and any(values)

    def python_term(self, term: Expression) -> Expression:
        """A written expression in Python; `attention != none` becomes the switch `attention`."""
        return self._adapt(terms.to_python(terms.substitute(term, self.aliases)))

    def _adapt(self, term: Expression) -> Expression:
        if isinstance(term, Named):
            return replace(term, term=self._adapt(term.term))
        if not isinstance(term, Apply):
            return term
        if term.operator in ("max", "min", "sum") and self._is_number(*term.terms):
            return self._adapt(term.terms[0])
        if term.operator in ("==", "!=") and Literal(None) in term.terms:
            switch = next((inner for inner in term.terms if self.is_switch(inner)), None)
            if switch is not None:
                return switch if term.operator == "!=" else Apply("not", (switch,))
        return replace(term, terms=tuple(map(self._adapt, term.terms)))

    def _is_number(self, term: Expression, *others: Expression) -> bool:
        """Whether the only operand is a number: the language has `max(3) == 3`, Python raises."""
        if others or not isinstance(term, Parameter):
            return False
        return all(isinstance(value, int | float) for value in self.values(term))

    def _find_alias(self, leaf: Expression) -> None:
        """Record an earlier leaf that every caller writes the same expression for."""
        # Quadratic in the leaves of one block, of which there are some dozens.
        # A constructor knows the one and `forward` the other, if just one is the size of a clip.
        known = (
            other
            for other in self
            if other not in self.aliases and is_position(other) == is_position(leaf)
        )
        for other in takewhile(lambda other: other != leaf, known):
            if all(_are_written_alike(body, leaf, other) for body in self.bodies):
                self.aliases[leaf] = other
                return


def is_computable(term: Expression) -> bool:
    """Whether a constructor can compute an expression: it does not depend on sizes of positions.

    Channels and features are properties of the weights. Frames, height and width are properties of
    a clip, and the module must work for clips of any size.
    """
    return not any(map(is_position, leaves(term))) and not isinstance(term, Opaque)


def _value(body: Body, leaf: Expression) -> PyValue:
    """The value of a leaf in one instance; NotImplemented if it does not exist in Python."""
    if isinstance(leaf, Parameter):
        return python_value(body.scope.arguments[leaf.name].value)
    if isinstance(leaf, Measured):
        return plain(body.measured[leaf]) if leaf in body.measured else NotImplemented
    assert isinstance(leaf, Entering)
    shape = body.graph.type(body.scope.inputs[leaf.name]).shape
    place = {CHANNELS: 0, FEATURES: -1}.get(leaf.what)
    if place is None:
        place = int(leaf.what)
    # One class can take tensors of several ranks, and the leaves are those of the first.
    return shape[place] if place < len(shape) else NotImplemented


def _are_written_alike(body: Body, leaf: Expression, other: Expression) -> bool:
    """Whether some caller on the way outwards writes one expression for both leaves.

    Equal numbers do not count: they may be equal by chance.
    """
    while body.parent is not None:
        leaf, other = body.caller_term(leaf), body.caller_term(other)
        if leaf == other:
            return not isinstance(leaf, Opaque) and any(
                not isinstance(inner, Literal) for inner in leaves(leaf)
            )
        body = body.parent
    return False


def constants(classes: Classes, opens: frozenset[str], sizes: Sizes) -> dict[BlockClass, Fixed]:
    """The constant leaves of each class, given the open parameters of the network.

    Equal values are not enough: a caller that computes the value from its own arguments may compute
    another one in a network with other arguments. So callers are decided before their callees. A
    function is given what depends on the sizes of a clip.
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
            and not (owner.is_function and any(sizes.axes_of_leaf(b, leaf) for b in known.bodies))
        }
    return found


def _is_fixed(
    body: Body,
    leaf: Expression,
    owners: Mapping[int, BlockClass],
    found: Mapping[BlockClass, Fixed],
    opens: frozenset[str],
) -> bool:
    """Whether the callers of an instance write a leaf as a constant, given their own constants."""
    if body.parent is None:
        return not (isinstance(leaf, Parameter) and leaf.name in opens)
    term, body = body.outward(leaf), body.parent
    # A block that only delegates has no class, so the question goes to the caller around it.
    while body.scope.index not in owners:
        assert body.parent is not None
        term, body = body.outward(term), body.parent
    if body.parent is None and isinstance(term, Opaque):
        return not opens
    folded = terms.fold(terms.to_python(term), found[owners[body.scope.index]])
    return isinstance(folded, Literal)
