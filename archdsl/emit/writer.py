"""One class as a tree of Python: its docstring, its constructor, and `forward`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from archdsl.emit import forward
from archdsl.emit.arguments import Argument, Arguments
from archdsl.emit.branches import opposite
from archdsl.emit.classes import BlockClass, Classes
from archdsl.emit.initialise import own_initialisation
from archdsl.emit.leaves import Fixed, broadcast
from archdsl.emit.members import SELF, Signature, Slot, is_shared, present_or_identity
from archdsl.emit.names import variable
from archdsl.emit.opens import OpenParameters
from archdsl.emit.parts import Fork, Part, Stage, slots_in
from archdsl.emit.python import (
    Assign,
    Atom,
    Attribute,
    Call,
    Class,
    Docstring,
    Expr,
    Function,
    If,
    Parameter,
    Python,
    Raise,
    Statement,
    literal,
)
from archdsl.emit.references import FromInput, Reference
from archdsl.emit.refusals import refusals
from archdsl.emit.sizes import Sizes
from archdsl.emit.slots import Slots
from archdsl.emit.stages import group_stages
from archdsl.emit.terms import python_value
from archdsl.frozen import Frozen
from archdsl.ir.written import Entering, Expression
from archdsl.ir.written import Parameter as Leaf
from archdsl.ops.forms import PyValue

TENSOR = Atom("Tensor")

DOC_WIDTH = 78
"""The width of docstrings: a line of 88 without the indentation and the quotes."""

_SPELLED_OUT = 4
"""The most results of a method whose types are written one by one."""


class EmittedClass(Frozen):
    """A class with the signature of its constructor, and the names of its modules."""

    signature: Signature
    tree: Class
    parts: tuple[str, ...]
    has_reset: bool
    """Whether it has a method `reset_parameters`."""


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


class ClassWriter(Frozen):
    """Writes the class of a block. The class of the network has a writer derived from this one."""

    owner: BlockClass
    name: str
    doc: str | None
    context: ModuleContext

    def write(self) -> EmittedClass:
        """The class as a tree of Python.

        Raises:
            ClosedParameters: an open parameter of the network must be a constant.
        """
        # Slots are written twice where expressions repeat: only after the first time is it known
        # which of them deserve a variable.
        for instance in self.owner.instances:
            for decision in instance.scope.decisions:
                term = instance.body.term(decision.origin)
                self.context.sizes.fix(instance.body, term, self.owner.definition.name)
        slots, written = self._slots({})
        if named := slots.arguments.repeated():
            slots, written = self._slots(named)
        arguments = slots.arguments
        parts = group_stages(written, self.owner.plan.outputs)
        signature = self._signature(arguments)
        assignments = self._assignments(arguments, slots.stored.values, parts)
        reset = tuple(self.reset_body(parts))
        assignments += [Expr(Call(Atom("self.reset_parameters")))] if reset else []
        head = (Docstring(textwrap.fill(self.doc, DOC_WIDTH)),) if self.doc else ()
        constructor = (_constructor(signature, assignments),) if assignments else ()
        method = (Function("reset_parameters", (Parameter("self"),), Atom("None"), reset),)
        body = (*head, *constructor, *(method if reset else ()), *self.methods(parts))
        tree = Class(self.name, (Atom("nn.Module"),), body)
        return EmittedClass(signature, tree, tuple(_names(parts)), bool(reset))

    def _slots(self, named: Mapping[Expression, str]) -> tuple[Slots, list[Slot | Fork]]:
        context = self.context
        arguments = Arguments(self.owner, context.opens, context.fixed[self.owner], named)
        classes, signatures, resets = context.classes, context.signatures, context.has_init
        slots = Slots(self.owner, classes, signatures, arguments, resets, context.sizes)
        return slots, slots.write()

    def _signature(self, arguments: Arguments) -> Signature:
        """The arguments in order: `in_channels`, the block's parameters as declared, all others."""
        given = arguments.final()
        declared = self.owner.definition.parameters
        defaults = {one.name: value for one in given for value in self.default(one)}
        # Python wants parameters with defaults last; `sorted` keeps the order of equal ranks.
        order = sorted(given, key=lambda one: (one.name in defaults, _rank(one, declared)))
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
        body: list[Statement] = []
        body += [Assign(Atom(variable(n)), value) for n, value in arguments.computed.items()]
        body += [Assign(Attribute(SELF, name), value) for name, value in stored.items()]
        body += self._attributes(parts, set())
        refused = (_refusal(self.name, condition) for condition in refusals(arguments))
        return [*refused, *body]

    def reset_body(self, parts: Sequence[Part]) -> Iterator[Statement]:
        """The statements of `reset_parameters`; none if the class needs no such method."""
        return own_initialisation(parts) if self.context.has_init else iter(())

    def with_shape(self, assignment: Assign, shape: tuple[int, ...]) -> Statement:
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
        name = _name(part)
        if name is None or name in seen:
            return
        seen.add(name)
        last = part.last if isinstance(part, Stage) else part
        build = part.build if isinstance(part, Stage) else present_or_identity(part)
        assert build is not None
        assignment = Assign(Attribute(SELF, name), build)
        yield self.with_shape(assignment, last.member.shape)
        if isinstance(part, Slot) and not self.context.has_init:
            yield from _zero_weights(part)

    def inputs(self) -> dict[Reference, str]:
        """The variable of each input."""
        return {FromInput(name): variable(name) for name in self.owner.plan.inputs}

    def method(
        self, name: str, body: tuple[Statement, ...], outputs: tuple[Reference, ...]
    ) -> Function:
        """A method that takes all inputs and returns these outputs."""
        inputs = tuple(Parameter(v, TENSOR) for v in self.inputs().values())
        # Of many, a reader would count the outputs, not the words.
        types = ["Tensor", "..."] if len(outputs) > _SPELLED_OUT else ["Tensor"] * len(outputs)
        several = Atom(f"tuple[{', '.join(types)}]")
        returns = TENSOR if len(outputs) == 1 else several
        return Function(name, (Parameter("self"), *inputs), returns, body)


def parameters(signature: Signature) -> tuple[Parameter, ...]:
    """The parameters of a class's constructor, in order."""
    defaults = {name: literal(value) for name, value in signature.defaults.items()}
    return tuple(
        Parameter(variable(one.name), Atom(_annotation(one)), defaults.get(one.name))
        for one in signature.arguments
    )


def _name(part: Slot | Stage) -> str | None:
    """The attribute of a part; None for an expression, which has none."""
    if isinstance(part, Stage):
        return part.name
    return part.attribute if part.build is not None else None


def _names(parts: Iterable[Part]) -> dict[str, None]:
    """The attributes of the network's parts, each once."""
    named = (_name(part) for part in parts if not isinstance(part, Fork))
    return {name: None for name in named if name is not None}


def _refusal(name: str, condition: Python) -> Statement:
    """Raise on a condition that the network never meets: the class lacks the code for it."""
    message = literal(f"{name} does not support {condition}")
    return If(condition, (Raise(Call(Atom("ValueError"), (message,))),))


def _constructor(signature: Signature, assignments: list[Statement]) -> Function:
    body = (Expr(Call(Atom("super().__init__"))), *assignments)
    given = (Parameter("self"), *parameters(signature))
    return Function("__init__", given, Atom("None"), body)


def _rank(argument: Argument, declared: tuple[str, ...]) -> tuple[int, int]:
    if isinstance(argument.leaf, Entering) and argument.name.startswith("in_"):
        return 0, 0
    return (1, declared.index(argument.name)) if argument.name in declared else (2, 0)


def _annotation(argument: Argument) -> str:
    """The type of an argument: `int`, `tuple[int, int, int]`, `float | None`."""
    names = dict.fromkeys(_type_name(cell.value) for cell in argument.column.values())
    # `float` accepts an int as well, in PEP 484, so `int | float` would say the same.
    if "float" in names or (argument.is_real and "int" in names):
        names = {"float": None, **{name: None for name in names if name != "int"}}
    return " | ".join(sorted(names, key=lambda name: name == "None"))


def _type_name(value: PyValue) -> str:
    if value is None:
        return "None"
    if isinstance(value, tuple):
        return f"tuple[{', '.join(map(_type_name, value))}]"
    return type(value).__name__


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
