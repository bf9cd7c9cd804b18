"""The syntax tree. Nodes are equal where their content is, whatever their spans and depths."""

from __future__ import annotations

from dataclasses import field

from archdsl.source import Source
from archdsl.syntax.expressions import Argument as Argument
from archdsl.syntax.expressions import AtMost as AtMost
from archdsl.syntax.expressions import Attribute as Attribute
from archdsl.syntax.expressions import Binary as Binary
from archdsl.syntax.expressions import Call as Call
from archdsl.syntax.expressions import Chain as Chain
from archdsl.syntax.expressions import Choice as Choice
from archdsl.syntax.expressions import Conditional as Conditional
from archdsl.syntax.expressions import Constant as Constant
from archdsl.syntax.expressions import Dash as Dash
from archdsl.syntax.expressions import Decided as Decided
from archdsl.syntax.expressions import Each as Each
from archdsl.syntax.expressions import Expression as Expression
from archdsl.syntax.expressions import Index as Index
from archdsl.syntax.expressions import Name as Name
from archdsl.syntax.expressions import Number as Number
from archdsl.syntax.expressions import Range as Range
from archdsl.syntax.expressions import Repeat as Repeat
from archdsl.syntax.expressions import Shape as Shape
from archdsl.syntax.expressions import Steps as Steps
from archdsl.syntax.expressions import Text as Text
from archdsl.syntax.expressions import Tuple as Tuple
from archdsl.syntax.expressions import Unary as Unary
from archdsl.syntax.expressions import split_call as split_call
from archdsl.syntax.node import Node as Node
from archdsl.syntax.node import below as below
from archdsl.syntax.node import substituted as substituted
from archdsl.syntax.node import walk as walk


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


class Require(Node):
    """`require c2 >= c1 "why"`: members of a space for which it is false do not exist."""

    condition: Expression
    why: str | None


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
    each: bool = False  # whether the choices inside are decided anew in each iteration


class Rule(Node):
    """A line of dashes between two stages of a table."""


class Row(Node):
    cells: tuple[Expression | Dash, ...]


class Table(Node):
    bindings: tuple[Argument, ...]
    columns: tuple[Name, ...]
    rows: tuple[Row | Rule, ...]


Statement = Input | Initialise | Require | Share | Assign | Apply | Return | If | For | Table


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
    each: bool = False  # whether the choices inside are decided anew at each place


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


class BlockChoice(Node):
    """`block a = each {t1_s3, t3_s3}`: a name for a choice between blocks."""

    name: str
    choice: Choice | Each
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


class Search(Node):
    """`search a for space(size = 182) { ... }`: what is wanted of a space, and how to find it."""

    name: str
    parameters: tuple[Parameter, ...]
    space: Call | Name
    settings: tuple[Setting, ...]
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


Definition = (
    Use | Block | Cell | Network | Derived | BlockChoice | Claim | Recipe | DerivedRecipe | Search
)


class Comment(Node):
    text: str


class File(Node):
    source: Source = field(compare=False, repr=False)
    doc: str | None
    definitions: tuple[Definition, ...]
    comments: tuple[Comment, ...] = field(compare=False)  # the formatter may move one
