"""Members that a method computes in place: operations as expressions, and calls of functions.

A member that depends neither on inputs nor on weights is a constant. If the constructor knows its
values, it is computed there, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from archdsl.emit.arguments import Arguments
from archdsl.emit.classes import BlockClass, Classes
from archdsl.emit.columns import Columns
from archdsl.emit.identities import joined_in
from archdsl.emit.leaves import Column, is_always
from archdsl.emit.members import Computed, Signature, Slot, expression_value, tensor_of
from archdsl.emit.plans import PlannedMember
from archdsl.emit.python import Python
from archdsl.emit.references import FromInput, Reference
from archdsl.emit.stored import Stored
from archdsl.emit.structure import Member
from archdsl.frozen import Frozen
from archdsl.ir.written import Entering, Measured
from archdsl.ir.written import Expression as Term
from archdsl.ops.forms import Expression, Required


class _Values(Frozen):
    """The values of a template: as a constructor has them, or `computed` from sizes of tensors."""

    written: Mapping[str, Python]
    computed: Mapping[str, Computed]


@dataclass
class Expressions:
    """Writes the expressions of one class."""

    owner: BlockClass
    classes: Classes
    signatures: Mapping[BlockClass, Signature]
    arguments: Arguments
    columns: Columns
    stored: Stored
    on_device: set[BlockClass]
    """The functions that are given a device, since they make tensors of none in a method."""
    constants: set[Reference] = field(default_factory=set)
    """The results that the constructor computes."""
    made: set[Reference] = field(default_factory=set)
    """Constants that a method computes, from sizes of tensors."""

    def operation(
        self, planned: PlannedMember, member: Member, form: Expression, name: str
    ) -> Slot:
        """An operation."""
        key = planned.key
        columns = {each: self.columns.measured(key, expression_value(each)) for each in form.values}
        return self._slot(planned, member, form.template, self._values(planned, columns, name))

    def call(self, planned: PlannedMember, member: Member, name: str) -> Slot:
        """A block without state, which is a function: its tensors, then its other arguments."""
        assert member.child is not None
        signature = self.signatures[self.classes.of[member.child]]
        places = [f"{{{place}}}" for place in range(len(planned.operands))]
        columns: dict[str, Column] = {}
        for argument in signature.arguments:
            column = self.columns.passed(planned.key, argument)
            default = signature.defaults.get(argument.name, Required.REQUIRED)
            if is_always(column, default) and self.arguments.is_plain(column):
                continue
            self.arguments.check_quotients(column)
            # Positional, as long as none is left out.
            in_order = len(columns) == signature.arguments.index(argument)
            place = f"{{{argument.name}}}"
            places.append(place if in_order else f"{argument.name}={place}")
            columns[argument.name] = column
        template = f"{signature.name}({', '.join(places)})"
        return self._slot(planned, member, template, self._values(planned, columns, name))

    def _values(self, planned: PlannedMember, columns: Mapping[str, Column], name: str) -> _Values:
        written: dict[str, Python] = {}
        computed: dict[str, Computed] = {}
        for value_name, column in columns.items():
            term = self.arguments.reading.measured(column, self._is_readable)
            if term is not None:
                computed[value_name] = self.stored.computed(term)
                continue
            fixed = self.columns.fix(column, planned.key, value_name)
            written[value_name] = self.arguments.write(value_name, fixed, name)
        return _Values(written, computed)

    def _slot(self, planned: PlannedMember, member: Member, template: str, values: _Values) -> Slot:
        read = {name: self.stored.read(one, name) for name, one in values.written.items()}
        slot = Slot(planned, member, template=template, values=read, computed=values.computed)
        if self.is_constant(slot):
            self.constants.update(slot.results)
            return replace(slot, first=values.written)
        if planned.operands:
            return slot
        placed = self.placed(slot)
        if member.child is not None and placed != slot:
            self.on_device.add(self.classes.of[member.child])
        return placed

    def is_constant(self, slot: Slot) -> bool:
        """Whether the constructor computes a member."""
        return not slot.computed and self.constants.issuperset(slot.planned.operands)

    def placed(self, slot: Slot) -> Slot:
        """What is made of no tensor, on the device of those whose sizes it has."""
        size = next(leaf for one in slot.computed.values() for leaf in one.sizes)
        return on_device_of(slot, tensor_of(size))

    def with_casts(self, slot: Slot, reads: tuple[Reference, ...]) -> Slot:
        """A member with constants in the type of numbers of the tensors that they meet.

        A buffer changes its type with the module. What a method makes has torch's default type, to
        which a sum with half the precision would be promoted.
        """
        if slot.first is not None:
            return slot
        values = (one for i, one in enumerate(reads) if self._has_values(slot.member, i))
        if slot.member.is_stateless and self.made.union(self.constants).issuperset(values):
            self.made.update(slot.results)
            return slot
        real = [i for i, is_real in enumerate(slot.member.are_real) if is_real]
        like = next((i for i in real if reads[i] not in self.made | self.constants), None)
        if like is None:
            return slot
        return replace(slot, casts={i: like for i in real if reads[i] in self.made})

    def _has_values(self, member: Member, operand: int) -> bool:
        """Whether a member reads the values of an operand: a function may read only its sizes."""
        child = member.child
        if child is None or not child.is_function:
            return True
        owner = self.classes.of[child]
        return owner.plan.inputs[operand] in _inputs_read(owner, self.classes)

    def _is_readable(self, leaf: Term) -> bool:
        """Whether a method has the tensor of a size."""
        if isinstance(leaf, Measured):
            # A member that some instances lack is not there, or a tensor of another shape.
            always = {one.key for one in self.owner.plan.body if isinstance(one, PlannedMember)}
            optional = {one.key for one in self.owner.plan.members if one.step}
            return leaf.place in always - optional
        return isinstance(leaf, Entering)


def _inputs_read(owner: BlockClass, classes: Classes) -> set[str]:
    """The inputs of a function whose values it reads, itself or in the functions that it calls."""
    read = [*owner.plan.outputs]
    for planned in owner.plan.members:
        _, member = next(owner.members_under(planned.key))
        if member.child is None:
            read += planned.operands
            continue
        inner = classes.of[member.child]
        names = _inputs_read(inner, classes)
        inputs = zip(inner.plan.inputs, planned.operands, strict=True)
        read += [operand for name, operand in inputs if name in names]
    sides = [side for one in joined_in(read) for side in (one.then, one.other)]
    return {one.name for one in (*read, *sides) if isinstance(one, FromInput)}


def on_device_of(slot: Slot, tensor: Reference) -> Slot:
    """A slot that makes a tensor, with its device as the last argument of the call."""
    planned = replace(slot.planned, operands=(tensor,))
    return replace(slot, planned=planned, template=with_argument(slot, "device={0}.device"))


def with_argument(slot: Slot, argument: str) -> str:
    """The template of a call with one more argument."""
    call = slot.template.removesuffix(")")
    return f"{call}{argument})" if call.endswith("(") else f"{call}, {argument})"
