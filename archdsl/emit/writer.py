"""One class as a tree of Python: its constructor and its forward."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archdsl.emit import forward
from archdsl.emit.arguments import Arguments
from archdsl.emit.candidates import python_value
from archdsl.emit.classes import BlockClass, Classes
from archdsl.emit.columns import Column, spread
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
    Statement,
    literal,
)
from archdsl.emit.slots import SELF, Signature, Slot, Slots, present_or_identity
from archdsl.emit.stages import Part, Stage, staged
from archdsl.emit.structure import FromInput, Reference
from archdsl.ops.base import PyValue

TENSOR = Atom("Tensor")

DOC_WIDTH = 78
"""The width of a doc string, which stands indented between its quotes."""


@dataclass(frozen=True)
class Written:
    """A class with the signature of its constructor."""

    signature: Signature
    tree: Class


@dataclass(frozen=True)
class ClassWriter:
    """Writes the class of a block."""

    owner: BlockClass
    classes: Classes
    signatures: Mapping[BlockClass, Signature]
    name: str
    doc: str | None

    def write(self) -> Written:
        arguments = Arguments(self.owner)
        slots = Slots(self.owner, self.classes, self.signatures, arguments)
        written = slots.write()
        parts = staged(written, self.owner.plan.outputs)
        signature = self._signature(arguments)
        assigned = self._assigned(arguments, slots.stored, parts)
        head = (Docstring(textwrap.fill(self.doc, DOC_WIDTH)),) if self.doc else ()
        constructor = (_constructor(signature, assigned),) if assigned else ()
        body = (*head, *constructor, *self.methods(parts))
        return Written(signature, Class(self.name, (Atom("nn.Module"),), body))

    def _signature(self, arguments: Arguments) -> Signature:
        """Parameters as the block declares them, after the channels and before its other names."""
        used = arguments.used
        declared = self.owner.definition.parameters
        defaults = {name: v for name in used for v in self.default(name, used[name])}
        order = sorted(used, key=lambda name: (name in defaults, _rank(name, declared)))
        return Signature(self.name, {name: used[name] for name in order}, defaults)

    def default(self, name: str, column: Column) -> Iterator[PyValue]:
        """The default of a parameter, if it has one."""
        if len(column) < len(self.owner.instances):
            yield None  # some instances have no use for it
        elif name in self.owner.definition.defaults:
            value = python_value(self.owner.definition.defaults[name])
            if all(isinstance(v, bool) for v in column.values()):
                value = bool(value)
            value = spread({**column, -1: value})[-1]
            if any(type(value) is type(v) for v in column.values()):
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
        return [*body, *self.ending()]

    def ending(self) -> Iterator[Statement]:
        """What the constructor does when all attributes are there."""
        return iter(())

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
        if isinstance(part, Slot):
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
        Parameter(variable(name), Atom(_annotation(column)), defaults.get(name))
        for name, column in signature.columns.items()
    )


def _constructor(signature: Signature, assigned: list[Statement]) -> Function:
    body = (Expr(Call(Atom("super().__init__"))), *assigned)
    given = (Parameter("self"), *parameters(signature))
    return Function("__init__", given, Atom("None"), body)


def _rank(name: str, declared: tuple[str, ...]) -> tuple[int, int]:
    if name in ("in_channels", "in_features"):
        return 0, 0
    return (1, declared.index(name)) if name in declared else (2, 0)


def _annotation(column: Column) -> str:
    """The type of a column's values: `int`, `tuple[int, int, int]`, `float | None`."""
    names = dict.fromkeys(_type_name(value) for value in column.values())
    if "float" in names:
        names.pop("int", None)
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
