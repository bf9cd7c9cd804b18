"""Statements and definitions to text: those of one line, and the heads of those with a body."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from archdsl.syntax import tree
from archdsl.syntax.printing.expressions import arguments, quoted, write
from archdsl.syntax.printing.wrapping import WIDTH, Break, Group, Indent, Piece, listed


def doc_string(text: str) -> str:
    line = f'"""{text}"""'
    fits = "\n" not in text and len(line) <= WIDTH and not text.endswith('"')
    return line if fits else f'"""\n{text}\n"""'


@singledispatch
def leaf(node: tree.Node) -> Piece:
    """A statement, definition or claimed item without a body."""
    raise TypeError(f"no statement of one line: {type(node).__name__}")


@leaf.register
def _(node: tree.Use) -> Piece:
    return f"use {node.name}"


@leaf.register
def _(node: tree.Derived) -> Piece:
    transforms = tuple((Break(" "), "+ ", _transform(node)) for node in node.transforms)
    return Group((f"{node.kind} {node.name} = ", write(node.base), Indent(2, transforms)))


def _transform(node: tree.Insert | tree.Call) -> Piece:
    return _insert(node) if isinstance(node, tree.Insert) else write(node)


def _insert(node: tree.Insert) -> Piece:
    """A line can break before `after` only inside parentheses."""
    if len(node.insertions) == 1:
        return ("insert ", _insertion(node.insertions[0], " "))
    return ("insert ", listed("(", (_insertion(item, Break(" ")) for item in node.insertions), ")"))


def _insertion(node: tree.Insertion, gap: Piece) -> Piece:
    first, *others = map(_place, node.places)
    places = listed("(", (first, *others), ")") if others else first
    return Group((write(node.block), Indent(2, (gap, "after ", places))))


def _place(node: tree.Place) -> str:
    return node.first if node.last is None else f"{node.first}..{node.last}"


@leaf.register
def _(node: tree.Figure) -> Piece:
    value = node.value.text
    said = value if node.base is None else (f"+{value} on ", write(node.base))
    return _said(node, node.metric, said)


@leaf.register
def _(node: tree.Property) -> Piece:
    return _said(node, node.name, write(node.value))


def _said(node: tree.Figure | tree.Property, name: str, value: Piece) -> Piece:
    disputed = "disputed " if node.disputed else ""
    remark = "" if node.remark is None else f" {quoted(node.remark)}"
    return (f"{disputed}{name} ", value, remark)


@leaf.register
def _(node: tree.Remark) -> Piece:
    return f"note {quoted(node.text)}"


@leaf.register
def _(node: tree.DerivedRecipe) -> Piece:
    return (f"recipe {node.name}{_for(node)} = ", write(node.base))


@leaf.register
def _(node: tree.Setting) -> Piece:
    match node.arguments:
        case ():
            return node.name
        case (tree.Argument(name=None, value=value),):
            return (node.name, " ", write(value))
    return (node.name, arguments(node.arguments))


@leaf.register
def _(node: tree.Input) -> Piece:
    return (f"input {node.name}: ", write(node.shape))


@leaf.register
def _(node: tree.Initialise) -> Piece:
    return (f"init {node.kind}: ", write(node.scheme))


@leaf.register
def _(node: tree.Assign) -> Piece:
    return (f"{', '.join(node.targets)} = ", write(node.value))


@leaf.register
def _(node: tree.Apply) -> Piece:
    return write(node.call)


@leaf.register
def _(node: tree.Return) -> Piece:
    first, *others = map(write, node.values)
    return ("return ", first, *((", ", other) for other in others))


@singledispatch
def head(node: tree.Node) -> Piece:
    """What stands before the opening brace."""
    raise TypeError(f"no body: {type(node).__name__}")


@head.register
def _(node: tree.Block) -> Piece:
    return (f"block {node.name}", _parameters(node.parameters))


@head.register
def _(node: tree.Cell) -> Piece:
    parameters = _parameters(node.parameters) if node.parameters else ""
    return (f"cell {node.name}", parameters)


@head.register
def _(node: tree.Network) -> Piece:
    return (f"network {node.name}", _parameters(node.parameters))


@head.register
def _(node: tree.Recipe) -> Piece:
    parameters = _parameters(node.parameters) if node.parameters else ""
    return (f"recipe {node.name}", parameters, _for(node))


def _for(node: tree.Recipe | tree.DerivedRecipe) -> str:
    return f" for {node.network.name}" if node.network else ""


@head.register
def _(node: tree.Claim) -> Piece:
    return ("claim ", write(node.network))


@head.register
def _(node: tree.If) -> Piece:
    return ("if ", write(node.test))


@head.register
def _(node: tree.For) -> Piece:
    return (f"for {', '.join(node.targets)} in ", write(node.values))


@head.register
def _(node: tree.Table) -> Piece:
    return ("table ", arguments(node.bindings)) if node.bindings else "table"


def _parameters(parameters: Sequence[tree.Parameter]) -> Piece:
    return listed("(", map(_parameter, parameters), ")")


def _parameter(node: tree.Parameter) -> Piece:
    types = f": {' | '.join(node.types)}" if node.types else ""
    return (
        node.name + types
        if node.default is None
        else (f"{node.name}{types} = ", write(node.default))
    )
