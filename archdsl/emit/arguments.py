"""What differs between the instances of a class becomes arguments of its constructor.

A column is the list of values that one thing has in all instances. A thing whose column is
constant is written as a literal. Any other is written as the parameter of the block whose
column is the same, as one derived from it, or else as an argument of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, combinations

from archdsl.emit import columns, formulas
from archdsl.emit.candidates import candidates, python_value
from archdsl.emit.classes import BlockClass
from archdsl.emit.columns import Column, is_constant, matches, same
from archdsl.emit.names import variable
from archdsl.emit.python import Atom, Call, Generator, Infix, Python, Subscript, Tuple, literal
from archdsl.ir.formula import Formula
from archdsl.ops.base import PyValue

_MOST_TIMES = 64
"""What a parameter may be multiplied by, to be written so."""


@dataclass
class Arguments:
    """The arguments of one class's constructor, found while its members are written."""

    owner: BlockClass
    candidates: dict[str, Column] = field(init=False)
    used: dict[str, Column] = field(default_factory=dict)
    computed: dict[str, Python] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.candidates = candidates(self.owner)

    def write(self, name: str, column: Column, member: str) -> Python:
        """An expression for a column of values, which a `member` calls `name`.

        As an argument of its own it has that name, or one with the member's before it.
        """
        if is_constant(column):
            return literal(next(iter(column.values())))
        return self._derived(name, column) or self._own(name, column, member)

    def offers(self, column: Column) -> bool:
        """Whether a parameter has these values, which differ."""
        known = self.candidates.values()
        return not is_constant(column) and any(matches(column, values) for values in known)

    def flag(self, places: set[int], member: str) -> Python:
        """An expression for whether an optional member is there."""
        column: Column = {i: i in places for i in range(len(self.owner.instances))}
        declared = self.owner.definition.parameters
        for candidate in (name for name in declared if name in self.candidates):
            values = self.candidates[candidate]
            truths: Column = {i: bool(value) for i, value in values.items()}
            if columns.is_switch(values) and matches(column, truths):
                self.candidates[candidate] = truths
                return self.use(candidate)
        found = self._condition(column) or self._exact("", column)
        return found or self._own(f"with_{member}", column, member)

    def _condition(self, column: Column) -> Python | None:
        """One or two differences that tell, such as `stride != 1 or in_channels != channels`.

        Two are preferred: what holds for either reason in this network may do so in another.
        """
        known = [test for test in self._differences() if any(test.holds.values())]
        for count in (2, 1):
            for tests in combinations(known, count):
                told: Column = {i: any(t.holds[i] for t in tests) for i in column}
                if matches(column, told):
                    written = tuple(t.write(self) for t in tests)
                    return written[0] if count == 1 else Infix("or", written)
        return None

    def _differences(self) -> Iterator[_Difference]:
        """Parameters that are not at their default, and channels that change."""
        block = self.owner.definition
        for name in block.parameters:
            default = python_value(block.defaults.get(name, ...))
            if name in self.candidates and columns.is_whole(default):
                yield _Difference(name, literal(default), self.candidates[name], default)
        for inner, outer in (("in_channels", "channels"), ("in_features", "features")):
            if inner in self.candidates and outer in block.parameters:
                yield _Difference(inner, outer, self.candidates[inner], self.candidates[outer])

    def _own(self, name: str, column: Column, member: str) -> Python:
        """A new argument; instances that lack the member have no value for it."""
        unique = name
        while unique in self.candidates:
            unique = f"{member}_{unique}"
        self.candidates[unique] = self.used[unique] = column
        return Atom(variable(unique))

    def _derived(self, name: str, column: Column) -> Python | None:
        exact = self._exact(name, column) or self._halves(column)
        return exact or self._multiple(column) or self._entries(name, column)

    def _exact(self, name: str, column: Column) -> Python | None:
        for candidate in _first(name, self.candidates):
            if matches(column, self.candidates[candidate]):
                return self.use(candidate)
        return None

    def _halves(self, column: Column) -> Python | None:
        """Half of a parameter, or of each of its entries, as the padding of a kernel is."""
        for candidate, values in self.candidates.items():
            if not matches(column, {i: columns.half(value) for i, value in values.items()}):
                continue
            used = self.use(candidate)
            if not isinstance(next(iter(column.values())), tuple):
                return Infix("//", (used, Atom("2")))
            half = Infix("//", (Atom("size"), Atom("2")))
            return Call(Atom("tuple"), (Generator(half, Atom("size"), used),))
        return None

    def _multiple(self, column: Column) -> Python | None:
        """Several times a parameter, as what is joined has the channels of several."""
        for candidate, values in self.candidates.items():
            times = columns.ratio(column, values)
            if 1 < times <= _MOST_TIMES and columns.are_telling(values, times):
                return Infix("*", (literal(times), self.use(candidate)))
        return None

    def _entries(self, name: str, column: Column) -> Python | None:
        """A tuple whose entries can be written one by one."""
        lengths = {len(value) if isinstance(value, tuple) else -1 for value in column.values()}
        if len(lengths) != 1 or lengths <= {-1, 0}:
            return self._entry(column)
        slots = [columns.entry(column, position) for position in range(lengths.pop())]
        written = [
            literal(next(iter(c.values()))) if is_constant(c) else self._derived(name, c)
            for c in slots
        ]
        if any(item is None for item in written):
            return None
        return Tuple(tuple(item for item in written if item is not None))

    def _entry(self, column: Column) -> Python | None:
        """One entry of a parameter that is a tuple."""
        for candidate, values in self.candidates.items():
            for position in range(columns.shortest(values)):
                if matches(column, columns.entry(values, position)):
                    return Subscript(self.use(candidate), literal(position))
        return None

    def use(self, candidate: str) -> Python:
        """The name of a candidate, which becomes an argument unless it can be computed."""
        if candidate in self.computed or self._compute(candidate):
            return Atom(variable(candidate))
        self.used[candidate] = self.candidates[candidate]
        return Atom(variable(candidate))

    def _compute(self, candidate: str) -> bool:
        """Whether a parameter has its default in all instances, and that is a formula."""
        formula = self.owner.definition.formulas.get(candidate)
        if formula is None:
            return False
        column = self.candidates[candidate]
        names = {term: _source(term, self.owner) for term in formulas.parameters(formula)}
        if not all(name in self.candidates for name in names.values()):
            return False
        for reading in formulas.readings(formula):
            if self._gives(reading, names, column):
                written = {term: str(self.use(name)) for term, name in names.items()}
                self.computed[candidate] = formulas.write(reading, written)
                return True
        return False

    def _gives(self, formula: Formula, names: Mapping[str, str], column: Column) -> bool:
        """Whether a formula over candidates gives a column, in every instance."""
        for place, value in column.items():
            known = {term: self.candidates[name].get(place) for term, name in names.items()}
            if not _agrees(formula, known, value):
                return False
        return True


def _source(term: str, owner: BlockClass) -> str:
    """The candidate that a term of a formula stands for: `x.channels` is `in_channels`."""
    name, _, size = term.partition(".")
    if size != "channels":
        return term
    prefix = "in" if name == next(iter(owner.plan.inputs), None) else name
    return f"{prefix}_channels"


def _agrees(formula: Formula, values: Mapping[str, PyValue], expected: PyValue) -> bool:
    try:
        found = formulas.evaluate(formula, values)
        return same(found, expected) or formulas.is_root(formula, found, expected)
    except (TypeError, ValueError, ArithmeticError):
        return False


@dataclass(frozen=True)
class _Difference:
    """`name != other`, where `other` is a literal or another parameter."""

    name: str
    other: Python | str
    values: Column
    against: PyValue | Column

    @property
    def holds(self) -> dict[int, bool]:
        against = self.against
        other = against if isinstance(against, dict) else dict.fromkeys(self.values, against)
        return {i: i in other and not same(value, other[i]) for i, value in self.values.items()}

    def write(self, arguments: Arguments) -> Python:
        other = arguments.use(self.other) if isinstance(self.other, str) else self.other
        return Infix("!=", (arguments.use(self.name), other))


def _first(name: str, candidates: Mapping[str, Column]) -> Iterator[str]:
    """All candidates, the one of this name first."""
    own = [name] if name in candidates else []
    return chain(own, (candidate for candidate in list(candidates) if candidate != name))
