"""One class as a tree of Python: its docstring, its constructor, and `forward`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from archdsl.emit import forward
from archdsl.emit.arguments import Argument, Arguments
from archdsl.emit.branches import opposite
from archdsl.emit.buffers import buffers_in, with_buffers
from archdsl.emit.classes import BlockClass, Classes
from archdsl.emit.initialise import buffer_computed, own_initialisation
from archdsl.emit.leaves import Fixed, broadcast
from archdsl.emit.members import SELF, Signature, Slot, is_shared, present_or_identity
from archdsl.emit.names import variable
from archdsl.emit.opens import OpenParameters
from archdsl.emit.parts import Fork, Part, Stage, part_name, slots_in
from archdsl.emit.paths import Attributes, attributes_of
from archdsl.emit.python import (
    Assign,
    Atom,
    Attribute,
    Call,
    Class,
    Declare,
    Docstring,
    Expr,
    Function,
    If,
    Keyword,
    Parameter,
    Python,
    Raise,
    Statement,
    literal,
    names_in,
)
from archdsl.emit.references import FromInput, Reference
from archdsl.emit.refusals import refusals
from archdsl.emit.signatures import parameters, rank
from archdsl.emit.sizes import Sizes
from archdsl.emit.slots import Slots
from archdsl.emit.stages import group_stages
from archdsl.emit.structure import Member
from archdsl.emit.terms import python_value
from archdsl.frozen import Frozen
from archdsl.ir.written import Expression
from archdsl.ir.written import Parameter as Leaf
from archdsl.ops.forms import PyValue

TENSOR = Atom("Tensor")

DOC_WIDTH = 78
"""The width of docstrings: a line of 88 without the indentation and the quotes."""

_SPELLED_OUT = 4
"""The most results of a method whose types are written one by one."""


class Emitted(Frozen):
    """A class with the signature of its constructor and what it consists of; or a function."""

    signature: Signature
    tree: Statement
    parts: tuple[Part, ...] = ()
    attributes: Attributes = ()
    has_reset: bool = False
    """Whether it has a method `reset_parameters`."""

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes of its parts, each once."""
        named = (part_name(part) for part in self.parts if not isinstance(part, Fork))
        return tuple(dict.fromkeys(name for name in named if name is not None))


class ModuleContext(Frozen):
    """What the writers of all classes of a module share.

    If the network `has_init` rules, weights are initialised by methods `reset_parameters`, which
    can be called again, and not by constructors.
    """

    classes: Classes
    signatures: Mapping[BlockClass, Signature]
    opens: OpenParameters
    fixed: Mapping[BlockClass, Fixed]
    has_init: bool
    sizes: Sizes
    on_device: set[BlockClass]
    """The functions that are given a device, as far as they are known."""


class ClassWriter(Frozen):
    """Writes the class of a block. The class of the network has a writer derived from this one."""

    kind_of_slots: ClassVar[type[Slots]] = Slots

    owner: BlockClass
    name: str
    doc: str | None
    context: ModuleContext

    def write(self) -> Emitted:
        """The class as a tree of Python.

        Raises:
            ClosedParameters: an open parameter of the network must be a constant.
        """
        self.fix_conditions()
        slots, parts, made = self.parts()
        arguments = slots.arguments
        signature = self.signature(arguments)
        assignments = self._assignments(arguments, slots.stored.values, parts)
        reset = tuple(self.reset_body(parts))
        buffers = list(buffers_in(parts))
        # Buffers have their values already.
        if {*reset} - {*map(buffer_computed, buffers)}:
            assignments.append(Expr(Call(Atom("self.reset_parameters"))))
        head = (Docstring(textwrap.fill(self.doc, DOC_WIDTH)),) if self.doc else ()
        declared = (Declare(Atom(buffer.attribute), TENSOR) for buffer in buffers)
        constructor = (_constructor(signature, assignments),) if assignments else ()
        method = (Function("reset_parameters", (Parameter("self"),), Atom("None"), reset),)
        methods = (*(method if reset else ()), *made, *self.methods(parts))
        tree = Class(self.name, (Atom("nn.Module"),), (*head, *declared, *constructor, *methods))
        return Emitted(signature, tree, tuple(parts), tuple(attributes_of(parts)), bool(reset))

    def fix_conditions(self) -> None:
        """Record the sizes of a clip that decide what the block consists of."""
        for instance in self.owner.instances:
            for condition in instance.scope.conditions:
                term = instance.body.term(condition.origin)
                self.context.sizes.fix(instance.body, term, self.owner.definition.name)

    def parts(self) -> tuple[Slots, list[Part], list[Function]]:
        """What the block consists of, what was collected on the way, and methods for buffers."""
        resets, outputs = self.context.has_init, self.owner.plan.outputs
        slots, written = self._slots(resets)
        if not resets and any(slot.first is not None for slot in slots_in(written)):
            slots, written = self._slots(resets=True)
        taken = {*slots.stored.values, *(slot.attribute for slot in slots_in(written))}
        written, made = with_buffers(written, outputs, taken)
        return slots, group_stages(written, outputs), made

    def _slots(self, resets: bool) -> tuple[Slots, Sequence[Part]]:
        # Slots are written twice where expressions repeat: only after the first time is it known
        # which of them deserve a variable.
        slots = self._writer(resets, {})
        written = slots.write()
        if named := slots.arguments.repeated():
            slots = self._writer(resets, named)
            written = slots.write()
        return slots, written

    def _writer(self, resets: bool, named: Mapping[Expression, str]) -> Slots:
        context = self.context
        arguments = Arguments(self.owner, context.opens, context.fixed[self.owner], named)
        return self.kind_of_slots(
            *(self.owner, context.classes, context.signatures, arguments),
            *(resets, context.sizes, context.on_device),
        )

    def signature(self, arguments: Arguments) -> Signature:
        """The arguments in order: `in_channels`, the block's parameters as declared, all others."""
        given = arguments.final()
        declared = self.owner.definition.parameters
        defaults = {one.name: value for one in given for value in self.default(one)}
        # Python wants parameters with defaults last; `sorted` keeps the order of equal ranks.
        order = sorted(given, key=lambda one: (one.name in defaults, rank(one, declared)))
        return Signature(self.name, tuple(order), defaults)

    def default(self, argument: Argument) -> Iterator[PyValue]:
        """The default of an argument: that of the block's parameter, if it has the same type.

        Yields nothing if there is none.
        """
        defaults = self.owner.definition.defaults
        if not isinstance(argument.leaf, Leaf) or argument.name not in defaults:
            return
        value = python_value(defaults[argument.name])
        values = [cell.value for cell in argument.column.values()]
        if all(isinstance(other, bool) for other in values):
            value = bool(value)
        # `kernel = 3` is a tuple where the class takes tuples.
        value = broadcast([*values, value])[-1]
        if any(type(value) is type(other) for other in values):
            yield value

    def _assignments(
        self, arguments: Arguments, stored: Mapping[str, Python], parts: list[Part]
    ) -> list[Statement]:
        """The statements of the constructor; none for a block without layers."""
        attributes = [Assign(Attribute(SELF, name), value) for name, value in stored.items()]
        modules = list(self._attributes(parts, set()))
        divided = [refusal(self.name, condition) for condition in arguments.remainders]
        body: list[Statement] = []
        for name, value in arguments.computed.items():
            own = Assign(Attribute(SELF, name), Atom(variable(name)))
            others = (*body, *divided, *(one for one in attributes if one != own), *modules)
            if own in attributes and not any(variable(name) in names_in(one) for one in others):
                # Only the attribute reads it.
                attributes[attributes.index(own)] = replace(own, value=value)
            else:
                body.append(Assign(Atom(variable(name)), value))
        # After the variables that they read.
        body += [*divided, *attributes, *modules]
        refused = (refusal(self.name, condition) for condition in refusals(arguments))
        return [*refused, *body]

    def reset_body(self, parts: Sequence[Part]) -> Iterator[Statement]:
        """The statements of `reset_parameters`; none if the class needs no such method."""
        is_needed = self.context.has_init or any(buffers_in(parts))
        return own_initialisation(parts) if is_needed else iter(())

    def with_shape(self, assignment: Assign, last: Member) -> Statement:
        """An attribute's assignment, with the shape of its result as a comment if it has one.

        A block does not: it is used at many sizes.
        """
        return assignment

    def methods(self, parts: list[Part]) -> Iterator[Function]:
        """The methods after the constructor."""
        plan = self.owner.plan
        yield self.method("forward", forward.body(parts, self.inputs(), plan.outputs), plan.outputs)

    def _attributes(self, parts: Iterable[Part], seen: set[str]) -> Iterator[Statement]:
        """The assignments of attributes; `seen` are those that there are already."""
        for part in parts:
            if not isinstance(part, Fork):
                yield from self._attribute(part, seen)
                continue
            # Layers without state are shared with what is outside of the fork.
            shared = [slot for slot in slots_in((part,)) if is_shared(slot)]
            yield from self._attributes(shared, seen)
            first, second = (
                tuple(self._attributes(branch, set(seen))) for branch in (part.first, part.second)
            )
            if first or second:
                test = part.condition if first else opposite(part.condition)
                yield If(test, first or second, second if first else ())

    def _attribute(self, part: Slot | Stage, seen: set[str]) -> Iterator[Statement]:
        """The assignment of a part's attribute, unless an equal layer has set it already."""
        name = part_name(part)
        if name is None or name in seen:
            return
        seen.add(name)
        last = part.last if isinstance(part, Stage) else part
        build = part.build if isinstance(part, Stage) else present_or_identity(part)
        assert build is not None
        assignment = Assign(Attribute(SELF, name), build)
        if isinstance(part, Slot) and part.buffer is not None:
            yield _registered(part, build)
            return
        yield self.with_shape(assignment, last.member)
        if isinstance(part, Slot) and not self.context.has_init:
            yield from _zero_weights(part)

    def inputs(self) -> dict[Reference, str]:
        """The variable of each input."""
        return {FromInput(name): variable(name) for name in self.owner.plan.inputs}

    def method(
        self, name: str, body: tuple[Statement, ...], outputs: tuple[Reference, ...]
    ) -> Function:
        """A method that takes all inputs and returns these outputs."""
        inputs, returns = self.interface(outputs)
        return Function(name, (Parameter("self"), *inputs), returns, body)

    def interface(self, outputs: tuple[Reference, ...]) -> tuple[tuple[Parameter, ...], Python]:
        """All inputs as parameters, and the type of these outputs."""
        inputs = tuple(Parameter(v, TENSOR) for v in self.inputs().values())
        # Of many, a reader would count the outputs, not the words.
        types = ["Tensor", "..."] if len(outputs) > _SPELLED_OUT else ["Tensor"] * len(outputs)
        several = Atom(f"tuple[{', '.join(types)}]")
        return inputs, TENSOR if len(outputs) == 1 else several


def _registered(slot: Slot, value: Python) -> Statement:
    """The statement that adds a buffer."""
    persistent = () if slot.member.is_persistent else (Keyword("persistent", literal(False)),)
    given = (literal(slot.attribute), value, *persistent)
    return Expr(Call(Atom("self.register_buffer"), given))


def refusal(name: str, condition: Python) -> Statement:
    """Raise on a condition that the network never meets: the class lacks the code for it."""
    message = literal(f"{name} does not support {condition}")
    return If(condition, (Raise(Call(Atom("ValueError"), (message,))),))


def _constructor(signature: Signature, assignments: list[Statement]) -> Function:
    body = (Expr(Call(Atom("super().__init__"))), *assignments)
    given = (Parameter("self"), *parameters(signature))
    return Function("__init__", given, Atom("None"), body)


def _zero_weights(slot: Slot) -> Iterator[Statement]:
    """Set weights to zero in the constructor, such as the last scale of a residual branch."""
    lines = tuple(
        Expr(Call(Atom("nn.init.zeros_"), (Atom(f"self.{slot.attribute}.{weight}"),)))
        for weight in slot.zero
    )
    if slot.flag is not None and lines:
        yield If(slot.flag, lines)
    else:
        yield from lines
