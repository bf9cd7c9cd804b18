"""Blocks without state as functions: `split_heads(x, heads)`.

A block that has neither layers nor weights needs no class. As a function it is given what a
constructor could not know: sizes of tensors, and a device for what it makes of no tensor.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from archdsl.emit import forward
from archdsl.emit.columns import Columns
from archdsl.emit.entering import CHANNELS, FEATURES
from archdsl.emit.expressions import Expressions, on_device_of, with_argument
from archdsl.emit.keys import Key
from archdsl.emit.leaves import Column
from archdsl.emit.members import Slot
from archdsl.emit.names import variable
from archdsl.emit.python import Assign, Atom, Docstring, Function, Parameter, Python
from archdsl.emit.references import FromInput
from archdsl.emit.signatures import parameters
from archdsl.emit.slots import Slots
from archdsl.emit.stored import Stored
from archdsl.emit.structure import Member
from archdsl.emit.terms import substitute
from archdsl.emit.writer import DOC_WIDTH, ClassWriter, Emitted, refusal
from archdsl.ir.written import Entering, Expression, Literal, Named
from archdsl.ir.written import Parameter as Leaf
from archdsl.ops.forms import PyValue

DEVICE = Parameter("device", Atom("torch.device | None"), Atom("None"))


@dataclass
class FunctionSlots(Slots):
    """Writes the slots of a function, which has arguments and no attributes."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.columns = _Columns(self.owner, self.classes, self.sizes)
        self.stored = _Unstored(self.arguments, frozenset())
        self.expressions = _Expressions(
            *(self.owner, self.classes, self.signatures, self.arguments),
            *(self.columns, self.stored, self.on_device),
        )


class _Unstored(Stored):
    """What a function knows stays in variables."""

    def read(self, written: Python, name: str) -> Python:
        return written

    def flag(self, written: Python, name: str) -> Python:
        return written


@dataclass
class _Columns(Columns):
    """Reads columns in terms of the tensors that the function is given, and of its arguments.

    No size is fixed: the caller gives those that the tensors do not have.
    """

    def measured(self, key: Key, value: Callable[[Member], PyValue]) -> Column:
        return self._read(super().measured(key, value))

    def fix(self, column: Column, key: Key, name: str = "") -> Column:
        bodies = [one.body for one in self.owner.instances]
        terms = {place: bodies[place].derived(cell.term) for place, cell in column.items()}
        return self._read({i: cell._replace(term=terms[i]) for i, cell in column.items()})

    def _read(self, column: Column) -> Column:
        return {
            place: cell._replace(term=substitute(cell.term, self._substitutes))
            for place, cell in column.items()
        }

    @cached_property
    def _substitutes(self) -> Mapping[Expression, Expression]:
        """The channels and features of tensors as sizes that are read from them."""
        sizes: dict[Expression, Expression] = {}
        for name in self.owner.plan.inputs:
            sizes[Entering(name, CHANNELS)] = Entering(name, "0")
            sizes[Entering(name, FEATURES)] = Entering(name, "-1")
        defaults: dict[Expression, Expression] = {}
        for name in self.owner.definition.parameters:
            default = self._default(name)
            if default is not None:
                defaults[Leaf(name)] = Named(name, substitute(default, {**sizes, **defaults}))
        return {**sizes, **defaults}

    def _default(self, name: str) -> Expression | None:
        """What follows for a parameter that no call gives, unless it is a literal."""
        if any(name not in one.scope.arguments for one in self.owner.instances):
            return None
        only, *others = {one.body.default(name) for one in self.owner.instances}
        return None if others or isinstance(only, Literal) else only


@dataclass
class _Expressions(Expressions):
    """Writes expressions in a function: all of them, in their order."""

    def is_constant(self, slot: Slot) -> bool:
        return False

    def placed(self, slot: Slot) -> Slot:
        if self.owner.plan.inputs:
            return on_device_of(slot, FromInput(self.owner.plan.inputs[0]))
        if self.owner not in self.on_device:
            return slot
        return replace(slot, template=with_argument(slot, "device=device"))


class FunctionWriter(ClassWriter):
    """Writes the function of a block."""

    kind_of_slots = FunctionSlots

    def write(self) -> Emitted:
        """The function as a tree of Python.

        Raises:
            ClosedParameters: an open parameter of the network must be a constant.
        """
        self.fix_conditions()
        slots, parts, _ = self.parts()
        arguments = slots.arguments
        signature = self.signature(arguments)
        plan = self.owner.plan
        head = (Docstring(textwrap.fill(self.doc, DOC_WIDTH)),) if self.doc else ()
        local = (Assign(Atom(variable(n)), value) for n, value in arguments.computed.items())
        taken = {*map(variable, (*arguments.used, *arguments.computed)), DEVICE.name}
        divided = (refusal(self.name, condition) for condition in arguments.remainders)
        body = (*head, *local, *divided, *forward.body(parts, self.inputs(), plan.outputs, taken))
        tensors, returns = self.interface(plan.outputs)
        device = (DEVICE,) if self.owner in self.context.on_device else ()
        given = (*tensors, *parameters(signature), *device)
        return Emitted(signature, Function(self.name, given, returns, body))
