"""Nodes, and the expressions among them: what can stand where a value is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from fractions import Fraction
from typing import TypeAlias

from archdsl.frozen import Frozen
from archdsl.source import Span


class Node(Frozen):
    """`depth` counts the levels of expressions and statements below, so that it can be bounded."""

    span: Span = field(kw_only=True, compare=False, repr=False)
    depth: int = field(default=0, kw_only=True, compare=False, repr=False)


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Nodes with all that is below them, in the order in which they were written."""
    waiting = [*nodes][::-1]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(_below(node))


def _below(node: Node) -> list[Node]:
    below: list[Node] = []
    # What a kind of node takes by place are its own fields: span and depth go by keyword.
    own: tuple[str, ...] = node.__match_args__
    for name in own:
        value = getattr(node, name)
        if isinstance(value, tuple):
            below += [item for item in value if isinstance(item, Node)]
        elif isinstance(value, Node):
            below.append(value)
    return below


class Number(Node):
    """A literal, kept as it was written (`2.25`, `1e-4`, `3.8M`) beside its exact value."""

    text: str
    value: int | Fraction


class Constant(Node):
    """`true`, `false` or `none`."""

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
