"""Definitions: blocks, cells, networks and what is derived from them."""

from __future__ import annotations

from archdsl.syntax.tree.base import Node
from archdsl.syntax.tree.expressions import Call, Expression, Name
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
