"""The syntax tree. Two trees are equal when they say the same, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import TypeAlias

from archdsl.source import Source, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """`depth` counts the levels of expressions and statements below, so that it can be bounded."""

    span: Span = field(compare=False, repr=False)
    depth: int = field(default=0, compare=False, repr=False)


# Expressions


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A literal, kept as it was written (`2.25`, `1e-4`, `3.8M`) beside its exact value."""

    text: str
    value: int | Fraction


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """`true`, `false` or `none`."""

    value: bool | None


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    value: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Index(Node):
    value: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Tuple(Node):
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Repeat(Node):
    """`160^2` in a shape: a dimension that stands there several times."""

    value: Expression
    times: Number


@dataclass(frozen=True, slots=True)
class AtMost(Node):
    """`<=28` in an expected shape: a bound in place of a size."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Shape(Node):
    """`3 x 13 x 160^2`."""

    dimensions: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`then if test else other`."""

    then: Expression
    test: Expression
    other: Expression


@dataclass(frozen=True, slots=True)
class Argument(Node):
    name: str | None
    value: Expression


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: Name
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """`first -> step -> step`."""

    first: Expression
    steps: tuple[Call | Name, ...]


Expression: TypeAlias = (
    Number
    | Constant
    | Name
    | Attribute
    | Index
    | Tuple
    | Repeat
    | AtMost
    | Shape
    | Unary
    | Binary
    | Conditional
    | Call
    | Chain
)

# Statements


@dataclass(frozen=True, slots=True)
class Input(Node):
    """`input video: 3 x frames x size^2`."""

    name: str
    shape: Expression


@dataclass(frozen=True, slots=True)
class Initialise(Node):
    """`init conv: he(fan = out)`: how the weights of one kind of operation start."""

    kind: str
    scheme: Call | Name


@dataclass(frozen=True, slots=True)
class Assign(Node):
    targets: tuple[str, ...]
    value: Expression


@dataclass(frozen=True, slots=True)
class Apply(Node):
    """A bare call: applied to the running value, which it replaces."""

    call: Call | Name | Chain


@dataclass(frozen=True, slots=True)
class Return(Node):
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    test: Expression
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class For(Node):
    targets: tuple[str, ...]
    values: Expression
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Rule(Node):
    """A line of dashes between two stages of a table."""


@dataclass(frozen=True, slots=True)
class Dash(Node):
    """`-` in a cell: not given."""


@dataclass(frozen=True, slots=True)
class Row(Node):
    cells: tuple[Expression | Dash, ...]


@dataclass(frozen=True, slots=True)
class Table(Node):
    bindings: tuple[Argument, ...]
    columns: tuple[Name, ...]
    rows: tuple[Row | Rule, ...]


Statement: TypeAlias = Input | Initialise | Assign | Apply | Return | If | For | Table

# Definitions


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """`name: type = default`; a type of several words lists what may stand there."""

    name: str
    types: tuple[str, ...]
    default: Expression | None


@dataclass(frozen=True, slots=True)
class Use(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Block(Node):
    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    doc: str | None


@dataclass(frozen=True, slots=True)
class Network(Node):
    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    doc: str | None


@dataclass(frozen=True, slots=True)
class Cell(Node):
    """`cell a { ... }`: a graph of attention operations in a frame; its body is kept as written."""

    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    doc: str | None


@dataclass(frozen=True, slots=True)
class Place(Node):
    """`res3.1`, `mixed_4*`, or a range of places, `mixed_4b..mixed_4f`."""

    first: str
    last: str | None


@dataclass(frozen=True, slots=True)
class Insertion(Node):
    """`glore after (res3.1, res3.3)`: a block or cell, and the places that it follows."""

    block: Call | Name
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Insert(Node):
    """`insert a after p`, or `insert (a after p, b after q)`."""

    insertions: tuple[Insertion, ...]


@dataclass(frozen=True, slots=True)
class Derived(Node):
    """`block a = b(...)` or `network a = b(...)`: the same with other parameters.

    A network may be transformed on the way: `network a = b + insert c after d`.
    """

    kind: str
    name: str
    base: Call | Name
    transforms: tuple[Insert, ...]
    doc: str | None


@dataclass(frozen=True, slots=True)
class Figure(Node):
    """A figure that a source printed: `macs 2.7G`, or `disputed macs 3.4G "why"`.

    `flops +34G on i3d` is what the network has beyond another, its `base`.
    """

    metric: str
    value: Number
    base: Call | Name | None
    disputed: bool
    remark: str | None


@dataclass(frozen=True, slots=True)
class Property(Node):
    """What a source says of a network's cells: `types (map, dot)`, `path spatial -> temporal`."""

    name: str
    value: Expression
    disputed: bool
    remark: str | None


@dataclass(frozen=True, slots=True)
class Remark(Node):
    """`note "..."`: what a reader should know beside the figures."""

    text: str


@dataclass(frozen=True, slots=True)
class Claim(Node):
    network: Call | Name
    items: tuple[Figure | Property | Remark, ...]


Definition: TypeAlias = Use | Block | Cell | Network | Derived | Claim


@dataclass(frozen=True, slots=True)
class Comment(Node):
    text: str


@dataclass(frozen=True, slots=True)
class File(Node):
    source: Source = field(compare=False, repr=False)
    doc: str | None
    definitions: tuple[Definition, ...]
    comments: tuple[Comment, ...] = field(compare=False)


def called(node: Call | Name) -> tuple[Name, tuple[Argument, ...]]:
    """What a call calls, and with which arguments; a bare name has none."""
    return (node.function, node.arguments) if isinstance(node, Call) else (node, ())


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Nodes with all that is below them, in the order in which they were written."""
    waiting = [*nodes][::-1]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [*_below(node)][::-1]


def _below(node: Node) -> Iterator[Node]:
    for name in _FIELDS[type(node)]:
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Node):
                yield item


_FIELDS = {
    kind: tuple(f.name for f in fields(kind) if f.name not in ("span", "depth"))
    for kind in Node.__subclasses__()
}
