"""Expressions and tables to text, with the parentheses that precedence needs and no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import singledispatch
from itertools import zip_longest

from archdsl.syntax import tree
from archdsl.syntax.printing.wrapping import ENDLESS, Break, Group, Indent, Piece, listed, render

# The grammar's ladder, from the loosest to the tightest.
_CHAIN, _CONDITIONAL, _OR, _AND, _NOT, _COMPARE = range(6)
_SHAPE, _DIMENSION, _SUM, _PRODUCT, _SIGNED, _REPEAT, _ATOM = range(6, 13)

_OPERATORS = {"or": _OR, "and": _AND}
_OPERATORS |= dict.fromkeys(("==", "!=", "<=", ">=", "<", ">"), _COMPARE)
_OPERATORS |= dict.fromkeys("+-", _SUM) | dict.fromkeys(("*", "/", "//", "%"), _PRODUCT)

_LEVELS: dict[type[tree.Node], int] = {
    tree.Chain: _CHAIN,
    tree.Conditional: _CONDITIONAL,
    tree.Shape: _SHAPE,
    tree.AtMost: _DIMENSION,
    tree.Repeat: _REPEAT,
}


_ESCAPES = str.maketrans({'"': r"\"", "\\": r"\\", "\n": r"\n", "\t": r"\t"})


def write(node: tree.Node, least: int = _CHAIN) -> Piece:
    """An expression where at least so tight a one may stand."""
    piece = _write(node)
    return piece if _level(node) >= least else ("(", piece, ")")


def flat(node: tree.Node) -> str:
    """An expression on one line, however long."""
    return render(write(node), 0, ENDLESS)


def _level(node: tree.Node) -> int:
    if isinstance(node, tree.Binary):
        return _OPERATORS[node.operator]
    if isinstance(node, tree.Unary):
        return _NOT if node.operator == "not" else _SIGNED
    return _LEVELS.get(type(node), _ATOM)


def quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'


def arguments(items: Iterable[tree.Argument]) -> Piece:
    return listed("(", map(write, items), ")")


@singledispatch
def _write(node: tree.Node) -> Piece:
    raise TypeError(f"no expression: {type(node).__name__}")


@_write.register
def _(node: tree.Number) -> Piece:
    return node.text


@_write.register
def _(node: tree.Constant) -> Piece:
    return "none" if node.value is None else str(node.value).lower()


@_write.register
def _(node: tree.Name) -> Piece:
    return node.name


@_write.register
def _(node: tree.Dash) -> Piece:
    return "-"


@_write.register
def _(node: tree.Attribute) -> Piece:
    return (write(node.value, _ATOM), ".", node.name)


@_write.register
def _(node: tree.Index) -> Piece:
    return (write(node.value, _ATOM), "[", write(node.index), "]")


@_write.register
def _(node: tree.Tuple) -> Piece:
    return listed("(", map(write, node.items), ")", last="," if len(node.items) == 1 else "")


@_write.register
def _(node: tree.Repeat) -> Piece:
    return (write(node.value, _ATOM), "^", node.times.text)


@_write.register
def _(node: tree.AtMost) -> Piece:
    return ("<=", write(node.value, _SUM))


@_write.register
def _(node: tree.Shape) -> Piece:
    first, *others = (write(dimension, _DIMENSION) for dimension in node.dimensions)
    return (first, *((" x ", other) for other in others))


@_write.register
def _(node: tree.Unary) -> Piece:
    if node.operator == "not":
        return ("not ", write(node.operand, _NOT))
    return (node.operator, write(node.operand, _SIGNED))


@_write.register
def _(node: tree.Binary) -> Piece:
    level = _level(node)
    left = write(node.left, level + (level == _COMPARE))
    return (left, f" {node.operator} ", write(node.right, level + 1))


@_write.register
def _(node: tree.Conditional) -> Piece:
    then, test = write(node.then, _OR), write(node.test, _OR)
    return (then, " if ", test, " else ", write(node.other, _CONDITIONAL))


@_write.register
def _(node: tree.Argument) -> Piece:
    return write(node.value) if node.name is None else (f"{node.name} = ", write(node.value))


@_write.register
def _(node: tree.Call) -> Piece:
    return (write(node.function, _ATOM), arguments(node.arguments))


@_write.register
def _(node: tree.Chain) -> Piece:
    steps = tuple((Break(" "), "-> ", write(step, _ATOM)) for step in node.steps)
    return Group((write(node.first, _OR), Indent(4, steps)))


@_write.register
def _(node: tree.Range) -> Piece:
    return (write(node.low, _SUM), "..", write(node.high, _SUM))


@_write.register
def _(node: tree.Text) -> Piece:
    return quoted(node.text)


def aligned(table: tree.Table) -> Iterator[str]:
    """The header, then every row and rule line, each as wide as its column asks."""
    header = [column.name for column in table.columns]
    rows = [_cells(row) for row in table.rows]
    widths = _widths([header, *rows])
    yield _row(header, widths)
    for row, cells in zip(table.rows, rows, strict=True):
        yield _row(cells, widths) if isinstance(row, tree.Row) else _rule(widths[: len(header)])


def _cells(row: tree.Row | tree.Rule) -> list[str]:
    return [flat(cell) for cell in row.cells] if isinstance(row, tree.Row) else []


def _widths(rows: list[list[str]]) -> list[int]:
    return [max(map(len, cells)) for cells in zip_longest(*rows, fillvalue="")]


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=False))
    return f"| {' | '.join(padded)} |"


def _rule(widths: Sequence[int]) -> str:
    return f"|{'|'.join('-' * (width + 2) for width in widths)}|"
