"""The syntax tree. Nodes are equal where their content is, whatever their spans and depths."""

from __future__ import annotations

from dataclasses import field
from fractions import Fraction

from archdsl.source import Source
from archdsl.syntax.node import Node as Node
from archdsl.syntax.node import walk as walk


class Number(Node):
    """A number: its text (`2.25`, `1e-4`, `3.8M`) and its exact value."""

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
    """`160^2` in a shape: a dimension that is repeated."""

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
    """`182..228` in a recipe: any number from the first to the last."""

    low: Expression
    high: Expression


class Text(Node):
    """`"..."` in a recipe: a remark for the reader."""

    text: str


_Operand = Number | Constant | Name | Attribute | Index | Tuple | Call | Range | Text
_Compound = Shape | Repeat | AtMost | Unary | Binary | Conditional | Chain
Expression = _Operand | _Compound


def split_call(node: Call | Name) -> tuple[Name, tuple[Argument, ...]]:
    """The name that is called, and its arguments; a bare name is a call without any."""
    return (node.function, node.arguments) if isinstance(node, Call) else (node, ())


class Input(Node):
    """`input video: 3 x frames x size^2`, or `input tokens: 1024 integers below 50257`."""

    name: str
    shape: Expression
    below: Expression | None = None


class Initialise(Node):
    """`init conv: he(fan = out)`: the initial weights of one kind of operation."""

    kind: str
    scheme: Call | Name


class Assign(Node):
    targets: tuple[str, ...]
    value: Expression


class Apply(Node):
    """A bare call: it is applied to the running value, and its result replaces that."""

    call: Call | Name | Chain


class Share(Node):
    """`share encoder = tower(channels = 16)`: one set of layers for all calls of the name."""

    name: str
    block: Call | Name


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
    """`-` in a cell: no value, so that the parameter has its default."""


class Row(Node):
    cells: tuple[Expression | Dash, ...]


class Table(Node):
    bindings: tuple[Argument, ...]
    columns: tuple[Name, ...]
    rows: tuple[Row | Rule, ...]


Statement = Input | Initialise | Share | Assign | Apply | Return | If | For | Table


class Parameter(Node):
    """`name: type = default`. Several types are alternatives: `block | none`.

    `axis` is the axis of transforms that a network's parameter is: `layers: int axis depth = 12`.
    """

    name: str
    types: tuple[str, ...]
    default: Expression | None
    axis: str | None = None


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
    """`cell a { ... }`: attention operations in a graph, which `program.cells` makes a block."""


class Place(Node):
    """`res3.1`, `mixed_4*`, or a range of places, `mixed_4b..mixed_4f`."""

    first: str
    last: str | None


class Insertion(Node):
    """`glore after (res3.1, res3.3)`: a block or cell, and the places to insert it after."""

    block: Call | Name
    places: tuple[Place, ...]


class Insert(Node):
    """`insert a after p`, or `insert (a after p, b after q)`."""

    insertions: tuple[Insertion, ...]


class Derived(Node):
    """`block a = b(...)` or `network a = b(...) + stretch(2)`: other parameters, and transforms."""

    kind: str
    name: str
    base: Call | Name
    transforms: tuple[Insert | Call, ...]
    doc: str | None


class Setting(Node):
    """`flip`, `epochs 300` or `clip(frames = 13)`. The first option may go without its name."""

    name: str
    arguments: tuple[Argument, ...]


class Recipe(Node):
    """`recipe a for b { ... }`. One without a network is a base for others to derive from."""

    name: str
    parameters: tuple[Parameter, ...]
    network: Name | None
    settings: tuple[Setting, ...]
    doc: str | None


class DerivedRecipe(Node):
    """`recipe a for b = c(...)`: a recipe with other parameters, or for another network."""

    name: str
    network: Name | None
    base: Call | Name
    doc: str | None


class Figure(Node):
    """`macs 2.7G`, as a source prints it, or `flops +34G on i3d`, an increase on its `base`."""

    metric: str
    value: Number
    base: Call | Name | None
    disputed: bool
    remark: str | None


class Property(Node):
    """A claim about a network's cells: `types (map, dot)`, `path spatial -> temporal`."""

    name: str
    value: Expression
    disputed: bool
    remark: str | None


class Remark(Node):
    """`note "..."`: a remark on the figures of a claim."""

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
    comments: tuple[Comment, ...] = field(compare=False)  # the formatter may move one
