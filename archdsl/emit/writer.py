"""One class as a tree of Python: constructor, forward, and what the network has besides."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod

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
    Remarked,
    Statement,
    Tuple,
    literal,
)
from archdsl.emit.slots import SELF, Signature, Slot, Slots, present_or_identity
from archdsl.emit.stages import Part, Stage, staged
from archdsl.emit.structure import FromInput, FromMember, Reference
from archdsl.ir.types import show_shape
from archdsl.ops.base import PyValue

TENSOR = Atom("Tensor")

_DOC = 78
"""The width of a doc string, which stands indented between its quotes."""


@dataclass(frozen=True)
class Written:
    """A class with the signature of its constructor."""

    signature: Signature
    tree: Class


@dataclass(frozen=True)
class ClassWriter:
    """Writes one class. The network's has shapes as comments and its features apart."""

    owner: BlockClass
    classes: Classes
    signatures: Mapping[BlockClass, Signature]
    name: str
    doc: str | None
    is_network: bool
    initialise: tuple[Statement, ...] = ()

    def write(self) -> Written:
        arguments = Arguments(self.owner)
        slots = Slots(self.owner, self.classes, self.signatures, arguments)
        written = slots.write()
        parts = staged(written, self.owner.plan.outputs)
        signature = self._signature(arguments)
        constructor = self._constructor(signature, arguments, slots.stored, parts)
        head = (Docstring(textwrap.fill(self.doc, _DOC)),) if self.doc else ()
        body = (*head, constructor, *self._reset(), *self._forwards(parts))
        return Written(signature, Class(self.name, (Atom("nn.Module"),), body))

    def _signature(self, arguments: Arguments) -> Signature:
        """Parameters as the block declares them, after the channels and before its other names."""
        used = arguments.used
        declared = self.owner.definition.parameters
        defaults = {name: v for name in used for v in self._default(name, used[name])}
        order = sorted(used, key=lambda name: (name in defaults, _rank(name, declared)))
        return Signature(self.name, {name: used[name] for name in order}, defaults)

    def _default(self, name: str, column: Column) -> Iterator[PyValue]:
        if self.is_network:
            yield column[0]
        elif len(column) < len(self.owner.instances):
            yield None  # some instances have no use for it
        elif name in self.owner.definition.defaults:
            value = python_value(self.owner.definition.defaults[name])
            if all(isinstance(v, bool) for v in column.values()):
                value = bool(value)
            value = spread({**column, -1: value})[-1]
            if any(type(value) is type(v) for v in column.values()):
                yield value

    # The constructor

    def _constructor(
        self,
        signature: Signature,
        arguments: Arguments,
        stored: Mapping[str, Python],
        parts: list[Part],
    ) -> Function:
        parameters = tuple(
            Parameter(
                variable(name),
                Atom(_annotation(column)),
                literal(signature.defaults[name]) if name in signature.defaults else None,
            )
            for name, column in signature.columns.items()
        )
        body: list[Statement] = [Expr(Call(Atom("super().__init__")))]
        body += [Assign(Atom(variable(n)), value) for n, value in arguments.computed.items()]
        body += [Assign(Attribute(SELF, name), value) for name, value in stored.items()]
        seen: set[str] = set()
        for part in parts:
            body += self._attribute(part, seen)
        if self.is_network and self.initialise:
            body.append(Expr(Call(Atom("self.reset_parameters"))))
        return Function("__init__", (Parameter("self"), *parameters), Atom("None"), tuple(body))

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
        shape = show_shape(last.member.shape)
        yield Remarked(assignment, shape) if self.is_network else assignment
        if isinstance(part, Slot):
            yield from _zeroed(part)

    # Other methods

    def _reset(self) -> tuple[Statement, ...]:
        if not (self.is_network and self.initialise):
            return ()
        self_ = (Parameter("self"),)
        return (Function("reset_parameters", self_, Atom("None"), self.initialise),)

    def _forwards(self, parts: list[Part]) -> tuple[Function, ...]:
        plan = self.owner.plan
        cut = self._cut(parts) if self.is_network else 0
        if not cut:
            return (self._method("forward", plan.inputs, parts, plan.outputs),)
        crossing = _crossing(parts, cut, plan.outputs)
        features = self._method("forward_features", plan.inputs, parts[:cut], crossing)
        names = _feature_names(crossing)
        call = Call(Atom("self.forward_features"), tuple(map(Atom, self._inputs().values())))
        target: Python = Tuple(tuple(map(Atom, names))) if len(names) > 1 else Atom(names[0])
        lines = forward.body(parts[cut:], dict(zip(crossing, names, strict=True)), plan.outputs)
        body = (Assign(target, call), *lines)
        return features, self._function("forward", body, len(plan.outputs))

    def _inputs(self) -> dict[Reference, str]:
        return {FromInput(name): variable(name) for name in self.owner.plan.inputs}

    def _method(
        self,
        name: str,
        inputs: tuple[str, ...],
        parts: list[Part],
        outputs: tuple[Reference, ...],
    ) -> Function:
        return self._function(name, forward.body(parts, self._inputs(), outputs), len(outputs))

    def _function(self, name: str, body: tuple[Statement, ...], results: int) -> Function:
        inputs = tuple(Parameter(v, TENSOR) for v in self._inputs().values())
        returns = TENSOR if results == 1 else Atom(f"tuple[{', '.join(['Tensor'] * results)}]")
        return Function(name, (Parameter("self"), *inputs), returns, body)

    def _cut(self, parts: list[Part]) -> int:
        """How many parts make the features: up to the last that keeps positions, if any follows."""
        lasts = [part.last if isinstance(part, Stage) else part for part in parts]
        spread_out = [i for i, slot in enumerate(lasts, 1) if prod(slot.member.shape[1:]) > 1]
        cut = max(spread_out, default=0)
        return cut if cut < len(parts) else 0


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


def _crossing(parts: list[Part], cut: int, outputs: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """The results of the parts before the cut that are read after it."""
    made = {
        FromMember(slot.planned.key, i)
        for part in parts[:cut]
        for slot in (part.slots if isinstance(part, Stage) else (part,))
        for i in range(slot.member.results)
    }
    after = forward.reads(parts[cut:], outputs)
    inputs = [reference for reference in after if isinstance(reference, FromInput)]
    return tuple(dict.fromkeys(r for r in [*after, *inputs] if r in made or r in inputs))


def _feature_names(crossing: tuple[Reference, ...]) -> list[str]:
    return ["x"] if len(crossing) == 1 else [f"x{i}" for i in range(1, len(crossing) + 1)]
