"""The syntax tree. Two trees are equal when they say the same, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from fractions import Fraction

from archdsl.frozen import Frozen
from archdsl.source import Source, Span


class Node(Frozen):
    """`depth` counts the levels of expressions and statements below, so that it can be bounded."""

    span: Span = field(kw_only=True, compare=False, repr=False)
    depth: int = field(default=0, kw_only=True, compare=False, repr=False)


class Number(Node):
    """A literal, kept as it was written (`2.25`, `1e-4`, `3.8M`) beside its exact value."""

    text: str
    value: int | Fraction


class Constant(Node):
    value: bool | None


class Name(Node):
    name: str


class Attribute(Node):
    value: Expression
    name: str


class Index(Node):
    value: Expression
    index: Expression


class Tuple(Node):
    items: tuple[Expression, ...]


class Repeat(Node):
    """`160^2` in a shape: a dimension that stands there several times."""

    value: Expression
    times: Number


class AtMost(Node):
    """`<=28` in an expected shape: a bound in place of a size."""

    value: Expression


class Shape(Node):
    """`3 x 13 x 160^2`."""

    dimensions: tuple[Expression, ...]


class Unary(Node):
    operator: str
    operand: Expression


class Binary(Node):
    operator: str
    left: Expression
    right: Expression


class Conditional(Node):
    """`then if test else other`."""

    then: Expression
    test: Expression
    other: Expression


class Argument(Node):
    name: str | None
    value: Expression


class Call(Node):
    function: Name
    arguments: tuple[Argument, ...]


class Chain(Node):
    """`first -> step -> step`."""

    first: Expression
    steps: tuple[Call | Name, ...]


class Range(Node):
    """`182..228` in a recipe: anything from the one to the other."""

    low: Expression
    high: Expression


class Text(Node):
    """`"..."` in a recipe: words for a reader."""

    text: str


_Operand = Number | Constant | Name | Attribute | Index | Tuple | Call | Range | Text
_Compound = Shape | Repeat | AtMost | Unary | Binary | Conditional | Chain
Expression = _Operand | _Compound


def split_call(node: Call | Name) -> tuple[Name, tuple[Argument, ...]]:
    """What a call calls, and with which arguments; a bare name has none."""
    return (node.function, node.arguments) if isinstance(node, Call) else (node, ())


class Input(Node):
    """`input video: 3 x frames x size^2`."""

    name: str
    shape: Expression


class Initialise(Node):
    """`init conv: he(fan = out)`: how the weights of one kind of operation start."""

    kind: str
    scheme: Call | Name


class Assign(Node):
    targets: tuple[str, ...]
    value: Expression


class Apply(Node):
    """A bare call: applied to the running value, which it replaces."""

    call: Call | Name | Chain


class Return(Node):
    values: tuple[Expression, ...]


class If(Node):
    test: Expression
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


class For(Node):
    targets: tuple[str, ...]
    values: Expression
    body: tuple[Statement, ...]


class Rule(Node):
    """A line of dashes between two stages of a table."""


class Dash(Node):
    """`-` in a cell: not given."""


class Row(Node):
    cells: tuple[Expression | Dash, ...]


class Table(Node):
    bindings: tuple[Argument, ...]
    columns: tuple[Name, ...]
    rows: tuple[Row | Rule, ...]


Statement = Input | Initialise | Assign | Apply | Return | If | For | Table


class Parameter(Node):
    """`name: type = default`; a type of several words lists what may stand there."""

    name: str
    types: tuple[str, ...]
    default: Expression | None


class Use(Node):
    name: str


class _WithBody(Node):
    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    doc: str | None


class Block(_WithBody):
    """`block a(x, channels) { ... }`."""


class Network(_WithBody):
    """`network a(frames = 13) { ... }`."""


class Cell(_WithBody):
    """`cell a { ... }`: a graph of attention operations in a frame; its body is kept as written."""


class Place(Node):
    """`res3.1`, `mixed_4*`, or a range of places, `mixed_4b..mixed_4f`."""

    first: str
    last: str | None


class Insertion(Node):
    """`glore after (res3.1, res3.3)`: a block or cell, and the places that it follows."""

    block: Call | Name
    places: tuple[Place, ...]


class Insert(Node):
    """`insert a after p`, or `insert (a after p, b after q)`."""

    insertions: tuple[Insertion, ...]


class Derived(Node):
    """`block a = b(...)`, `network a = b + stretch(2)`: with other parameters, or transformed."""

    kind: str
    name: str
    base: Call | Name
    transforms: tuple[Insert | Call, ...]
    doc: str | None


class Setting(Node):
    """`flip`, `epochs 300`, `clip(frames = 13)`; of options, the first may go without its name."""

    name: str
    arguments: tuple[Argument, ...]


class Recipe(Node):
    """`recipe a for b { ... }`; one without a network is for others to derive from."""

    name: str
    parameters: tuple[Parameter, ...]
    network: Name | None
    settings: tuple[Setting, ...]
    doc: str | None


class DerivedRecipe(Node):
    """`recipe a for b = c(...)`: the same with other parameters, or for another network."""

    name: str
    network: Name | None
    base: Call | Name
    doc: str | None


class Figure(Node):
    """`macs 2.7G` as a source printed it; `flops +34G on i3d` is beyond another, its `base`."""

    metric: str
    value: Number
    base: Call | Name | None
    disputed: bool
    remark: str | None


class Property(Node):
    """What a source says of a network's cells: `types (map, dot)`, `path spatial -> temporal`."""

    name: str
    value: Expression
    disputed: bool
    remark: str | None


class Remark(Node):
    """`note "..."`: what a reader should know beside the figures."""

    text: str


class Claim(Node):
    network: Call | Name
    items: tuple[Figure | Property | Remark, ...]


Definition = Use | Block | Cell | Network | Derived | Claim | Recipe | DerivedRecipe


class Comment(Node):
    text: str


class File(Node):
    source: Source = field(compare=False, repr=False)
    doc: str | None
    definitions: tuple[Definition, ...]
    comments: tuple[Comment, ...] = field(compare=False)


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Nodes with all that is below them, in the order in which they were written."""
    waiting = [*nodes][::-1]
    while waiting:
        node = waiting.pop()
        yield node
        # What a kind of node takes by place are its own fields: span and depth go by keyword.
        own: tuple[str, ...] = node.__match_args__
        values = [getattr(node, name) for name in own]
        several = (value if isinstance(value, tuple) else (value,) for value in values)
        waiting += [item for items in several for item in items if isinstance(item, Node)][::-1]
