"""Statements and definitions to text: those without a body, and the heads of the others."""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.syntax import tree
from archdsl.syntax.printing.expressions import SUM, arguments, quote, write
from archdsl.syntax.printing.wrapping import WIDTH, Break, Group, Indent, Piece, listed


def doc_string(text: str) -> str:
    """A doc string on one line where it fits.

    A text that ends with a quote would end with four in a row, which closes one quote too early.
    """
    line = f'"""{text}"""'
    fits = "\n" not in text and len(line) <= WIDTH and not text.endswith('"')
    return line if fits else f'"""\n{text}\n"""'


def leaf(node: tree.Node) -> Piece:
    """A statement, definition, setting or claimed item that has no body.

    Raises:
        TypeError: it has one.
    """
    match node:
        case tree.Use(name=name):
            return f"use {name}"
        case tree.Derived(kind=kind, name=name, base=base, transforms=transforms):
            added = tuple((Break(" "), "+ ", _transform(each)) for each in transforms)
            return Group((f"{kind} {name} = ", write(base), Indent(2, added)))
        case tree.BlockChoice(name=name, choice=choice):
            return (f"block {name} = ", write(choice))
        # Before the next case, which would match an increase, too.
        case tree.Figure(metric=metric, value=value, base=tree.Node() as base):
            return _claimed(node, metric, (f"+{value.text} on ", write(base)))
        case tree.Figure(metric=metric, value=value):
            return _claimed(node, metric, value.text)
        case tree.Property(name=name, value=value):
            return _claimed(node, name, write(value))
        case tree.Remark(text=text):
            return f"note {quote(text)}"
        case tree.DerivedRecipe(name=name, base=base):
            return (f"recipe {name}{_for(node)} = ", write(base))
        case tree.Setting(name=name, arguments=()):
            return name
        # A bound: `macs <= 2.0G`. That of a shape is written without a blank, `<=28`.
        case tree.Setting(
            name=name, arguments=(tree.Argument(name=None, value=tree.AtMost() as most),)
        ):
            return (f"{name} <= ", write(most.value, SUM))
        # A single value needs no parentheses: `epochs 300`.
        case tree.Setting(name=name, arguments=(tree.Argument(name=None, value=value),)):
            return (name, " ", write(value))
        case tree.Setting(name=name, arguments=given):
            return (name, arguments(given))
        case tree.Input(name=name, shape=shape, below=None):
            return (f"input {name}: ", write(shape))
        case tree.Input(name=name, shape=shape, below=tree.Node() as below):
            return (f"input {name}: ", write(shape), " integers below ", write(below))
        case tree.Initialise(kind=kind, scheme=scheme):
            return (f"init {kind}: ", write(scheme))
        case tree.Require(condition=condition, why=why):
            return ("require ", write(condition), "" if why is None else f" {quote(why)}")
        case tree.Share(name=name, block=block):
            return (f"share {name} = ", write(block))
        case tree.Assign(targets=targets, value=value):
            return (f"{', '.join(targets)} = ", write(value))
        case tree.Apply(call=call):
            return write(call)
        case tree.Return(values=values):
            first, *others = map(write, values)
            return ("return ", first, *((", ", other) for other in others))
    raise TypeError(f"not a statement without a body: {type(node).__name__}")


def head(node: tree.Node) -> Piece:
    """The text before the opening brace.

    Raises:
        TypeError: the node has no body.
    """
    match node:
        case tree.Block(name=name, parameters=parameters):
            return (f"block {name}", _parameters(parameters))
        case tree.Network(name=name, parameters=parameters):
            return (f"network {name}", _parameters(parameters))
        case tree.Cell(name=name, parameters=parameters):
            return (f"cell {name}", _parameters(parameters) if parameters else "")
        case tree.Recipe(name=name, parameters=parameters):
            return (f"recipe {name}", _parameters(parameters) if parameters else "", _for(node))
        case tree.Search(name=name, parameters=parameters, space=space):
            given = _parameters(parameters) if parameters else ""
            return (f"search {name}", given, " for ", write(space))
        case tree.Claim(network=network):
            return ("claim ", write(network))
        case tree.If(test=test):
            return ("if ", write(test))
        case tree.For(targets=targets, values=values, each=each):
            return (f"for {'each ' if each else ''}{', '.join(targets)} in ", write(values))
        case tree.Table(bindings=()):
            return "table"
        case tree.Table(bindings=bindings):
            return ("table ", arguments(bindings))
    raise TypeError(f"not a statement with a body: {type(node).__name__}")


def _transform(node: tree.Insert | tree.Call) -> Piece:
    return _insert(node) if isinstance(node, tree.Insert) else write(node)


def _insert(node: tree.Insert) -> Piece:
    """One insertion or several. Outside of parentheses no line can break before `after`."""
    if len(node.insertions) == 1:
        return ("insert ", _insertion(node.insertions[0], " "))
    return ("insert ", listed("(", (_insertion(item, Break(" ")) for item in node.insertions), ")"))


def _insertion(node: tree.Insertion, gap: Piece) -> Piece:
    first, *others = map(_place, node.places)
    places = listed("(", (first, *others), ")") if others else first
    each = "each " if node.each else ""
    return Group((each, write(node.block), Indent(2, (gap, "after ", places))))


def _place(node: tree.Place) -> str:
    return node.first if node.last is None else f"{node.first}..{node.last}"


def _claimed(node: tree.Figure | tree.Property, name: str, value: Piece) -> Piece:
    disputed = "disputed " if node.disputed else ""
    remark = "" if node.remark is None else f" {quote(node.remark)}"
    return (f"{disputed}{name} ", value, remark)


def _for(node: tree.Recipe | tree.DerivedRecipe) -> str:
    return f" for {node.network.name}" if node.network else ""


def _parameters(parameters: Sequence[tree.Parameter]) -> Piece:
    return listed("(", map(_parameter, parameters), ")")


def _parameter(node: tree.Parameter) -> Piece:
    types = f": {' | '.join(node.types)}" if node.types else ""
    axis = f" axis {node.axis}" if node.axis else ""
    if node.default is None:
        return f"{node.name}{types}{axis}"
    return (f"{node.name}{types}{axis} = ", write(node.default))
