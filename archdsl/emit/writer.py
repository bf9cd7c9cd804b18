"""One class as a tree of Python: its constructor and its forward."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from archdsl.emit import forward
from archdsl.emit.arguments import Arguments, Given
from archdsl.emit.classes import BlockClass, Classes
from archdsl.emit.initialise import own_start
from archdsl.emit.leaves import Fixed, Opens, spread
from archdsl.emit.names import variable
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
from archdsl.emit.slots import SELF, Signature, Slot, Slots, present_or_identity
from archdsl.emit.stages import Part, Stage, staged
from archdsl.emit.structure import FromInput, Reference
from archdsl.emit.terms import python_value
from archdsl.frozen import Frozen
from archdsl.ir.written import Entering, Expression
from archdsl.ir.written import Parameter as Leaf
from archdsl.ops.base import PyValue

TENSOR = Atom("Tensor")

DOC_WIDTH = 78
"""The width of a doc string, which stands indented between its quotes."""


class Written(Frozen):
    """A class with the signature of its constructor."""

    signature: Signature
    tree: Class
    is_started: bool
    """Whether it starts weights of its own."""


class Shared(Frozen):
    """What the writers of all classes of a module share.

    Where weights are `is_started` by the network, they can start anew.
    """

    classes: Classes
    signatures: Mapping[BlockClass, Signature]
    opens: Opens
    fixed: Mapping[BlockClass, Fixed]
    is_started: bool


class ClassWriter(Frozen):
    """Writes the class of a block."""

    owner: BlockClass
    name: str
    doc: str | None
    shared: Shared

    def write(self) -> Written:
        slots, written = self._slots({})
        if named := slots.arguments.repeated():
            slots, written = self._slots(named)
        arguments = slots.arguments
        parts = staged(written, self.owner.plan.outputs)
        signature = self._signature(arguments)
        assigned = self._assigned(arguments, slots.stored, parts)
        start = tuple(self.start(written))
        assigned += [Expr(Call(Atom("self.reset_parameters")))] if start else []
        head = (Docstring(textwrap.fill(self.doc, DOC_WIDTH)),) if self.doc else ()
        constructor = (_constructor(signature, assigned),) if assigned else ()
        reset = (Function("reset_parameters", (Parameter("self"),), Atom("None"), start),)
        body = (*head, *constructor, *(reset if start else ()), *self.methods(parts))
        return Written(signature, Class(self.name, (Atom("nn.Module"),), body), bool(start))

    def _slots(self, named: Mapping[Expression, str]) -> tuple[Slots, list[Slot]]:
        shared = self.shared
        arguments = Arguments(self.owner, shared.opens, shared.fixed[self.owner], named)
        slots = Slots(self.owner, shared.classes, shared.signatures, arguments)
        return slots, slots.write()

    def _signature(self, arguments: Arguments) -> Signature:
        """Arguments as the block declares them, after the channels and before its other names."""
        given = [
            replace(one, is_real=one.leaf in arguments.reals) for one in arguments.used.values()
        ]
        declared = self.owner.definition.parameters
        defaults = {one.name: value for one in given for value in self.default(one)}
        order = sorted(given, key=lambda one: (one.name in defaults, _rank(one, declared)))
        return Signature(self.name, tuple(order), defaults)

    def default(self, given: Given) -> Iterator[PyValue]:
        """The default of a parameter, if the block says one and the class's own are like it."""
        defaults = self.owner.definition.defaults
        if not isinstance(given.leaf, Leaf) or given.name not in defaults:
            return
        value = python_value(defaults[given.name])
        values = [cell.value for cell in given.column.values()]
        if all(isinstance(other, bool) for other in values):
            value = bool(value)
        value = spread([*values, value])[-1]
        if any(type(value) is type(other) for other in values):
            yield value

    def _assigned(
        self, arguments: Arguments, stored: Mapping[str, Python], parts: list[Part]
    ) -> list[Statement]:
        """What the constructor does; nothing in a block that holds no layer."""
        body: list[Statement] = []
        body += [Assign(Atom(variable(n)), value) for n, value in arguments.computed.items()]
        body += [Assign(Attribute(SELF, name), value) for name, value in stored.items()]
        seen: set[str] = set()
        for part in parts:
            body += self._attribute(part, seen)
        refusals = (_refusal(self.name, condition) for condition in arguments.refusals())
        return [*refusals, *body]

    def start(self, slots: Sequence[Slot]) -> Iterator[Statement]:
        """How the weights start, also once more."""
        return own_start(slots) if self.shared.is_started else iter(())

    def described(self, assignment: Assign, shape: tuple[int, ...]) -> Statement:
        """An attribute's assignment, with what a reader should know of its result."""
        return assignment

    def methods(self, parts: list[Part]) -> Iterator[Function]:
        """What follows the constructor."""
        plan = self.owner.plan
        yield self.method("forward", forward.body(parts, self.inputs(), plan.outputs), plan.outputs)

    def _attribute(self, part: Part, seen: set[str]) -> Iterator[Statement]:
        """The assignment of a part's attribute, unless it shares one that is there."""
        if isinstance(part, Slot) and (part.build is None or part.attribute in seen):
            return
        name = part.name if isinstance(part, Stage) else part.attribute
        seen.add(name)
        last = part.last if isinstance(part, Stage) else part
        build = part.build if isinstance(part, Stage) else present_or_identity(part)
        assert build is not None
        assignment = Assign(Attribute(SELF, name), build)
        yield self.described(assignment, last.member.shape)
        if isinstance(part, Slot) and not self.shared.is_started:
            yield from _zeroed(part)

    def inputs(self) -> dict[Reference, str]:
        """The variable of each input."""
        return {FromInput(name): variable(name) for name in self.owner.plan.inputs}

    def method(
        self, name: str, body: tuple[Statement, ...], outputs: tuple[Reference, ...]
    ) -> Function:
        """A method from all inputs to these outputs."""
        inputs = tuple(Parameter(v, TENSOR) for v in self.inputs().values())
        several = Atom(f"tuple[{', '.join(['Tensor'] * len(outputs))}]")
        returns = TENSOR if len(outputs) == 1 else several
        return Function(name, (Parameter("self"), *inputs), returns, body)


def parameters(signature: Signature) -> tuple[Parameter, ...]:
    """What a class can be given, in order."""
    defaults = {name: literal(value) for name, value in signature.defaults.items()}
    return tuple(
        Parameter(variable(given.name), Atom(_annotation(given)), defaults.get(given.name))
        for given in signature.arguments
    )


def _refusal(name: str, condition: Python) -> Statement:
    """What the block holds then stands nowhere in the network, and so not in the class."""
    message = literal(f"{name} does not cover {condition}")
    return If(condition, (Raise(Call(Atom("ValueError"), (message,))),))


def _constructor(signature: Signature, assigned: list[Statement]) -> Function:
    body = (Expr(Call(Atom("super().__init__"))), *assigned)
    given = (Parameter("self"), *parameters(signature))
    return Function("__init__", given, Atom("None"), body)


def _rank(given: Given, declared: tuple[str, ...]) -> tuple[int, int]:
    if isinstance(given.leaf, Entering) and given.name.startswith("in_"):
        return 0, 0
    return (1, declared.index(given.name)) if given.name in declared else (2, 0)


def _annotation(given: Given) -> str:
    """The type of an argument's values: `int`, `tuple[int, int, int]`, `float | None`."""
    names = dict.fromkeys(_type_name(cell.value) for cell in given.column.values())
    if "float" in names or (given.is_real and "int" in names):
        names = {"float": None, **{name: None for name in names if name != "int"}}
    return " | ".join(sorted(names, key=lambda name: name == "None"))


def _type_name(value: PyValue) -> str:
    if value is None:
        return "None"
    if isinstance(value, tuple):
        return f"tuple[{', '.join(map(_type_name, value))}]"
    return type(value).__name__


def _zeroed(slot: Slot) -> Iterator[Statement]:
    """Weights that start at zero, such as the last scale of a residual branch."""
    lines = tuple(
        Expr(Call(Atom("nn.init.zeros_"), (Atom(f"self.{slot.attribute}.{weight}"),)))
        for weight in slot.zero
    )
    if slot.flag is not None and lines:
        yield If(slot.flag, lines)
    else:
        yield from lines
