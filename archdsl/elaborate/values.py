"""What expressions of the language evaluate to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from archdsl.elaborate.program import Unit
from archdsl.ir.graph import Value as GraphValue
from archdsl.ir.types import TensorType, show_shape
from archdsl.ops.base import Operation
from archdsl.source import Span
from archdsl.syntax import tree


@dataclass(frozen=True, slots=True)
class Tensor:
    """A value of the graph under construction."""

    value: GraphValue
    type: TensorType


@dataclass(frozen=True, slots=True)
class Given:
    """An argument with the place it was written at."""

    value: Value
    span: Span


@dataclass(frozen=True, slots=True)
class Written:
    """The arguments of a call, evaluated, in the order they were written."""

    positional: tuple[Given, ...]
    named: Mapping[str, Given]

    @property
    def has_tensors(self) -> bool:
        return any(holds_tensor(g.value) for g in (*self.positional, *self.named.values()))


def holds_tensor(value: object) -> bool:
    """Whether a value is a tensor, or a tuple with one in it."""
    return isinstance(value, Tensor) or (
        isinstance(value, tuple) and any(map(holds_tensor, value))
    )


def tensors_in(value: Value) -> tuple[GraphValue, ...]:
    """The graph values of a tensor or of a tuple of tensors, in order."""
    if isinstance(value, Tensor):
        return (value.value,)
    if not isinstance(value, tuple):
        return ()
    return tuple(inner for entry in value for inner in tensors_in(entry))


@dataclass(frozen=True, slots=True)
class BlockValue:
    """A block of the language, perhaps with some parameters given in advance."""

    definition: tree.Block
    unit: Unit = field(compare=False, repr=False)
    given: Mapping[str, Given] = field(default_factory=dict, compare=False)

    @property
    def name(self) -> str:
        return self.definition.name


@dataclass(frozen=True, slots=True)
class OperationValue:
    """An operation, perhaps with some parameters given in advance."""

    operation: type[Operation]
    given: Mapping[str, Given] = field(default_factory=dict, compare=False)

    @property
    def name(self) -> str:
        return self.operation.name


@dataclass(frozen=True, slots=True)
class FunctionValue:
    """A function over compile-time values, such as `ceil`."""

    name: str
    call: Callable[..., Value]


@dataclass(frozen=True, slots=True)
class Poison:
    """The value of what could not be evaluated: one mistake gives one message."""


POISON = Poison()

Applicable: TypeAlias = BlockValue | OperationValue
Value: TypeAlias = (
    "int | Fraction | bool | str | None | tuple[Value, ...] | Tensor | Poison"
    " | BlockValue | OperationValue | FunctionValue"
)


def is_number(value: object) -> bool:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def show(value: object) -> str:
    """A value as the language writes it, for diagnostics and listings."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Fraction):
        return show_number(value)
    if isinstance(value, tuple):
        return "(" + ", ".join(map(show, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, Tensor):
        return show_shape(value.type.shape)
    if isinstance(value, BlockValue | OperationValue | FunctionValue):
        return value.name
    return str(value)


def show_number(value: Fraction) -> str:
    """A decimal where the number has a short one, else a fraction."""
    decimal = f"{float(value):.10g}"
    return decimal if Fraction(decimal) == value else str(value)


def describe(value: object) -> str:
    """What kind of value it is, with the value: `the number 2.5`."""
    if value is None:
        return "`none`"
    if isinstance(value, bool):
        return f"`{show(value)}`"
    if isinstance(value, int | Fraction):
        return f"the number {show(value)}"
    if isinstance(value, str):
        return f"the word `{value}`"
    if isinstance(value, tuple):
        return f"the tuple {show(value)}"
    if isinstance(value, Tensor):
        return f"a tensor ({show(value)})"
    kind = "function" if isinstance(value, FunctionValue) else "block"
    return f"the {kind} `{show(value)}`"
