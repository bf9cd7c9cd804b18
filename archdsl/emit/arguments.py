"""The arguments of a class's constructor, and how the class says everything in terms of them.

Whatever the class needs was written somewhere: as an expression over the parameters of its
block and the channels that enter it. It is written again. What such an expression reads becomes
an argument, unless it is the same wherever the network calls the block. What no constructor can
compute, such as the size of a position, is an argument of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from archdsl.emit import terms
from archdsl.emit.bodies import Body
from archdsl.emit.classes import BlockClass
from archdsl.emit.leaves import (
    Cell,
    Column,
    Fixed,
    Leaves,
    Opens,
    first_value,
    is_constant,
    is_sayable,
)
from archdsl.emit.names import variable
from archdsl.emit.python import Atom, Python, literal
from archdsl.emit.readings import Reading, counters, is_real
from archdsl.emit.structure import Guard
from archdsl.frozen import Frozen
from archdsl.ir.written import (
    Apply,
    Counter,
    Entering,
    Expression,
    Literal,
    Named,
    Opaque,
    Origin,
    Parameter,
    is_opaque,
    leaves,
)

_OFTEN = 3
"""How often an expression is said before it gets a variable."""


class Closed(Exception):
    """A parameter of the network has a say that no constructor can repeat: it stays as it is."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__()
        self.names = names


class Given(Frozen):
    """An argument of a constructor: its values, and what stands for it in the block's terms."""

    name: str
    column: Column
    leaf: Expression | None
    is_switch: bool = False
    is_real: bool = False
    """Whether it may be any number, however whole those of the network are."""


@dataclass
class Arguments:
    """The arguments of one class's constructor, found while its members are written."""

    owner: BlockClass
    opens: Opens
    fixed: Fixed
    named: Mapping[Expression, str] = field(default_factory=dict)
    """Expressions that are said often enough to have a variable."""
    used: dict[str, Given] = field(default_factory=dict)
    computed: dict[str, Python] = field(default_factory=dict)
    reals: set[Expression] = field(default_factory=set)
    _owned: dict[tuple[Expression, ...], str] = field(default_factory=dict)
    _names: dict[Expression, str] = field(default_factory=dict)
    _said: dict[Expression, list[str]] = field(default_factory=dict)

    @cached_property
    def reading(self) -> Reading:
        return Reading(self.owner, self.fixed)

    @property
    def leaves(self) -> Leaves:
        return self.reading.leaves

    @property
    def bodies(self) -> list[Body]:
        return [instance.body for instance in self.owner.instances]

    def write(self, name: str, column: Column, member: str, *, uniform: bool = False) -> Python:
        """An expression for a column of values, which a `member` calls `name`.

        As an argument of its own it has that name, or one with the member's before it. Where it
        may be `uniform`, a tuple of one repeated number is as good as that number.
        """
        return self.counted(name, column, member, uniform=uniform)[0]

    def counted(
        self, name: str, column: Column, member: str, *, uniform: bool = False
    ) -> tuple[Python, Python]:
        """The expression, and as it reads where the number of a block is the counter `i`."""
        term = self.reading.expression(column, uniform=uniform)
        if any(is_real(cell.term) for cell in column.values()):
            self.take_real(term)
        is_made = isinstance(term, Apply) and not any(counters(term))
        if term is not None and is_made:
            self._said.setdefault(term, []).append(name)
            said = self._local(self.named.get(term, ""), term)
            return said, said
        if term is not None:
            literally = terms.fold(term, {leaf: leaf.number for leaf in counters(term)})
            return terms.write(literally, self._say), terms.write(term, self._say)
        said = self._own(name, column, member)
        return said, said

    def take_real(self, term: Expression | None) -> None:
        """What an expression reads may be any number, for it stands where any may."""
        self.reals |= set(leaves(term)) if term is not None else set()

    def repeated(self) -> Mapping[Expression, str]:
        """What was said often, with the name that it was first said for."""
        declared = self.owner.definition.parameters
        return {
            term: names[0]
            for term, names in self._said.items()
            if len(names) >= _OFTEN and names[0] not in declared
        }

    def condition(self, guards: Sequence[Guard], places: set[int], member: str) -> Python:
        """Whether an optional member is there: the conditions that led to it."""
        tests = [test for test in map(self.reading.test, guards) if test != Literal(True)]
        made = tests[0] if tests else Literal(True)
        for test in tests[1:]:
            made = Apply("and", (made, test))
        written = Opaque() if any(map(is_opaque, tests)) else made
        column: Column = {i: Cell(i in places, written) for i in range(len(self.bodies))}
        if tests and all(map(is_sayable, tests)) and self.reading.holds(made, column):
            return terms.write(made, self._say)
        return self._own(f"with_{member}", column, member)

    def refusals(self) -> Iterator[Python]:
        """The conditions on which the block does what no instance of the class shows."""
        first, *others = self.bodies
        for place, test in enumerate(first.scope.tests):
            if not isinstance(test.value, bool) or not _is_shared(test, place, others):
                continue
            term = self.reading.test((first.term(test), not test.value))
            is_known = is_sayable(term) and not isinstance(term, Literal)
            column: Column = {i: Cell(False, term) for i in range(len(self.bodies))}
            if is_known and self.reading.holds(term, column) and self._is_said(term):
                yield terms.write(term, self._say)

    def _is_said(self, term: Expression) -> bool:
        """Whether all that an expression reads is an argument already."""
        return all(leaf in self._names for leaf in leaves(term) if not isinstance(leaf, Literal))

    def _say(self, term: Expression) -> Python:
        """The variable of a leaf, or of an expression that the spec gives a name."""
        if isinstance(term, Counter):
            return Atom("i")
        if isinstance(term, Named):
            return self._local(term.name, term.term)
        if isinstance(term, Parameter) and (default := self._default(term.name)) is not None:
            return self._local(term.name, default)
        return Atom(variable(self._argument(term)))

    def _local(self, name: str, term: Expression) -> Python:
        """A variable of the constructor; one whose name means another thing is written out."""
        written = terms.write(term, self._say)
        if not name or not isinstance(term, Apply):
            return written
        if name in self.used or self.computed.setdefault(name, written) != written:
            return written
        return Atom(variable(name))

    def _default(self, name: str) -> Expression | None:
        """The default of a parameter that no call gives, where it is worked out from others."""
        written = {body.default(name) for body in self.bodies}
        only = written.pop() if len(written) == 1 else None
        if only is None or isinstance(only, Literal):
            return None
        leaf = Parameter(name)
        column = {i: Cell(v, only) for i, v in enumerate(self.leaves.values(leaf))}
        return self.reading.expression(column)

    def _argument(self, leaf: Expression) -> str:
        """The argument that a leaf is."""
        if leaf not in self._names:
            name = self._free(_name(leaf, self.owner))
            values = self.leaves.values(leaf)
            column = {i: Cell(value, leaf) for i, value in enumerate(values)}
            self._names[leaf] = name
            self.used[name] = Given(name, column, leaf, self.leaves.is_switch(leaf))
        return self._names[leaf]

    def _own(self, name: str, column: Column, member: str) -> Python:
        """An argument that stands for no parameter; instances without the member repeat one.

        What was written alike is handed over once.
        """
        self._check_closed(column)
        written = tuple(dict.fromkeys(cell.term for cell in column.values()))
        if written in self._owned and Opaque() not in written:
            return Atom(variable(self._owned[written]))
        if self.owner.is_network and is_constant(column):
            return literal(first_value(column))
        unique = self._free(name, member)
        self._owned[written] = unique
        filler = Cell(first_value(column), Opaque())
        whole = {i: column.get(i, filler) for i in range(len(self.owner.instances))}
        leaf = written[0] if len(written) == 1 else None
        self.used[unique] = Given(unique, whole, leaf)
        return Atom(variable(unique))

    def _free(self, name: str, member: str = "value") -> str:
        while name in self.used or name in self.computed:
            name = f"{member}_{name}"
        return name

    def check_quotients(self, column: Column) -> None:
        """See that no open parameter is divided into what a block is given.

        The block may take any number there, which the declared one gives no sign of.

        Raises:
            Closed: one is.
        """
        divided = {i: c for i, c in column.items() if isinstance(c.value, int) and _divides(c.term)}
        self._check_closed(divided)

    def _check_closed(self, column: Column) -> None:
        """See that no open parameter has a say in what is handed over as a value.

        Raises:
            Closed: one has.
        """
        closed = frozenset[str]()
        for place, cell in column.items():
            closed |= self.opens.of(self.bodies[place], cell.term)
        if closed:
            raise Closed(closed)


def _is_shared(test: Origin, place: int, others: Sequence[Body]) -> bool:
    """Whether other instances of a block come to the same test at the same place."""
    found = (body.scope.tests[place : place + 1] for body in others)
    return all(tests and tests[0].span == test.span for tests in found)


def _divides(term: Expression) -> bool:
    return isinstance(term, Apply) and (term.operator == "/" or any(map(_divides, term.terms)))


def _name(leaf: Expression, owner: BlockClass) -> str:
    """`in_channels` for those of what enters first, which most layers begin with."""
    if isinstance(leaf, Parameter):
        return leaf.name
    assert isinstance(leaf, Entering)
    first = next(iter(owner.plan.inputs), None)
    return f"{'in' if leaf.name == first else leaf.name}_{leaf.what}"
