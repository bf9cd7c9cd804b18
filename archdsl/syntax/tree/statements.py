"""Statements, and the lines of tables."""

from __future__ import annotations

from typing import TypeAlias

from archdsl.syntax.tree.expressions import Argument, Call, Chain, Expression, Name, Node


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


Statement: TypeAlias = Input | Initialise | Assign | Apply | Return | If | For | Table
