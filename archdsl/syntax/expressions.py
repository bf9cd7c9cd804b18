"""The nodes of expressions, choices among them. `tree` has the rest, and gives these on.

`{a, b}` is a value that is one of several: see `Choice`.
"""

from __future__ import annotations

from fractions import Fraction

from archdsl.syntax.node import Node


class Number(Node):
    """A number: its text (`2.25`, `1e-4`, `3.8M`) and its exact value."""

    text: str
    value: int | Fraction


class Decided(Number):
    """A number that a choice came out as, which goes by the name of the decision."""

    decision: str


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


class Steps(Node):
    """`4..28 by 4` among the options of a choice: 4, 8, ..., 28. `by` is 1 by default."""

    first: Expression
    last: Expression
    by: Expression | None


class Dash(Node):
    """`-` in a cell, or as an option: no value, so that the parameter has its default."""


class Choice(Node):
    """`{a, b}`: a value that is one of its options.

    With an `amount`, `2 of {a, b, c}`, it is a tuple of that many different ones, and with
    `at_most`, `<= 2 of {a, b, c}`, of one up to that many. Options that are tuples are then taken
    apart.
    """

    options: tuple[Expression | Steps | Dash, ...]
    amount: Expression | None = None
    at_most: bool = False


class Each(Node):
    """`each {a, b}`, `each block(...)`: choices inside are decided anew at each use."""

    value: Choice | Call | Name


_Operand = Number | Constant | Name | Attribute | Index | Tuple | Call | Range | Text | Dash
_Compound = Choice | Each | Shape | Repeat | AtMost | Unary | Binary | Conditional | Chain
Expression = _Operand | _Compound


def split_call(node: Call | Name) -> tuple[Name, tuple[Argument, ...]]:
    """The name that is called, and its arguments; a bare name is a call without any."""
    return (node.function, node.arguments) if isinstance(node, Call) else (node, ())
