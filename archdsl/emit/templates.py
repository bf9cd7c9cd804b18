"""The PyTorch forms of operations, which are templates of text, as trees of Python.

An operation declares `F.pad({0}, {pads})`. Pasting operands into text would need parentheses by
guess; parsed with `ast`, the tree knows where they are needed.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import cache

from archdsl.emit.python import (
    Atom,
    Attribute,
    Call,
    Infix,
    Keyword,
    List,
    Prefix,
    Python,
    Slice,
    Star,
    Subscript,
    Tuple,
)
from archdsl.emit.python import literal as python_literal

_OPERATORS: dict[type[ast.operator | ast.cmpop], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.MatMult: "@",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def instantiate(template: str, operands: Sequence[Python], values: Mapping[str, Python]) -> Python:
    """The expression of a template, where `{0}` is the first operand and `{name}` a value."""
    places = {f"operand_{i}": operand for i, operand in enumerate(operands)}
    places |= {f"value_{name}": value for name, value in values.items()}
    return _Reader(places).read(_parse(template, len(operands), tuple(values)))


# The placeholders become identifiers before parsing, so that the result depends on the template
# alone and is kept: a network has thousands of operations and some dozens of templates.
@cache
def _parse(template: str, operands: int, values: tuple[str, ...]) -> ast.expr:
    names = [f"operand_{i}" for i in range(operands)]
    named = {name: f"value_{name}" for name in values}
    text = template.format(*names, operands=", ".join(names), **named)
    return ast.parse(text, mode="eval").body


class _Reader:
    """Turns Python's syntax tree into ours, with operands and values in their places.

    It covers what templates use; anything else is a mistake in an operation.
    """

    def __init__(self, places: Mapping[str, Python]) -> None:
        self.places = places

    def read(self, node: ast.expr) -> Python:
        match node:
            case ast.Name(id=name):
                return self.places.get(name, Atom(name))
            case ast.Constant(value=value):
                return Atom("...") if value is ... else python_literal(value)  # type: ignore[arg-type]
            case ast.Attribute(value=value, attr=name):
                return Attribute(self.read(value), name)
            case ast.Call(func=function, args=arguments, keywords=keywords):
                named = (Keyword(k.arg or "", self.read(k.value)) for k in keywords)
                return Call(self.read(function), (*map(self.read, arguments), *named))
            case ast.BinOp(left=left, op=operator, right=right):
                return Infix(_OPERATORS[type(operator)], (self.read(left), self.read(right)))
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return Infix(_OPERATORS[type(operator)], (self.read(left), self.read(right)))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Prefix("-", self.read(operand))
            case ast.Subscript(value=value, slice=index):
                return Subscript(self.read(value), self.read(index))
            case ast.Slice(lower=lower, upper=upper, step=step):
                return Slice(*(self.read(part) if part else None for part in (lower, upper, step)))
            case ast.List(elts=items):
                return List(tuple(map(self.read, items)))
            case ast.Tuple(elts=items):
                return Tuple(tuple(map(self.read, items)))
            case ast.Starred(value=value):
                return Star(self.read(value))
        raise TypeError(f"a template contains {ast.dump(node)}")
