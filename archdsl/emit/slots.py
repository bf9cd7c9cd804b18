"""What a class holds for each member: an attribute with its constructor, or a bare expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from archdsl.emit.arguments import Arguments, Given
from archdsl.emit.classes import BlockClass, Classes, PlannedMember
from archdsl.emit.leaves import Cell, Column, is_always
from archdsl.emit.names import attribute, numbered, variable
from archdsl.emit.python import Atom, Attribute, Call, Conditional, Infix, Keyword, Python, names_in
from archdsl.emit.structure import Key, Member, Reference
from archdsl.emit.templates import instantiate
from archdsl.emit.terms import python_value
from archdsl.frozen import Frozen
from archdsl.ir.traced import plain, term_of
from archdsl.ir.written import Apply, Counter, Literal, Opaque, leaves
from archdsl.ops.base import Expression, Layer, PyValue, Required, Weight

SELF = Atom("self")
_LEADING = ("in_channels", "in_features", "channels", "features", "out_channels", "out_features")


class Signature(Frozen):
    """How a class is constructed: its arguments in order, and the defaults of some."""

    name: str
    arguments: tuple[Given, ...]
    defaults: Mapping[str, PyValue]


@dataclass(frozen=True)
class Slot:
    """One member as the class sees it.

    `build` makes the attribute's value, `counted` the same where the number of the block is `i`;
    without one, `template` is written in place. `zero` are its weights that start at zero, `flag`
    says whether an optional one is there.
    """

    planned: PlannedMember
    member: Member
    attribute: str = ""
    build: Python | None = None
    counted: Python | None = None
    template: str = ""
    values: Mapping[str, Python] = field(default_factory=dict)
    zero: tuple[str, ...] = ()
    flag: Python | None = None

    def apply(self, operands: list[Python]) -> Python:
        """The expression of this member's results."""
        if self.template:
            return instantiate(self.template, operands, self.values)
        return Call(Attribute(SELF, self.attribute), tuple(operands))

    def mentions(self, operand: int) -> int:
        """How often the expression names one of its operands."""
        return self.template.count(f"{{{operand}}}")

    @property
    def operands(self) -> tuple[Reference, ...]:
        return self.planned.operands

    @property
    def calls(self) -> int:
        """How many calls it adds to a line: none where it is a sign or a bare attribute."""
        is_infix = isinstance(self.member.form, Expression) and self.member.form.loose
        return 0 if is_infix or not self.operands else 1 + self.template.count(").")

    @property
    def is_named(self) -> bool:
        """Whether the spec names its results, rather than a row of a table its block."""
        return bool(self.member.hints) and len(self.planned.key) == 1


@dataclass
class Slots:
    """Writes the slots of one class."""

    owner: BlockClass
    classes: Classes
    signatures: Mapping[BlockClass, Signature]
    arguments: Arguments
    stored: dict[str, Python] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def write(self) -> list[Slot]:
        """A slot for every member of the plan, in order."""
        planned = self.owner.plan.members
        names = dict(zip((p.key for p in planned), self._attributes(), strict=True))
        self.taken |= set(names.values())
        return [self._slot(p, names[p.key]) for p in planned]

    def _attributes(self) -> list[str]:
        """The attribute of each member; stateless layers that are alike share one.

        An expression has none; what it needs as an argument is named after what it is.
        """
        bases: dict[object, str] = {}
        places: list[object] = []
        for planned in self.owner.plan.members:
            _, member = next(iter(self.owner.having(planned.key)))
            identity = self._identity(planned, member)
            places.append(identity)
            if not isinstance(member.form, Expression):
                bases.setdefault(identity, attribute(self._base(member)))
        unique = dict(zip(bases, numbered(bases.values()), strict=True))
        return [unique.get(place, "expression") for place in places]

    def _identity(self, planned: PlannedMember, member: Member) -> object:
        """What members must agree in to share an attribute: only stateless layers can."""
        form = member.form
        if not isinstance(form, Layer) or not form.shared:
            return planned.key
        if member.hint or planned.optional or member.stage:
            return planned.key
        columns = [self._column(planned.key, _argument(a.name)) for a in form.arguments]
        return form.constructor, str(columns)

    def _base(self, member: Member) -> str:
        """The name before numbering. A single letter is no name for a layer."""
        if member.stage:
            return f"{member.stage}_{member.hint}"
        if len(member.hint) > 1:
            return member.hint
        if member.child is not None:
            return self.classes.of[member.child].definition.name
        assert isinstance(member.form, Layer | Weight)
        return member.form.label

    def _column(self, key: Key, value: Callable[[Member], PyValue]) -> Column:
        found = ((place, value(member)) for place, member in self.owner.having(key))
        return {place: Cell(python_value(plain(v)), term_of(v)) for place, v in found}

    def _slot(self, planned: PlannedMember, name: str) -> Slot:
        present = dict(self.owner.having(planned.key))
        member = next(iter(present.values()))
        flag = None
        if planned.optional:
            flag = self.arguments.condition(member.guards, set(present), name)
        match member.form:
            case None:
                build, counted = self._construct(planned.key, name)
                slot = Slot(planned, member, name, build, counted, flag=flag)
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
            column = self._column(key, _argument(argument.name))
            if is_always(column, argument.default) and self._is_plain(column, argument.uniform):
                continue
            value = self.arguments.write(argument.name, column, name, uniform=argument.uniform)
            written.append(value if argument.positional else Keyword(argument.name, value))
        return Call(Atom(layer.constructor), tuple(written))

    def _is_plain(self, column: Column, uniform: bool = False) -> bool:
        """Whether the text says nothing of a value but the value."""
        term = self.arguments.reading.expression(column, uniform=uniform)
        return term is None or isinstance(term, Literal)

    def _construct(self, key: Key, name: str) -> tuple[Python, Python]:
        """The call of a block's class, with what differs between its instances."""
        members = {place: member for place, member in self.owner.having(key) if member.child}
        first = next(iter(members.values()))
        assert first.child is not None
        signature = self.signatures[self.classes.of[first.child]]
        written: list[Python] = []
        counted: list[Python] = []
        for given in signature.arguments:
            column = {place: self._handed(given, member) for place, member in members.items()}
            default = signature.defaults.get(given.name, Required.REQUIRED)
            is_default = is_always(column, default)
            if is_default and self._is_plain(column):
                continue
            self.arguments.check_quotients(column)
            if given.is_real:
                self.arguments.take_real(self.arguments.reading.expression(column))
            value, value_by_counter = self.arguments.counted(given.name, column, name)
            plain = given.name in _LEADING or str(value) == variable(given.name)
            plain = plain and not any(isinstance(before, Keyword) for before in written)
            keyword = variable(given.name)
            if not (is_default and _counts(column)):
                written.append(value if plain else Keyword(keyword, value))
            counted.append(value_by_counter if plain else Keyword(keyword, value_by_counter))
        called = Atom(signature.name)
        return Call(called, tuple(written)), Call(called, tuple(counted))

    def _handed(self, given: Given, member: Member) -> Cell:
        """What a member's class is given as an argument, in the terms of this one."""
        assert member.child is not None
        assert member.outward is not None
        value, _ = given.column[self.classes.place[member.child]]
        term = member.outward(given.leaf or Opaque())
        return Cell(value, Apply("!=", (term, Literal(None))) if given.is_switch else term)

    def _weight(self, planned: PlannedMember, member: Member, weight: Weight, name: str) -> Slot:
        column = self._column(planned.key, _shape)
        shape = self.arguments.write("shape", column, name)
        initial: Python = Call(Atom(weight.initial), (shape,))
        scales = self._column(planned.key, _scale)
        values: dict[str, Python] = {}
        if not is_always(scales, 1):
            std = self.arguments.write("std", scales, name)
            initial, values["std"] = Infix("*", (std, initial)), self._stored(std, "std")
        build = Call(Atom("nn.Parameter"), (initial,))
        template = "self." + name
        if weight.expanded:
            axes = ", ".join(["-1"] * (len(weight.shape) - 1))
            template += f".expand({{0}}.shape[0], {axes})"
        return Slot(planned, member, name, build, template=template, values=values)

    def _expression(
        self, planned: PlannedMember, member: Member, expression: Expression, name: str
    ) -> Slot:
        values: dict[str, Python] = {}
        for value_name in expression.values:
            column = self._column(planned.key, _value(value_name))
            written = self.arguments.write(value_name, column, name)
            values[value_name] = self._stored(written, value_name)
        return Slot(planned, member, template=expression.template, values=values)

    def _stored(self, written: Python, name: str) -> Python:
        """What `forward` reads of the constructor is kept as an attribute."""
        if not any(map(_is_variable, names_in(written))):
            return written
        kept = attribute(str(written) if str(written).isidentifier() else name)
        while kept in self.taken or self.stored.get(kept, written) != written:
            kept += "_"
        self.stored[kept] = written
        return Attribute(SELF, kept)


def present_or_identity(slot: Slot) -> Python:
    """What the attribute is set to: an optional member gives way to an identity."""
    assert slot.build is not None
    if slot.flag is None:
        return slot.build
    return Conditional(slot.build, slot.flag, Call(Atom("nn.Identity")))


def _argument(name: str) -> Callable[[Member], PyValue]:
    def value(member: Member) -> PyValue:
        assert isinstance(member.form, Layer)
        return next(a for a in member.form.arguments if a.name == name).value

    return value


def _value(name: str) -> Callable[[Member], PyValue]:
    def value(member: Member) -> PyValue:
        assert isinstance(member.form, Expression)
        return member.form.values[name]

    return value


def _scale(member: Member) -> PyValue:
    assert isinstance(member.form, Weight)
    return member.form.scale


def _shape(member: Member) -> PyValue:
    assert isinstance(member.form, Weight)
    return member.form.shape


def _counts(column: Column) -> bool:
    """Whether the number of a block in its stage has a say in a column."""
    return any(isinstance(leaf, Counter) for cell in column.values() for leaf in leaves(cell.term))


def _is_variable(text: str) -> bool:
    return text.isidentifier() and text not in ("None", "True", "False")
