"""The values of one class's members in all its instances, in terms of what a constructor knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from archdsl.emit.arguments import Argument
from archdsl.emit.classes import BlockClass, Classes
from archdsl.emit.keys import Key
from archdsl.emit.leaves import Cell, Column
from archdsl.emit.sizes import Sizes
from archdsl.emit.structure import Member
from archdsl.emit.terms import python_value
from archdsl.ir.traced import plain, term_of
from archdsl.ir.written import Apply, Literal, Opaque
from archdsl.ops.forms import PyValue


@dataclass
class Columns:
    """Reads columns; the `sizes` of a clip that these fix are recorded on the way."""

    owner: BlockClass
    classes: Classes
    sizes: Sizes

    def fixed(self, key: Key, value: Callable[[Member], PyValue], name: str = "") -> Column:
        """The cells of one value of a member, such as an argument of its layer."""
        return self.fix(self.measured(key, value), key, name)

    def measured(self, key: Key, value: Callable[[Member], PyValue]) -> Column:
        """The same for a value that `forward` computes, which can read the sizes of tensors."""
        values = ((place, value(member)) for place, member in self.owner.members_under(key))
        return {place: Cell(python_value(plain(v)), term_of(v)) for place, v in values}

    def passed(self, key: Key, argument: Argument) -> Column:
        """What the instances of a block are given for an argument, in terms of this class."""
        return {place: self._passed(one, argument) for place, one in self.owner.members_under(key)}

    def _passed(self, member: Member, argument: Argument) -> Cell:
        assert member.child is not None
        assert member.outward is not None
        value, _ = argument.column[self.classes.place[member.child]]
        term = member.outward(argument.leaf or Opaque())
        return Cell(value, Apply("!=", (term, Literal(None))) if argument.is_switch else term)

    def fix(self, column: Column, key: Key, name: str = "") -> Column:
        """A column in terms of what a constructor knows; sizes that it fixes are recorded."""
        bodies, what = [one.body for one in self.owner.instances], self._described(key)
        for place, cell in column.items():
            # A layer itself refuses an input of the network that has other channels.
            if not (name.startswith("in_") and self.sizes.is_given(bodies[place], cell.term)):
                self.sizes.fix(bodies[place], cell.term, what)
        return {
            place: Cell(cell.value, bodies[place].derived(cell.term))
            for place, cell in column.items()
        }

    def _described(self, key: Key) -> str:
        """The operation or the block of a member, for a message."""
        _, member = next(self.owner.members_under(key))
        if member.hint and len(member.hint) > 1:
            return member.hint
        if member.child is not None:
            return self.classes.of[member.child].definition.name
        return member.operation
