"""The arguments of a class's constructor, and every value in the class as an expression over them.

The spec wrote each value as an expression over the parameters of the block and the channels of its
inputs. The class writes the same expression. A parameter that it reads becomes an argument, unless
it has one value in the whole network. A value that no constructor can compute, such as the number
of frames, becomes an argument of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from archdsl.emit import terms
from archdsl.emit.bodies import Body
from archdsl.emit.classes import BlockClass
from archdsl.emit.integers import has_quotient
from archdsl.emit.leaves import (
    Cell,
    Column,
    Fixed,
    Leaves,
    first_value,
    is_computable,
    is_constant,
    same,
)
from archdsl.emit.names import variable
from archdsl.emit.opens import ClosedParameters, OpenParameters
from archdsl.emit.python import Atom, Python, literal
from archdsl.emit.quotients import Remainders
from archdsl.emit.readings import Reading, counters, is_real
from archdsl.emit.references import Guard
from archdsl.frozen import Frozen
from archdsl.ir.written import (
    Apply,
    Counter,
    Entering,
    Expression,
    Literal,
    Named,
    Opaque,
    Parameter,
    leaves,
)

_OFTEN = 3
"""How many uses of an expression are worth a variable."""


class Argument(Frozen):
    """An argument of a constructor: its value in each instance, and its expression in the block.

    `leaf` is None where instances write different expressions. A switch says whether a block was
    given for a parameter, which a class cannot take as a value.
    """

    name: str
    column: Column
    leaf: Expression | None
    is_switch: bool = False
    is_real: bool = False
    """Whether any number is allowed, even if the network's values are all integers."""


@dataclass
class Arguments:
    """The arguments of one class's constructor, collected while its members are written."""

    owner: BlockClass
    opens: OpenParameters
    fixed: Fixed
    named: Mapping[Expression, str] = field(default_factory=dict)
    """The expressions that are used often enough to get a variable, from an earlier pass."""
    used: dict[str, Argument] = field(default_factory=dict)
    """The arguments so far, by name."""
    computed: dict[str, Python] = field(default_factory=dict)
    """The local variables of the constructor so far: name and value, in order."""
    remainders: Remainders = field(default_factory=Remainders)
    """The conditions on which a quotient is no integer, though the class writes `//`."""
    _reals: set[Expression] = field(default_factory=set)
    """The leaves that are read where any number is allowed."""
    _integers: set[Expression] = field(default_factory=set)
    """The leaves that are read anywhere else."""
    _own_names: dict[tuple[Expression, ...], str] = field(default_factory=dict)
    _names: dict[Expression, str] = field(default_factory=dict)
    _uses: dict[Expression, list[str]] = field(default_factory=dict)

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
        """An expression with the values of a column, which `member` needs as its `name`.

        If it becomes an argument, that is called `name`, with the member's name before it if that
        is taken. If it may be `uniform`, `(2, 2, 2)` can be written as `2`.
        """
        real = any(is_real(cell.term) for cell in column.values())
        return self.write_both(name, column, member, uniform=uniform, real=real)[0]

    def write_both(
        self, name: str, column: Column, member: str, *, real: bool, uniform: bool = False
    ) -> tuple[Python, Python]:
        """The expression twice: with the number of the block as a literal, and as the variable `i`.

        Both are needed, since only the table's class knows later whether its blocks form a loop.
        `real` says that any number is allowed where the expression goes.
        """
        term = self.reading.expression(column, uniform=uniform)
        if term is None:
            written = self._own_argument(name, column, member)
            return written, written
        (self._reals if real else self._integers).update(leaves(term))
        both = self._written_both(term, name)
        # Last: what it reads becomes arguments in the order in which the value reads it.
        self.remainders.note(term, self._variable)
        return both

    def _written_both(self, term: Expression, name: str) -> tuple[Python, Python]:
        # An expression over `i` differs from block to block, so no variable can hold it.
        if isinstance(term, Apply) and not any(counters(term)):
            self._uses.setdefault(term, []).append(name)
            written = self._local(self.named.get(term, ""), term)
            return written, written
        literally = terms.fold(term, {leaf: leaf.number for leaf in counters(term)})
        return terms.write(literally, self._variable), terms.write(term, self._variable)

    def written(self, term: Expression) -> Python:
        """An expression that a constructor can compute, over its arguments."""
        self._integers.update(leaves(term))
        written = terms.write(term, self._variable)
        self.remainders.note(term, self._variable)
        return written

    def is_plain(self, column: Column, uniform: bool = False) -> bool:
        """Whether a value is a constant, or an argument that only passes it on.

        A default that an expression computes must be written: another argument may change it.
        """
        term = self.reading.expression(column, uniform=uniform)
        return term is None or isinstance(term, Literal)

    def final(self) -> list[Argument]:
        """All arguments, in the order of their first use, once every member is written.

        An argument is real only if no place that reads it needs an integer: a number of heads may
        divide a scale, which is real, but it also splits the features.
        """
        reals = self._reals - self._integers
        return [replace(one, is_real=one.leaf in reals) for one in self.used.values()]

    def repeated(self) -> Mapping[Expression, str]:
        """The expressions that were used often, each with the name that it was first used for."""
        declared = self.owner.definition.parameters
        return {
            term: names[0]
            for term, names in self._uses.items()
            if len(names) >= _OFTEN and names[0] not in declared and not _is_short(term)
        }

    def condition(self, guard: Guard, holders: Mapping[int, bool]) -> Expression | None:
        """A condition of the text, in which instances it holds.

        None if the constructor cannot compute it, or if it disagrees with them.
        """
        term = self.reading.test(guard)
        if isinstance(term, Literal) or not is_computable(term):
            return None
        column = {i: Cell(holds, term) for i, holds in holders.items()}
        return term if self.reading.holds(term, column) else None

    def switch(self, name: str, holders: Mapping[int, bool], guard: Guard | None) -> Python:
        """An argument for a condition that the constructor cannot compute."""
        # Without a guard, as of a round of a loop, nothing says why a member is there.
        term = self.reading.test(guard) if guard else Opaque()
        known = Opaque() if isinstance(term, Literal) or term.is_opaque else term
        return self._own_argument(name, {i: Cell(h, known) for i, h in holders.items()}, name)

    def known(self, term: Expression) -> Python | None:
        """An expression over arguments that there are already; None if it needs others."""
        read = {leaf for leaf in leaves(term) if not isinstance(leaf, Literal)}
        return terms.write(term, self._variable) if read <= self._names.keys() else None

    def _variable(self, term: Expression) -> Python:
        """A leaf, or an expression that the spec names, as a variable of the constructor."""
        if isinstance(term, Counter):
            return Atom("i")
        if isinstance(term, Named):
            return self._local(term.name, term.term)
        if isinstance(term, Parameter) and (default := self._default(term.name)) is not None:
            return self._local(term.name, default)
        return Atom(variable(self._argument(term)))

    def _local(self, name: str, term: Expression) -> Python:
        """A local variable for an expression; the expression itself if its name is taken."""
        written = terms.write(term, self._variable)
        if not name or not isinstance(term, Apply):
            return written
        # The lookup also declares the variable, if no other expression has its name.
        if name in self.used or self.computed.setdefault(name, written) != written:
            return written
        return Atom(variable(name))

    def _default(self, name: str) -> Expression | None:
        """The default of a parameter that no call gives, if it depends on other parameters.

        The constructor then computes it, instead of taking one more argument.
        """
        written = {body.default(name) for body in self.bodies}
        only = written.pop() if len(written) == 1 else None
        # A literal default goes into the signature, where a caller can override it.
        if only is None or isinstance(only, Literal):
            return None
        leaf = Parameter(name)
        column = {i: Cell(v, only) for i, v in enumerate(self.leaves.values(leaf))}
        return self.reading.expression(column)

    def _argument(self, leaf: Expression) -> str:
        """The name of the argument for a leaf, which is added if it is new."""
        if leaf not in self._names:
            name = self._unique(_name(leaf, self.owner))
            values = self.leaves.values(leaf)
            column = {i: Cell(value, leaf) for i, value in enumerate(values)}
            self._names[leaf] = name
            self.used[name] = Argument(name, column, leaf, self.leaves.is_switch(leaf))
        return self._names[leaf]

    def _own_argument(self, name: str, column: Column, member: str) -> Python:
        """An argument that is no parameter of the block, such as a number of frames.

        Values that were written alike share one argument. Instances without the member are given
        the value of another, since they must pass something.
        """
        self._check_closed(column)
        written = tuple(dict.fromkeys(cell.term for cell in column.values()))
        # An opaque expression without a mark says nothing of where it came from: two such values
        # agree by chance only.
        known = self._own_names.get(written)
        if known is not None and Opaque() not in written and self._agrees(known, column):
            return Atom(variable(known))
        # The network's class has no caller in the module, so nothing would ever pass the argument.
        if self.owner.is_network and is_constant(column):
            return literal(first_value(column))
        unique = self._unique(name, member)
        self._own_names[written] = unique
        filler = Cell(first_value(column), Opaque())
        whole = {i: column.get(i, filler) for i in range(len(self.owner.instances))}
        leaf = written[0] if len(written) == 1 else None
        self.used[unique] = Argument(unique, whole, leaf)
        return Atom(variable(unique))

    def _agrees(self, name: str, column: Column) -> bool:
        """Whether an argument has the values of a column. Members of a space write one choice alike
        in all rows, and decide each row by itself."""
        own = self.used[name].column
        return all(same(own[place].value, cell.value) for place, cell in column.items())

    def _unique(self, name: str, member: str = "value") -> str:
        while name in self.used or name in self.computed:
            name = f"{member}_{name}"
        return name

    def check_quotients(self, column: Column) -> None:
        """Check that no argument of a block is an open parameter divided by something.

        The quotient is an integer for the network's own value, so the class would write `//`. For
        another value the language has a fraction there, which the block may well accept.

        Raises:
            ClosedParameters: an open parameter is divided.
        """
        divided = {
            i: c for i, c in column.items() if isinstance(c.value, int) and has_quotient(c.term)
        }
        self._check_closed(divided)

    def _check_closed(self, column: Column) -> None:
        """Check that values written as constants depend on no open parameter.

        Raises:
            ClosedParameters: one of them does.
        """
        closed = frozenset[str]()
        for place, cell in column.items():
            closed |= self.opens.of(self.bodies[place], cell.term)
        if closed:
            raise ClosedParameters(closed)


def _is_short(term: Expression) -> bool:
    """Whether an expression needs no name: an entry of a tuple, or a tuple of what has names."""
    return isinstance(term, Apply) and term.operator in ("[]", "tuple")


def _name(leaf: Expression, owner: BlockClass) -> str:
    """The name of an argument; `in_channels` for the channels of the first input, as in torch."""
    if isinstance(leaf, Parameter):
        return leaf.name
    assert isinstance(leaf, Entering)
    first = next(iter(owner.plan.inputs), None)
    return f"{'in' if leaf.name == first else leaf.name}_{leaf.what}"
