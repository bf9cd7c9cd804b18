"""Expressions: what can stand where a value is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from archdsl.syntax.tree.base import Node


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


@dataclass(frozen=True, slots=True)
class Range(Node):
    """`182..228` in a recipe: anything from the one to the other."""

    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class Text(Node):
    """`"..."` in a recipe: words for a reader."""

    text: str


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
    | Range
    | Text
)


def called(node: Call | Name) -> tuple[Name, tuple[Argument, ...]]:
    """What a call calls, and with which arguments; a bare name has none."""
    return (node.function, node.arguments) if isinstance(node, Call) else (node, ())
