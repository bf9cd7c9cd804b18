"""Expressions and tables to text, with the parentheses that precedence requires and no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from archdsl.syntax import tree
from archdsl.syntax.printing.wrapping import ENDLESS, Break, Group, Indent, Piece, listed, render

# Precedence, from the loosest to the tightest, in the order of the rules in the grammar.
_CHAIN, _CONDITIONAL, _OR, _AND, _NOT, _COMPARE = range(6)
_SHAPE, _DIMENSION, SUM, _PRODUCT, _SIGNED, _REPEAT, _ATOM = range(6, 13)

_OPERATORS = {"or": _OR, "and": _AND}
_OPERATORS |= dict.fromkeys(("==", "!=", "<=", ">=", "<", ">"), _COMPARE)
_OPERATORS |= dict.fromkeys("+-", SUM) | dict.fromkeys(("*", "/", "//", "%"), _PRODUCT)

_LEVELS: dict[type[tree.Node], int] = {
    tree.Chain: _CHAIN,
    tree.Conditional: _CONDITIONAL,
    tree.Shape: _SHAPE,
    tree.AtMost: _DIMENSION,
    tree.Repeat: _REPEAT,
}


_ESCAPES = str.maketrans({'"': r"\"", "\\": r"\\", "\n": r"\n", "\t": r"\t"})


def write(node: tree.Node, least: int = _CHAIN) -> Piece:
    """An expression, in parentheses if its precedence is below `least`."""
    piece = _write(node)
    return piece if _level(node) >= least else ("(", piece, ")")


def flat(node: tree.Node) -> str:
    """An expression on one line, however long."""
    return render(write(node), 0, ENDLESS)


def _amount(node: tree.Node) -> Piece:
    """The amount before `of`: a number, a name that is no keyword, or anything in parentheses."""
    is_word = isinstance(node, tree.Name) and node.name not in ("in", "cell")
    piece = write(node)
    return piece if is_word or isinstance(node, tree.Number) else ("(", piece, ")")


def _level(node: tree.Node) -> int:
    if isinstance(node, tree.Choice) and node.at_most:  # `<= 2 of {a, b, c}`
        return _DIMENSION
    if isinstance(node, tree.Binary):
        return _OPERATORS[node.operator]
    if isinstance(node, tree.Unary):
        return _NOT if node.operator == "not" else _SIGNED
    # All other expressions are atoms: they have brackets or a single token.
    return _LEVELS.get(type(node), _ATOM)


def quote(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'


def arguments(items: Iterable[tree.Argument]) -> Piece:
    return listed("(", map(write, items), ")")


def _write(node: tree.Node) -> Piece:
    match node:
        case tree.Number(text=text):
            return text
        case tree.Constant(value=value):
            return "none" if value is None else str(value).lower()
        case tree.Name(name=name):
            return name
        case tree.Dash():
            return "-"
        case tree.Attribute(value=value, name=name):
            return (write(value, _ATOM), ".", name)
        case tree.Index(value=value, index=index):
            return (write(value, _ATOM), "[", write(index), "]")
        case tree.Tuple(items=items):
            return listed("(", map(write, items), ")", last="," if len(items) == 1 else "")
        case tree.Choice(options=options, amount=amount, at_most=at_most):
            taken = "" if amount is None else (_amount(amount), " of ")
            return ("<= " if at_most else "", taken, listed("{", map(write, options), "}"))
        case tree.Each(value=value):
            return ("each ", write(value))
        case tree.Steps(first=low, last=high, by=by):
            step = "" if by is None else (" by ", write(by, SUM))
            return (write(low, SUM), "..", write(high, SUM), step)
        case tree.Repeat(value=value, times=times):
            return (write(value, _ATOM), "^", times.text)
        case tree.AtMost(value=value):
            return ("<=", write(value, SUM))
        case tree.Shape(dimensions=dimensions):
            first, *others = (write(dimension, _DIMENSION) for dimension in dimensions)
            return (first, *((" x ", other) for other in others))
        case tree.Unary(operator="not", operand=operand):
            return ("not ", write(operand, _NOT))
        case tree.Unary(operator=sign, operand=operand):
            return (sign, write(operand, _SIGNED))
        case tree.Binary(operator=operator, left=left, right=right):
            level = _level(node)
            # Operators associate to the left; comparisons do not: `a < b < c` is no expression.
            least = level + (level == _COMPARE)
            return (write(left, least), f" {operator} ", write(right, level + 1))
        case tree.Conditional(then=then, test=test, other=other):
            # A conditional associates to the right, so only its last part can be one without
            # parentheses.
            first, second = write(then, _OR), write(test, _OR)
            return (first, " if ", second, " else ", write(other, _CONDITIONAL))
        case tree.Argument(name=None, value=value):
            return write(value)
        case tree.Argument(name=name, value=value):
            return (f"{name} = ", write(value))
        case tree.Call(function=function, arguments=given):
            return (write(function, _ATOM), arguments(given))
        case tree.Chain(first=head, steps=steps):
            links = tuple((Break(" "), "-> ", write(step, _ATOM)) for step in steps)
            return Group((write(head, _OR), Indent(4, links)))
        case tree.Range(low=low, high=high):
            return (write(low, SUM), "..", write(high, SUM))
        case tree.Text(text=text):
            return quote(text)
    raise TypeError(f"not an expression: {type(node).__name__}")


def aligned(table: tree.Table) -> Iterator[str]:
    """The lines of a table, its columns aligned: the header, then rows and rule lines."""
    header = [column.name for column in table.columns]
    rows = [_cells(row) for row in table.rows]
    # A row with too many or too few cells is printed as it is: that is no mistake of syntax.
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
