"""What a source says of a network: figures, properties and remarks."""

from __future__ import annotations

from archdsl.syntax.tree.base import Node
from archdsl.syntax.tree.expressions import Call, Expression, Name, Number


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
