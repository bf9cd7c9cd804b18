"""The members of a class in Python: an attribute and how to construct it, or an expression.

Members that differ between instances are written once, with arguments for what differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from archdsl.emit.arguments import Argument, Arguments
from archdsl.emit.classes import BlockClass, Classes, PlannedMember
from archdsl.emit.initialise import first_value
from archdsl.emit.keys import Key
from archdsl.emit.leaves import Cell, Column, is_always, is_computable, reads_counter
from archdsl.emit.members import (
    SELF,
    Computed,
    Signature,
    Slot,
    argument_value,
    expression_value,
    short_name,
    weight_shape,
    weight_size,
)
from archdsl.emit.names import attribute, numbered, variable
from archdsl.emit.python import (
    Atom,
    Attribute,
    Call,
    Keyword,
    Python,
    names_in,
)
from archdsl.emit.sizes import Sizes
from archdsl.emit.structure import FromInput, Member
from archdsl.emit.terms import python_value
from archdsl.ir.traced import plain, term_of
from archdsl.ir.written import (
    Apply,
    Entering,
    Literal,
    Measured,
    Named,
    Opaque,
    Parameter,
    leaves,
)
from archdsl.ir.written import Expression as Term
from archdsl.ops.base import Expression, Layer, PyValue, Required, Weight

_POSITIONAL = ("in_channels", "in_features", "channels", "features", "out_channels", "out_features")
"""The arguments that calls pass without a keyword, as torch's layers are called."""


@dataclass
class Slots:
    """Writes the slots of one class, and collects what its constructor stores for `forward`."""

    owner: BlockClass
    classes: Classes
    signatures: Mapping[BlockClass, Signature]
    arguments: Arguments
    resets: bool
    """Whether `reset_parameters` gives weights their first values, and not the constructor."""
    sizes: Sizes = field(default_factory=Sizes)
    stored: dict[str, Python] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def write(self) -> list[Slot]:
        """A slot for every member of the plan, in order."""
        planned = self.owner.plan.members
        names = dict(zip((p.key for p in planned), self._attributes(), strict=True))
        self.taken |= set(names.values())
        slots: dict[Key, Slot] = {}
        for one in planned:
            _, member = next(iter(self.owner.members_under(one.key)))
            if member.module is None:
                slots[one.key] = self._slot(one, names[one.key])
            else:
                slots[one.key] = replace(slots[member.module], planned=one, member=member)
        return list(slots.values())

    def _attributes(self) -> list[str]:
        """The attribute of each member; equal layers without state share one.

        An expression has no attribute; the names of its arguments begin with its operation.
        """
        bases: dict[object, str] = {}
        keys, operations = list[object](), list[str]()
        for planned in self.owner.plan.members:
            _, member = next(iter(self.owner.members_under(planned.key)))
            key = self._sharing_key(planned, member)
            keys.append(key)
            operations.append(member.operation)
            if not isinstance(member.form, Expression):
                bases.setdefault(key, attribute(self._base_name(member)))
        unique = dict(zip(bases, numbered(bases.values()), strict=True))
        return [unique.get(key, operation) for key, operation in zip(keys, operations, strict=True)]

    def _sharing_key(self, planned: PlannedMember, member: Member) -> object:
        """Members with equal keys share an attribute; only layers without state can."""
        form = member.form
        if member.module is not None:
            return member.module
        if not isinstance(form, Layer) or not form.shared:
            return planned.key
        # Sharing would lose a name of the spec, or put one module into a sequence twice.
        if member.hint or member.share or planned.optional or member.stage:
            return planned.key
        columns = [self._column(planned.key, argument_value(a.name)) for a in form.arguments]
        return form.constructor, str(columns)

    def _base_name(self, member: Member) -> str:
        """The attribute's name before numbering.

        The name that the spec gives the result is used, unless it is one letter: `x` is a fine name
        for a tensor, but not for a layer.
        """
        if member.share:
            return member.share
        if member.stage:
            return f"{member.stage}_{member.hint}"
        if len(member.hint) > 1:
            return member.hint
        if member.child is not None:
            return self.classes.of[member.child].definition.name
        assert isinstance(member.form, Layer | Weight)
        return member.form.label

    def _column(self, key: Key, value: Callable[[Member], PyValue], name: str = "") -> Column:
        """The cells of one value of a member, such as an argument of its layer."""
        return self._fixed(self._measured_column(key, value), key, name)

    def _measured_column(self, key: Key, value: Callable[[Member], PyValue]) -> Column:
        """The same for a value that `forward` computes, which can read the sizes of tensors."""
        values = ((place, value(member)) for place, member in self.owner.members_under(key))
        return {place: Cell(python_value(plain(v)), term_of(v)) for place, v in values}

    def _fixed(self, column: Column, key: Key, name: str = "") -> Column:
        """A column in terms of what a constructor knows; sizes that it fixes are recorded."""
        bodies, what = self.arguments.bodies, self._described(key)
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
        _, member = next(iter(self.owner.members_under(key)))
        if member.hint and len(member.hint) > 1:
            return member.hint
        if member.child is not None:
            return self.classes.of[member.child].definition.name
        return member.operation

    def _slot(self, planned: PlannedMember, name: str) -> Slot:
        present = dict(self.owner.members_under(planned.key))
        # Any of them will do: the members of one key differ in values only.
        member = next(iter(present.values()))
        flag = None
        if planned.optional:
            flag = self.arguments.condition(member.guards, set(present), name)
        match member.form:
            case None:
                build, indexed = self._construct(planned.key, name)
                slot = Slot(planned, member, name, build, indexed, flag=flag)
            case Layer() as layer:
                build = self._layer(planned.key, layer, name)
                slot = Slot(planned, member, name, build, zero=layer.zero, flag=flag)
            case Weight() as weight:
                slot = self._weight(planned, member, weight, name)
            case Expression() as expression:
                slot = self._expression(planned, member, expression, name)
        return slot

    def _layer(self, key: Key, layer: Layer, name: str) -> Python:
        written = []
        for argument in layer.arguments:
            column = self._column(key, argument_value(argument.name), argument.name)
            if is_always(column, argument.default) and self._is_plain(column, argument.uniform):
                continue
            value = self.arguments.write(argument.name, column, name, uniform=argument.uniform)
            written.append(value if argument.positional else Keyword(argument.name, value))
        return Call(Atom(layer.constructor), tuple(written))

    def _is_plain(self, column: Column, uniform: bool = False) -> bool:
        """Whether a value is a constant, or an argument that only passes it on.

        A default that an expression computes must be written: another argument may change it.
        """
        term = self.arguments.reading.expression(column, uniform=uniform)
        return term is None or isinstance(term, Literal)

    def _construct(self, key: Key, name: str) -> tuple[Python, Python]:
        """The call of a block's class: once with numbers of blocks as literals, once with `i`."""
        members = {place: member for place, member in self.owner.members_under(key) if member.child}
        first = next(iter(members.values()))
        assert first.child is not None
        signature = self.signatures[self.classes.of[first.child]]
        literal: list[Python] = []
        indexed: list[Python] = []
        in_order = True
        for argument in signature.arguments:
            passed = {place: self._passed(argument, member) for place, member in members.items()}
            column = self._fixed(passed, key, argument.name)
            default = signature.defaults.get(argument.name, Required.REQUIRED)
            is_default = is_always(column, default)
            if is_default and self._is_plain(column):
                in_order = False
                continue
            self.arguments.check_quotients(column)
            value, value_of_i = self.arguments.write_both(
                argument.name, column, name, real=argument.is_real
            )
            keyword = variable(argument.name)
            in_order &= argument.name in _POSITIONAL or str(value) == keyword
            # `se=i % 2 == 0` is the default in every second block, but a loop must write it.
            if is_default and reads_counter(column):
                in_order = False
            else:
                literal.append(value if in_order else Keyword(keyword, value))
            indexed.append(value_of_i if in_order else Keyword(keyword, value_of_i))
        function = Atom(signature.name)
        return Call(function, tuple(literal)), Call(function, tuple(indexed))

    def _passed(self, argument: Argument, member: Member) -> Cell:
        """The value that a member's class is given for an argument, in terms of this class."""
        assert member.child is not None
        assert member.outward is not None
        value, _ = argument.column[self.classes.place[member.child]]
        term = member.outward(argument.leaf or Opaque())
        return Cell(value, Apply("!=", (term, Literal(None))) if argument.is_switch else term)

    def _weight(self, planned: PlannedMember, member: Member, weight: Weight, name: str) -> Slot:
        sizes = self._weight_sizes(planned.key, weight, name)
        options: dict[str, Python] = {}
        for option in weight.options:
            column = self._column(planned.key, argument_value(option.name))
            if not (is_always(column, option.default) and self._is_plain(column)):
                options[option.name] = self.arguments.write(option.name, column, name)
        if self.resets:
            options = {name: self._attribute_for(one, name) for name, one in options.items()}
        empty = Call(Atom("torch.empty"), sizes)
        initial = empty if self.resets else first_value(weight, sizes, options)
        build = Call(Atom("nn.Parameter"), (initial,))
        template = "self." + name
        if weight.expanded:
            axes = ", ".join(["-1"] * len(weight.shape))
            template += f".expand({{0}}.shape[0], {axes})"
        return Slot(planned, member, name, build, template=template, values=options)

    def _weight_sizes(self, key: Key, weight: Weight, name: str) -> tuple[Python, ...]:
        """The shape of a weight, as arguments of a function: `1, channels`."""
        whole = self._column(key, weight_shape)
        if isinstance(self.arguments.reading.expression(whole), Parameter):
            return (self.arguments.write("shape", whole, name),)
        columns = (self._column(key, weight_size(axis)) for axis in range(len(weight.shape)))
        return tuple(self.arguments.write("size", column, name) for column in columns)

    def _expression(
        self, planned: PlannedMember, member: Member, expression: Expression, name: str
    ) -> Slot:
        values: dict[str, Python] = {}
        computed: dict[str, Computed] = {}
        for value_name in expression.values:
            measured = self._measured_column(planned.key, expression_value(value_name))
            term = self.arguments.reading.measured(measured, self._is_readable)
            if term is not None:
                computed[value_name] = self._computed(term)
                continue
            column = self._fixed(measured, planned.key)
            written = self.arguments.write(value_name, column, name)
            values[value_name] = self._attribute_for(written, value_name)
        template = expression.template
        if not planned.operands and self.owner.plan.inputs:
            # A constant is made where the tensors are that it meets.
            planned = replace(planned, operands=(FromInput(self.owner.plan.inputs[0]),))
            template = template.removesuffix(")") + ", device={0}.device)"
        return Slot(planned, member, template=template, values=values, computed=computed)

    def _is_readable(self, leaf: Term) -> bool:
        """Whether `forward` has the tensor of a size."""
        if isinstance(leaf, Measured):
            planned = {one.key: one for one in self.owner.plan.members}
            return leaf.place in planned and not planned[leaf.place].optional
        return isinstance(leaf, Entering)

    def _computed(self, term: Term) -> Computed:
        """An expression for `forward`; what the constructor knows of it becomes attributes."""
        stored: dict[Term, Python] = {}

        def stand_in(part: Term) -> Term:
            if isinstance(part, Literal):
                return part
            if is_computable(part):
                written = self.arguments.written(part)
                leaf = Parameter(str(len(stored)))
                stored[leaf] = self._attribute_for(written, short_name(part))
                return leaf
            if isinstance(part, Named):
                return stand_in(part.term)
            if isinstance(part, Apply):
                return replace(part, terms=tuple(map(stand_in, part.terms)))
            return part

        whole = stand_in(term)
        sizes = (leaf for leaf in leaves(whole) if isinstance(leaf, Entering | Measured))
        body = self.arguments.bodies[0]
        return Computed(whole, stored, {leaf: body.axis(leaf) for leaf in sizes})

    def _attribute_for(self, written: Python, name: str) -> Python:
        """A value as `forward` reads it: a constant, or an attribute that the constructor sets."""
        if not any(map(_is_variable, names_in(written))):
            return written
        unique = attribute(str(written) if str(written).isidentifier() else name)
        others = (f"{unique.rstrip('0123456789')}{number}" for number in count(2))
        while unique in self.taken or self.stored.get(unique, written) != written:
            unique = next(others)
        self.stored[unique] = written
        return Attribute(SELF, unique)


def _is_variable(text: str) -> bool:
    return text.isidentifier() and text not in ("None", "True", "False")
