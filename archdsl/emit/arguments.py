"""What differs between the instances of a class becomes arguments of its constructor.

A column is the list of values that one thing has in all instances. A thing whose column is
constant is written as a literal. Any other is written as the parameter of the block whose
column is the same, as one derived from it, or else as an argument of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, combinations
from typing import TypeAlias

from archdsl.emit import formulas
from archdsl.emit.classes import BlockClass
from archdsl.emit.names import variable
from archdsl.emit.python import Atom, Call, Generator, Infix, Python, Subscript, Tuple, literal
from archdsl.emit.structure import Instance
from archdsl.ir.formula import Formula
from archdsl.ops.base import PyValue

Column: TypeAlias = dict[int, PyValue]
"""A value for each instance that has one, by its place among all."""


def same(a: PyValue, b: PyValue) -> bool:
    """Equal and of one type: 1 is neither True nor 1.0."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b and type(a) is type(b)


def constant(column: Column) -> bool:
    values = iter(column.values())
    first = next(values)
    return all(same(first, value) for value in values)


@dataclass
class Arguments:
    """The arguments of one class's constructor, found while its members are written."""

    owner: BlockClass
    candidates: dict[str, Column] = field(init=False)
    used: dict[str, Column] = field(default_factory=dict)
    computed: dict[str, Python] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.candidates = _candidates(self.owner)

    def write(self, name: str, column: Column, member: str) -> Python:
        """An expression for a column of values, which a `member` calls `name`.

        As an argument of its own it has that name, or one with the member's before it.
        """
        if constant(column):
            return literal(next(iter(column.values())))
        return self._derived(name, column) or self._own(name, column, member)

    def flag(self, places: set[int], own_name: str) -> Python:
        """An expression for whether an optional member is there."""
        column: Column = {i: i in places for i in range(len(self.owner.instances))}
        declared = self.owner.definition.parameters
        for candidate in (name for name in declared if name in self.candidates):
            values = self.candidates[candidate]
            truths: Column = {i: bool(value) for i, value in values.items()}
            if _switch(values) and _matches(column, truths):
                self.candidates[candidate] = truths
                return self.use(candidate)
        return self._condition(column) or self._exact("", column) or self._own(own_name, column)

    def _condition(self, column: Column) -> Python | None:
        """One or two differences that tell, such as `stride != 1 or in_channels != channels`."""
        known = list(self._differences())
        for count in (1, 2):
            for tests in combinations(known, count):
                told: Column = {i: any(t.holds[i] for t in tests) for i in column}
                if _matches(column, told):
                    written = tuple(t.write(self) for t in tests)
                    return written[0] if count == 1 else Infix("or", written)
        return None

    def _differences(self) -> Iterator[_Difference]:
        """Parameters that are not at their default, and channels that change."""
        block = self.owner.definition
        for name in block.parameters:
            default = python_value(block.defaults.get(name, ...))
            if name in self.candidates and _whole(default):
                yield _Difference(name, literal(default), self.candidates[name], default)
        for inner, outer in (("in_channels", "channels"), ("in_features", "features")):
            if inner in self.candidates and outer in block.parameters:
                yield _Difference(inner, outer, self.candidates[inner], self.candidates[outer])

    def _own(self, name: str, column: Column, prefix: str = "own") -> Python:
        """A new argument; instances that lack the member have no value for it."""
        unique = name
        while unique in self.candidates:
            unique = f"{prefix}_{unique}"
        self.candidates[unique] = self.used[unique] = column
        return Atom(variable(unique))

    def _derived(self, name: str, column: Column) -> Python | None:
        return self._exact(name, column) or self._halves(column) or self._entries(name, column)

    def _exact(self, name: str, column: Column) -> Python | None:
        for candidate in _first(name, self.candidates):
            if _matches(column, self.candidates[candidate]):
                return self.use(candidate)
        return None

    def _halves(self, column: Column) -> Python | None:
        """Half of a parameter, or of each of its entries, as the padding of a kernel is."""
        for candidate, values in self.candidates.items():
            if not _matches(column, {i: _half(value) for i, value in values.items()}):
                continue
            used = self.use(candidate)
            if not isinstance(next(iter(column.values())), tuple):
                return Infix("//", (used, Atom("2")))
            half = Infix("//", (Atom("size"), Atom("2")))
            return Call(Atom("tuple"), (Generator(half, Atom("size"), used),))
        return None

    def _entries(self, name: str, column: Column) -> Python | None:
        """A tuple whose entries can be written one by one."""
        lengths = {len(value) if isinstance(value, tuple) else -1 for value in column.values()}
        if len(lengths) != 1 or lengths <= {-1, 0}:
            return self._entry(column)
        columns = [_entry_column(column, position) for position in range(lengths.pop())]
        written = [
            literal(next(iter(c.values()))) if constant(c) else self._derived(name, c)
            for c in columns
        ]
        if any(item is None for item in written):
            return None
        return Tuple(tuple(item for item in written if item is not None))

    def _entry(self, column: Column) -> Python | None:
        """One entry of a parameter that is a tuple."""
        for candidate, values in self.candidates.items():
            for position in range(_shortest(values)):
                if _matches(column, _entry_column(values, position)):
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
        column = self.candidates[candidate]
        if formula is None:
            return False
        names = {term: _source(term, self.owner) for term in formulas.parameters(formula)}
        if not all(name in self.candidates for name in names.values()):
            return False
        for place, value in column.items():
            known = {term: self.candidates[name].get(place) for term, name in names.items()}
            if not _gives(formula, known, value):
                return False
        written = {term: str(self.use(name)) for term, name in names.items()}
        self.computed[candidate] = formulas.write(formula, written)
        return True


def _source(term: str, owner: BlockClass) -> str:
    """The candidate that a term of a formula stands for: `x.channels` is `in_channels`."""
    name, _, size = term.partition(".")
    if size != "channels":
        return term
    prefix = "in" if name == next(iter(owner.plan.inputs), None) else name
    return f"{prefix}_channels"


def _gives(formula: Formula, values: Mapping[str, PyValue], expected: PyValue) -> bool:
    try:
        return same(formulas.evaluate(formula, values), expected)
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


def _whole(value: PyValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _matches(column: Column, values: Column) -> bool:
    return all(i in values and same(value, values[i]) for i, value in column.items())


def _first(name: str, candidates: Mapping[str, Column]) -> Iterator[str]:
    """All candidates, the one of this name first."""
    own = [name] if name in candidates else []
    return chain(own, (candidate for candidate in list(candidates) if candidate != name))


def _switch(values: Column) -> bool:
    """Whether a parameter is given or not, true or false, and nothing else."""
    return all(value is None or isinstance(value, bool) for value in values.values())


def _half(value: PyValue) -> PyValue:
    if isinstance(value, tuple):
        return tuple(_half(entry) for entry in value)
    return value // 2 if _whole(value) else None  # type: ignore[operator]


def _shortest(values: Column) -> int:
    return min(len(v) if isinstance(v, tuple) else 0 for v in values.values())


def _entry_column(column: Column, position: int) -> Column:
    return {i: value[position] for i, value in column.items() if isinstance(value, tuple)}


# What an instance offers as arguments


def _candidates(owner: BlockClass) -> dict[str, Column]:
    """The channels of the inputs, the block's parameters, and the names in its body."""
    found: dict[str, Column] = {}
    offers: list[Callable[[Instance], dict[str, PyValue]]] = [_channels, _bindings]
    for offer in offers:
        for place, instance in enumerate(owner.instances):
            for name, value in offer(instance).items():
                found.setdefault(name, {})[place] = value
    return {name: spread(column) for name, column in found.items()}


def spread(column: Column) -> Column:
    """One size for all axes as a tuple, where other instances have a tuple."""
    lengths = {len(value) for value in column.values() if isinstance(value, tuple)}
    if len(lengths) != 1:
        return column
    (length,) = lengths
    return {i: (v,) * length if _whole(v) else v for i, v in column.items()}


def _channels(instance: Instance) -> dict[str, PyValue]:
    """`in_channels` for convolutions and `in_features` for linear layers, of each input."""
    sizes: dict[str, PyValue] = {}
    for position, (name, value) in enumerate(instance.scope.inputs.items()):
        shape = instance.graph.type(value).shape
        prefix = "in" if position == 0 else name
        sizes |= {f"{prefix}_channels": shape[0]}
        if len(shape) < 3:
            sizes |= {f"{prefix}_features": shape[-1]}
    return sizes


def _bindings(instance: Instance) -> dict[str, PyValue]:
    bindings = instance.scope.bindings
    block = instance.scope.block
    declared = block.parameters if block else ()
    names = [*(n for n in declared if n in bindings), *(n for n in bindings if n not in declared)]
    values = {name: python_value(bindings[name]) for name in names}
    return {name: value for name, value in values.items() if value is not NotImplemented}


def python_value(value: object) -> PyValue:
    """A value of the language as one of Python; a block counts as true.

    What has no such value is NotImplemented.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, tuple):
        entries = tuple(map(python_value, value))
        return NotImplemented if NotImplemented in entries else entries
    return True if hasattr(value, "given") else NotImplemented
