"""What a class holds for each member: an attribute with its constructor, or a bare expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from archdsl.emit.arguments import Arguments
from archdsl.emit.classes import BlockClass, Classes
from archdsl.emit.columns import Column, collapsed, is_always, is_constant
from archdsl.emit.merge import PlannedMember
from archdsl.emit.names import attribute, numbered, variable
from archdsl.emit.python import Atom, Attribute, Call, Conditional, Infix, Keyword, Python
from archdsl.emit.structure import Key, Member, Reference
from archdsl.emit.templates import instantiate
from archdsl.ops.base import Expression, Layer, PyValue, Required, Weight

SELF = Atom("self")
_LEADING = ("in_channels", "in_features", "channels", "features", "out_channels", "out_features")


@dataclass(frozen=True)
class Signature:
    """How a class is constructed: its parameters in order, with their values and defaults."""

    name: str
    columns: Mapping[str, Column]
    defaults: Mapping[str, PyValue]


@dataclass(frozen=True)
class Slot:
    """One member as the class sees it.

    `build` makes the attribute's value; without one, `template` is written in place.
    `zero` are its weights that start at zero, `flag` says whether an optional one is there.
    """

    planned: PlannedMember
    member: Member
    attribute: str = ""
    build: Python | None = None
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
        """Whether the spec names its result, rather than a row of a table its block."""
        return bool(self.member.hint) and len(self.planned.key) == 1


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
        return form.constructor, repr(columns)

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
        return {place: value(member) for place, member in self.owner.having(key)}

    def _slot(self, planned: PlannedMember, name: str) -> Slot:
        present = dict(self.owner.having(planned.key))
        member = next(iter(present.values()))
        flag = self.arguments.flag(set(present), name) if planned.optional else None
        match member.form:
            case None:
                build = self._construct(planned.key, name)
                slot = Slot(planned, member, name, build, flag=flag)
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
            if is_always(column, argument.default):
                continue
            if argument.uniform and not self.arguments.offers(column):
                column = collapsed(column)
            value = self.arguments.write(argument.name, column, name)
            written.append(value if argument.positional else Keyword(argument.name, value))
        return Call(Atom(layer.constructor), tuple(written))

    def _construct(self, key: Key, name: str) -> Python:
        """The call of a block's class, with what differs between its instances."""
        children = {place: m.child for place, m in self.owner.having(key) if m.child}
        places = {place: self.classes.place[child] for place, child in children.items()}
        signature = self.signatures[self.classes.of[next(iter(children.values()))]]
        written: list[Python] = []
        for parameter, values in signature.columns.items():
            column = {place: values.get(inner) for place, inner in places.items()}
            default = signature.defaults.get(parameter, Required.REQUIRED)
            if is_always(column, default):
                continue
            expression = self.arguments.write(parameter, column, name)
            plain = parameter in _LEADING or str(expression) == variable(parameter)
            plain = plain and not any(isinstance(before, Keyword) for before in written)
            written.append(expression if plain else Keyword(variable(parameter), expression))
        return Call(Atom(signature.name), tuple(written))

    def _weight(self, planned: PlannedMember, member: Member, weight: Weight, name: str) -> Slot:
        column = self._column(planned.key, _shape)
        shape = self.arguments.write("shape", column, name)
        initial: Python = Call(Atom(weight.initial), (shape,))
        scales = self._column(planned.key, _scale)
        if not is_always(scales, 1):
            initial = Infix("*", (self.arguments.write("std", scales, name), initial))
        build = Call(Atom("nn.Parameter"), (initial,))
        template = "self." + name
        if weight.expanded:
            axes = ", ".join(["-1"] * (len(weight.shape) - 1))
            template += f".expand({{0}}.shape[0], {axes})"
        return Slot(planned, member, name, build, template=template)

    def _expression(
        self, planned: PlannedMember, member: Member, expression: Expression, name: str
    ) -> Slot:
        values: dict[str, Python] = {}
        for value_name in expression.values:
            column = self._column(planned.key, _value(value_name))
            written = self.arguments.write(value_name, column, name)
            values[value_name] = self._stored(written, value_name, column)
        return Slot(planned, member, template=expression.template, values=values)

    def _stored(self, written: Python, name: str, column: Column) -> Python:
        """A constructor's argument that `forward` reads is kept as an attribute."""
        if is_constant(column):
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
