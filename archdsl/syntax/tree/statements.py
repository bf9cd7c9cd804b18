"""Statements, and the lines of tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from archdsl.syntax.tree.base import Node
from archdsl.syntax.tree.expressions import Argument, Call, Chain, Expression, Name


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
