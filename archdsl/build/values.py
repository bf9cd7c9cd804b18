"""What expressions of the language evaluate to, and how diagnostics show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from functools import cache
from itertools import islice
from typing import TypeAlias

from archdsl.build.provenance import Snapshot, expression
from archdsl.diagnostics import counted
from archdsl.ir.graph import Value as GraphValue
from archdsl.ir.types import TensorType
from archdsl.ir.written import Expression, Literal
from archdsl.ops import OPERATIONS
from archdsl.ops.base import Operation, Types
from archdsl.params.numbers import is_number, show_number
from archdsl.program.program import Definition, Function
from archdsl.source import Span
from archdsl.syntax import tree


@dataclass(frozen=True, slots=True)
class Tensor:
    """A value of the graph under construction."""

    value: GraphValue
    type: TensorType


def _as_literal(value: Value) -> object:
    """A value as expressions have it, in which a block only counts as true."""
    if isinstance(value, tuple):
        return tuple(map(_as_literal, value))
    return True if isinstance(value, BlockValue | OperationValue) else value


@dataclass(frozen=True, slots=True)
class Given:
    """An argument with the place it was written at, and with the words written there.

    `around` is the moment at which it was written: what names meant in the body around it.
    """

    value: Value
    span: Span = field(compare=False)
    written: tree.Expression | None = field(default=None, compare=False, repr=False)
    snapshot: Snapshot | None = field(default=None, compare=False, repr=False)

    @property
    def scope(self) -> int:
        """The scope in whose terms it was written; -1 outside of any."""
        return self.snapshot.history.scope if self.snapshot else -1

    @property
    def expression(self) -> Expression:
        """What was written, in terms of the body around it."""
        if self.written is None or self.snapshot is None:
            return Literal(_as_literal(self.value))
        return expression(self.written, self.snapshot)

    def enclosing_argument(self, name: str) -> Given | None:
        """What the body around it was given under a name."""
        meaning = self.snapshot.binding(name) if self.snapshot else None
        return meaning if isinstance(meaning, Given) else None

    @property
    def as_word(self) -> object:
        """The argument with bare names taken as words: `frames` is an axis, not a number."""
        return _as_word(self.value, self.written)


def _as_word(value: object, written: tree.Expression | None) -> object:
    if isinstance(written, tree.Name):
        return written.name
    if isinstance(written, tree.Tuple) and isinstance(value, tuple):
        return tuple(map(_as_word, value, written.items))
    return value


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call, evaluated, in the order they were written."""

    positional: tuple[Given, ...]
    named: Mapping[str, Given]

    @property
    def has_tensors(self) -> bool:
        return any(holds_tensor(g.value) for g in (*self.positional, *self.named.values()))


def holds_tensor(value: object) -> bool:
    """Whether a value is a tensor, or a tuple with one in it."""
    return isinstance(value, Tensor) or (isinstance(value, tuple) and any(map(holds_tensor, value)))


def tensors_in(value: Value) -> tuple[GraphValue, ...]:
    """The graph values of a tensor or of a tuple of tensors, in order."""
    if isinstance(value, Tensor):
        return (value.value,)
    if not isinstance(value, tuple):
        return ()
    return tuple(inner for entry in value for inner in tensors_in(entry))


def types_of(values: Iterable[Value]) -> Types:
    """The types of those values that are tensors."""
    return tuple([value.type for value in values if isinstance(value, Tensor)])


@dataclass(frozen=True, slots=True)
class BlockValue:
    """A block of the language, perhaps with some parameters given in advance.

    Expressions with it as a value are keys: what was given, which has no hash, is left out of its.
    """

    definition: Definition
    given: Mapping[str, Given] = field(default_factory=dict, hash=False)

    @property
    def block(self) -> tree.Block:
        assert isinstance(self.definition.node, tree.Block)
        return self.definition.node

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(parameter.name for parameter in self.block.parameters)


@dataclass(frozen=True, slots=True)
class OperationValue:
    """An operation, perhaps with some parameters given in advance."""

    operation: type[Operation]
    given: Mapping[str, Given] = field(default_factory=dict, hash=False)

    @property
    def name(self) -> str:
        return self.operation.name

    @property
    def parameters(self) -> tuple[str, ...]:
        return _parameters(self.name)


@cache
def _parameters(operation: str) -> tuple[str, ...]:
    return tuple(f.name for f in fields(OPERATIONS[operation]))


@dataclass(frozen=True, slots=True)
class Inserted:
    """A block that a derivation inserts after a place, with the name that it gets there.

    `number` counts the labels that one insertion comes to, of all its places.
    """

    block: Applicable
    name: str
    node: tree.Insertion
    place: tree.Place
    number: int


@dataclass(frozen=True, slots=True)
class FunctionValue:
    """A function over compile-time values, with how it is computed."""

    function: Function
    call: Callable[..., Value]

    @property
    def name(self) -> str:
        return self.function.name


@dataclass(frozen=True, slots=True)
class Poison:
    """The value of what could not be evaluated: one mistake gives one message."""


POISON = Poison()

Applicable: TypeAlias = BlockValue | OperationValue
Value: TypeAlias = (
    "int | Fraction | bool | str | tuple[Value, ...] | Tensor | Poison"
    " | BlockValue | OperationValue | FunctionValue | None"
)


def parts(value: Value) -> Iterable[Value]:
    """What a value is made of: the entries of a tuple, what a block was given in advance."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, BlockValue | OperationValue):
        return [given.value for given in value.given.values()]
    return ()


def count_parts(value: Value, most: int) -> tuple[int, int]:
    """How many values there are in one, itself included, and on how many levels.

    Parts may be shared, so that there are more than memory has room for: none are counted
    beyond `most`.
    """
    count, levels, level = 0, 0, [value]
    while level and count <= most:
        count += len(level)
        levels += 1
        below = (part for whole in level for part in parts(whole))
        level = list(islice(below, most + 1))
    return count, levels


def show(value: object, most: int = 8) -> str:
    """A value as the language writes it, for diagnostics and listings; long tuples in part."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if is_number(value):
        return show_number(value)
    if isinstance(value, tuple):
        shown = [show(entry, most // 2) for entry in value[:most]]
        shown += ["..."] if len(value) > most else []
        return "(" + ", ".join(shown) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, Tensor):
        return str(value.type)
    if isinstance(value, BlockValue | OperationValue | FunctionValue):
        return value.name
    return str(value)


def describe(value: object) -> str:
    """What kind of value it is, with the value: `the number 2.5`."""
    if value is None:
        return "`none`"
    if isinstance(value, bool):
        return f"`{show(value)}`"
    if is_number(value):
        return f"the number {show(value)}"
    if isinstance(value, str):
        return f"the word `{value}`"
    if isinstance(value, tuple):
        return f"the tuple {show(value)}"
    if isinstance(value, Tensor):
        return f"a tensor ({show(value)})"
    kind = "function" if isinstance(value, FunctionValue) else "block"
    return f"the {kind} `{show(value)}`"


def describe_count(least: int, most: int | None, what: str = "argument") -> str:
    """`1 argument`, `at least 2 arguments`, `1 to 3 arguments`."""
    if least == most:
        return counted(least, what)
    return f"at least {counted(least, what)}" if most is None else f"{least} to {most} {what}s"
