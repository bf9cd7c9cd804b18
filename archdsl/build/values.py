"""The values of the language, and their text in diagnostics.

Numbers are `int` and `Fraction`, never float: a spec's 2.25 is exact. Words are `str`, and `none`
is None. The other values have the classes of this file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from functools import cache
from itertools import islice
from typing import TypeAlias

from archdsl.build.provenance import Snapshot, expression
from archdsl.diagnostics import counted
from archdsl.ir.graph import Address, Join
from archdsl.ir.graph import Value as GraphValue
from archdsl.ir.types import TensorType
from archdsl.ir.written import Expression, Literal
from archdsl.ops import OPERATIONS
from archdsl.ops.base import Operation, Types
from archdsl.params.numbers import is_number, show_number
from archdsl.program.program import Definition, Function, Unit
from archdsl.source import Span
from archdsl.syntax import tree


@dataclass(frozen=True, slots=True)
class Tensor:
    """A value of the graph under construction, and the last join that it came through."""

    value: GraphValue
    type: TensorType
    join: Join | None = field(default=None, compare=False, repr=False)


def _as_literal(value: Value) -> object:
    """A value as a constructor can hold it: of a block, only whether there is one."""
    if isinstance(value, tuple):
        return tuple(map(_as_literal, value))
    return True if isinstance(value, BlockValue | OperationValue) else value


@dataclass(frozen=True, slots=True)
class Given:
    """A value with the expression that it was written as, and where.

    `snapshot` has the bindings of the body in which it was written. Only the value counts in a
    comparison: two calls that give the same are the same.
    """

    value: Value
    span: Span = field(compare=False)
    written: tree.Expression | None = field(default=None, compare=False, repr=False)
    snapshot: Snapshot | None = field(default=None, compare=False, repr=False)

    @property
    def scope(self) -> int:
        """The scope of the body in which it was written; -1 outside of networks."""
        return self.snapshot.history.scope if self.snapshot else -1

    @property
    def expression(self) -> Expression:
        """What was written, in terms of the body in which it was written."""
        if self.written is None or self.snapshot is None:
            return Literal(_as_literal(self.value))
        return expression(self.written, self.snapshot)

    def enclosing_argument(self, name: str) -> Given | None:
        """The argument that the body in which it was written has under a name."""
        binding = self.snapshot.binding(name) if self.snapshot else None
        return binding if isinstance(binding, Given) else None

    @property
    def as_word(self) -> object:
        """The value with bare names taken as words: `frames` is an axis, not a number."""
        return _as_word(self.value, self.written)


def _as_word(value: object, written: tree.Expression | None) -> object:
    if isinstance(written, tree.Name):
        return written.name
    if isinstance(written, tree.Tuple) and isinstance(value, tuple):
        return tuple(map(_as_word, value, written.items))
    return value


@dataclass(frozen=True, slots=True)
class Arguments:
    """The evaluated arguments of a call, in the order of the text."""

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


def joins_in(value: Value) -> tuple[Join | None, ...]:
    """The joins of a tensor or of a tuple of tensors, in order."""
    if isinstance(value, Tensor):
        return (value.join,)
    if not isinstance(value, tuple):
        return ()
    return tuple(inner for entry in value for inner in joins_in(entry))


def types_of(values: Iterable[Value]) -> Types:
    """The types of those values that are tensors."""
    return tuple([value.type for value in values if isinstance(value, Tensor)])


@dataclass(frozen=True, slots=True)
class BlockValue:
    """A block of the language, perhaps with some arguments bound already.

    Values are keys of caches, but a mapping has no hash: `given` counts in `==` only.
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
    """An operation, perhaps with some arguments bound already."""

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
class SharedBlock:
    """A block or an operation that all its uses share: they have one set of layers.

    `share` identifies the statement, in the body with the scope `scope`: only there can it be used,
    since the class of that body holds the layers.
    """

    name: str
    block: Applicable
    scope: int
    share: Address
    span: Span

    @property
    def parameters(self) -> tuple[str, ...]:
        return self.block.parameters


@dataclass(frozen=True, slots=True)
class Inserted:
    """A block that a derivation inserts after a place, with the name that it gets there.

    `number` is the position of this label among all labels that one `insert` matches. It keeps
    the sites of its insertions apart. If a choice says what the block is, `unit` is the file that
    it is in. `label` is that of the place, and `mark` the same if everything is decided anew there.
    """

    block: Applicable
    name: str
    node: tree.Insertion
    place: tree.Place
    number: int
    label: str
    unit: Unit | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class FunctionValue:
    """A function over compile-time values: its signature and the Python function behind it."""

    function: Function
    call: Callable[..., Value]

    @property
    def name(self) -> str:
        return self.function.name


@dataclass(frozen=True, slots=True)
class Poison:
    """The value of an expression that could not be evaluated.

    Whatever reads it fails without another diagnostic, so one mistake gives one message.
    """


POISON = Poison()

Applicable: TypeAlias = BlockValue | OperationValue
Value: TypeAlias = (
    "int | Fraction | bool | str | tuple[Value, ...] | Tensor | Poison"
    " | BlockValue | OperationValue | SharedBlock | FunctionValue | None"
)


def parts(value: Value) -> Iterable[Value]:
    """The values that one contains: the entries of a tuple, the bound arguments of a block."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, BlockValue | OperationValue):
        return [given.value for given in value.given.values()]
    return ()


def count_parts(value: Value, most: int) -> tuple[int, int]:
    """How many values one contains, itself included, and on how many levels.

    The count stops soon after `most`.
    """
    # A value may share its parts, so a small one can unfold to more than memory holds. Going
    # level by level, with a bound on each, never holds more than `most` of them.
    count, levels, level = 0, 0, [value]
    while level and count <= most:
        count += len(level)
        levels += 1
        below = (part for whole in level for part in parts(whole))
        level = list(islice(below, most + 1))
    return count, levels


def show(value: object, most: int = 8) -> str:
    """A value as the language writes it; of long tuples, the first entries."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if is_number(value):
        return show_number(value)
    if isinstance(value, tuple):
        # Inner tuples are cut shorter still, so that the text of a nested one stays short.
        shown = [show(entry, most // 2) for entry in value[:most]]
        shown += ["..."] if len(value) > most else []
        return "(" + ", ".join(shown) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, Tensor):
        return str(value.type)
    if isinstance(value, BlockValue | OperationValue | SharedBlock | FunctionValue):
        return value.name
    return str(value)


def describe(value: object) -> str:
    """The kind of a value with the value, to follow `but this is`: `the number 2.5`."""
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
    kinds = {FunctionValue: "function", SharedBlock: "shared block"}
    kind = kinds.get(type(value), "block")
    return f"the {kind} `{show(value)}`"


def describe_count(least: int, most: int | None, what: str = "argument") -> str:
    """`1 argument`, `at least 2 arguments`, `1 to 3 arguments`."""
    if least == most:
        return counted(least, what)
    return f"at least {counted(least, what)}" if most is None else f"{least} to {most} {what}s"
