"""The members of a class in Python, and the arguments of its constructor: what is printed of them.

`slots` writes them, from the members of a block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from archdsl.emit import terms
from archdsl.emit.arguments import Argument
from archdsl.emit.names import variable
from archdsl.emit.plans import PlannedMember
from archdsl.emit.python import (
    Atom,
    Attribute,
    Call,
    Conditional,
    Keyword,
    Python,
    Subscript,
    literal,
)
from archdsl.emit.references import FromInput, FromMember, Reference
from archdsl.emit.structure import Member
from archdsl.emit.templates import instantiate
from archdsl.frozen import Frozen
from archdsl.ir.written import Entering, Measured, Named, Parameter
from archdsl.ir.written import Expression as Term
from archdsl.ops.forms import Expression, Layer, PyValue, Weight

SELF = Atom("self")


class Signature(Frozen):
    """The name of a class, and the arguments of its constructor in order, with some defaults."""

    name: str
    arguments: tuple[Argument, ...]
    defaults: Mapping[str, PyValue]


class Computed(Frozen):
    """An expression that `forward` computes from the `sizes` of tensors, each with its axis there.

    `stored` has the parts that the constructor knows.
    """

    term: Term
    stored: Mapping[Term, Python]
    sizes: Mapping[Term, int]

    def write(self, tensors: Mapping[Reference, Python]) -> Python:
        shapes = {leaf: Attribute(tensors[tensor_of(leaf)], "shape") for leaf in self.sizes}
        known = {leaf: Subscript(shapes[leaf], literal(axis)) for leaf, axis in self.sizes.items()}
        values = {**self.stored, **known}

        def value(term: Term) -> Python:
            return terms.write(term.term, value) if isinstance(term, Named) else values[term]

        return terms.write(self.term, value)


@dataclass(frozen=True)
class Slot:
    """One member of a class in Python.

    `build` constructs its attribute, and `indexed` does the same in terms of the variable `i`, the
    number of a block in its stage. A member without an attribute is written in `forward` from its
    `template`, with `values` for its places; some are `computed` there. `zero` names its weights
    that start at zero. `flag` is the condition under which an optional member exists. What a
    constructor can compute has the values that it has there, too: `first`. `buffer` is the
    expression by which a method computes a buffer anew. `casts` are operands that get the type of
    numbers of another.
    """

    planned: PlannedMember
    member: Member
    attribute: str = ""
    build: Python | None = None
    indexed: Python | None = None
    template: str = ""
    values: Mapping[str, Python] = field(default_factory=dict)
    first: Mapping[str, Python] | None = None
    computed: Mapping[str, Computed] = field(default_factory=dict)
    zero: tuple[str, ...] = ()
    flag: Python | None = None
    buffer: Python | None = None
    casts: Mapping[int, int] = field(default_factory=dict)

    def apply(self, operands: list[Python]) -> Python:
        """The expression that computes this member from its operands."""
        operands = [self._cast(place, operands) for place in range(len(operands))]
        if self.template:
            tensors = dict(zip(self.operands, operands, strict=True))
            sizes = {name: one.write(tensors) for name, one in self.computed.items()}
            own = operands[: len(self.planned.operands)]
            return instantiate(self.template, own, {**self.values, **sizes})
        layer, form = Attribute(SELF, self.attribute), self.member.form
        if isinstance(form, Layer) and form.caller and isinstance(operands[0], Call):
            inner = operands[0]
            return Call(Atom(form.caller), (inner.function, layer, *inner.arguments))
        return Call(layer, tuple(self._named(operands)))

    def _named(self, operands: list[Python]) -> list[Python]:
        """The operands of a call, the last of them by name where the layer asks for that."""
        form = self.member.form
        names = form.keywords if isinstance(form, Layer) else ()
        plain = len(operands) - len(names)
        return operands[:plain] + list(map(Keyword, names, operands[plain:]))

    def _cast(self, place: int, operands: list[Python]) -> Python:
        if place not in self.casts:
            return operands[place]
        like = Attribute(operands[self.casts[place]], "dtype")
        return Call(Attribute(operands[place], "to"), (like,))

    def mentions(self, operand: int) -> int:
        """How often the expression names one of its operands."""
        named = self.template.count(f"{{{operand}}}")
        measured = (tensor_of(size) for one in self.computed.values() for size in one.sizes)
        casts = sum(like == operand for like in self.casts.values())
        return named + casts + sum(reference == self.operands[operand] for reference in measured)

    @property
    def operands(self) -> tuple[Reference, ...]:
        """The tensors that it reads: its operands, then those whose sizes alone it needs."""
        sizes = [tensor_of(size) for one in self.computed.values() for size in one.sizes]
        others = dict.fromkeys(one for one in sizes if one not in self.planned.operands)
        return (*self.planned.operands, *others)

    @property
    def results(self) -> tuple[Reference, ...]:
        """References to its results."""
        return tuple(FromMember(self.planned.key, i) for i in range(self.member.results))

    @property
    def calls(self) -> int:
        """How many calls it adds to a line: none for an operator such as `+`, or an attribute."""
        is_infix = isinstance(self.member.form, Expression) and self.member.form.loose
        is_nothing = is_infix or not self.operands or self.template == "{0}"
        return 0 if is_nothing else 1 + self.template.count(").")

    @property
    def wraps(self) -> bool:
        """Whether it is written around its operands: as a function, not as a method of one."""
        is_infix = isinstance(self.member.form, Expression) and self.member.form.loose
        return bool(self.template) and not self.template.startswith("{0}") and not is_infix

    @property
    def targets(self) -> tuple[str, ...]:
        """The variables that the spec assigns its results to; empty if it names none of them."""
        named = len(self.member.targets) == self.member.results
        return tuple(map(variable, self.member.targets)) if named else ()


def short_name(term: Term, otherwise: str = "size") -> str:
    """A name for a part of an expression."""
    return term.name if isinstance(term, Parameter | Named) else otherwise


# The values of a member that become columns, each over the instances of a class


def argument_value(name: str) -> Callable[[Member], PyValue]:
    """An argument of a layer's constructor, or of the function that a weight starts by."""

    def value(member: Member) -> PyValue:
        form = member.form
        assert isinstance(form, Layer | Weight)
        given = form.arguments if isinstance(form, Layer) else form.options
        return next(argument for argument in given if argument.name == name).value

    return value


def expression_value(name: str) -> Callable[[Member], PyValue]:
    def value(member: Member) -> PyValue:
        assert isinstance(member.form, Expression)
        return member.form.values[name]

    return value


def weight_size(axis: int) -> Callable[[Member], PyValue]:
    def value(member: Member) -> PyValue:
        assert isinstance(member.form, Weight)
        return member.form.shape[axis]

    return value


def weight_shape(member: Member) -> PyValue:
    assert isinstance(member.form, Weight)
    return member.form.shape


def tensor_of(leaf: Term) -> Reference:
    """The tensor that a size is read from."""
    if isinstance(leaf, Entering):
        return FromInput(leaf.name)
    assert isinstance(leaf, Measured)
    return FromMember(leaf.place, leaf.result)


def is_shared(slot: Slot) -> bool:
    """Whether it is a layer without state, which may serve several members."""
    return isinstance(slot.member.form, Layer) and slot.member.form.shared and slot.flag is None


def present_or_identity(slot: Slot) -> Python:
    """The value of a slot's attribute; an optional member is replaced by `nn.Identity`."""
    assert slot.build is not None
    if slot.flag is None:
        return slot.build
    return Conditional(slot.build, slot.flag, Call(Atom("nn.Identity")))
