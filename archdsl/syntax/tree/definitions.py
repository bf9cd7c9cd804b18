"""What a file holds: blocks, cells, networks, what is derived from them; claims; and recipes."""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from archdsl.source import Source
from archdsl.syntax.tree.expressions import Argument, Call, Expression, Name, Node, Number
from archdsl.syntax.tree.statements import Statement


class Parameter(Node):
    """`name: type = default`; a type of several words lists what may stand there."""

    name: str
    types: tuple[str, ...]
    default: Expression | None


class Use(Node):
    name: str


class Block(Node):
    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    doc: str | None


class Network(Node):
    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    doc: str | None


class Cell(Node):
    """`cell a { ... }`: a graph of attention operations in a frame; its body is kept as written."""

    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    doc: str | None


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
    """`block a = b(...)` or `network a = b(...)`: the same with other parameters.

    A network may be transformed on the way: `network a = b + stretch(depth = 2)`, or
    `network a = b + insert c after d`.
    """

    kind: str
    name: str
    base: Call | Name
    transforms: tuple[Insert | Call, ...]
    doc: str | None


class Figure(Node):
    """A figure that a source printed: `macs 2.7G`, or `disputed macs 3.4G "why"`.

    `flops +34G on i3d` is what the network has beyond another, its `base`.
    """

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


Definition: TypeAlias = Use | Block | Cell | Network | Derived | Claim | Recipe | DerivedRecipe


class Comment(Node):
    text: str


class File(Node):
    source: Source = field(compare=False, repr=False)
    doc: str | None
    definitions: tuple[Definition, ...]
    comments: tuple[Comment, ...] = field(compare=False)
