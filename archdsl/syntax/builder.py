"""Grammar rules to tree nodes, called by the parser as it reduces. Builds; never judges meaning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from lark import Token, Transformer

from archdsl import limits
from archdsl.source import Span
from archdsl.syntax import tree
from archdsl.syntax.labels import unreadable
from archdsl.syntax.literals import description, exact, unknown_escapes, unquoted
from archdsl.syntax.margin import Margin

N = TypeVar("N", bound=tree.Node)
Child = Any
_Described = tree.Block | tree.Cell | tree.Network | tree.Derived


@dataclass(frozen=True, slots=True)
class Doc(tree.Node):
    """A doc string before the definition it belongs to is set on."""

    text: str


@dataclass(frozen=True, slots=True)
class Group(tree.Node):
    """Several things between brackets, on their way into the node they belong to."""

    items: tuple[Any, ...]


def _nodes(children: list[Child]) -> list[Any]:
    return [child for child in children if isinstance(child, tree.Node)]


def _names(children: list[Child]) -> list[str]:
    return [str(child) for child in children if isinstance(child, Token) and child.type == "NAME"]


def _has(children: list[Child], token_type: str) -> bool:
    return any(isinstance(child, Token) and child.type == token_type for child in children)


def _documented(definition: _Described, doc: Doc) -> _Described:
    """The definition with its doc string, and with a span that begins there."""
    span = Span(doc.span.source, doc.span.start, definition.span.end)
    return replace(definition, doc=doc.text, span=span)


class Builder(Transformer[Token, tree.File]):
    """Every method takes all children of its rule, punctuation included, for their places."""

    def __init__(self, margin: Margin) -> None:
        super().__init__()
        self._margin = margin

    def _tell(self, code: str, message: str, span: Span, help: str | None = None) -> None:
        self._margin.tell(message, span, help, code=code)

    def _unquoted(self, token: Token) -> str:
        for offset, escape in unknown_escapes(token):
            start = (token.start_pos or 0) + offset
            span = Span(self._margin.source, start, start + len(escape))
            help = 'a text knows `\\"`, `\\\\`, `\\n` and `\\t`'
            self._tell("syntax", f"unknown escape `{escape}`", span, help)
        return unquoted(token)

    def _span(self, children: list[Child]) -> Span:
        first, last = children[0], children[-1]
        start = (first.start_pos or 0) if isinstance(first, Token) else first.span.start
        end = (last.end_pos or 0) if isinstance(last, Token) else last.span.end
        return Span(self._margin.source, start, end)

    def _make(self, kind: type[N], children: list[Child], *values: object) -> N:
        span = self._span(children)
        depth = 1
        for child in children:
            if isinstance(child, tree.Node) and child.depth >= depth:
                depth = child.depth + 1
        if depth == limits.NESTING + 1:  # once: what stands around it is deeper still
            message = f"nested more than {limits.NESTING} levels deep"
            self._tell("nesting", message, span)
        return kind(*values, span=span, depth=depth)

    # Files and definitions

    def file(self, children: list[Child]) -> tree.File:
        elements = _nodes(children)
        doc: str | None = None
        definitions: list[Any] = []
        for position, element in enumerate(elements):
            if not isinstance(element, Doc):
                definitions.append(element)
                continue
            following = elements[position + 1] if position + 1 < len(elements) else None
            if isinstance(following, _Described):
                elements[position + 1] = _documented(following, element)
            elif position == 0:
                doc = element.text
            else:
                message = "a doc string stands at the head of a file, or before what it describes"
                self._tell("doc", message, element.span)
        whole = Span(self._margin.source, 0, len(self._margin.source.text))
        comments = tuple(self._margin.comments)
        return tree.File(self._margin.source, doc, tuple(definitions), comments, span=whole)

    def doc(self, children: list[Child]) -> Doc:
        return self._make(Doc, children, description(children[0]))

    def use(self, children: list[Child]) -> tree.Use:
        return self._make(tree.Use, children, children[1].name)

    def dotted(self, children: list[Child]) -> tree.Name:
        return self._make(tree.Name, children, ".".join(_names(children)))

    def block(self, children: list[Child]) -> tree.Block:
        name, parameters, body = children[1:]
        return self._make(tree.Block, children, str(name), parameters.items, body.items, None)

    def cell(self, children: list[Child]) -> tree.Cell:
        name, *parts = children[1:]
        *parameters, body = (part.items for part in parts)
        given = parameters[0] if parameters else ()
        return self._make(tree.Cell, children, str(name), given, body, None)

    def network(self, children: list[Child]) -> tree.Network:
        name, parameters, body = children[1:]
        return self._make(tree.Network, children, str(name), parameters.items, body.items, None)

    def derived(self, children: list[Child]) -> tree.Derived:
        kind, name = map(str, children[:2])
        base, *transforms = _nodes(children)
        return self._make(tree.Derived, children, kind, name, base, tuple(transforms), None)

    def insert(self, children: list[Child]) -> tree.Insert:
        return self._make(tree.Insert, children, tuple(_nodes(children)))

    def insertion(self, children: list[Child]) -> tree.Insertion:
        block, places = _nodes(children)
        return self._make(tree.Insertion, children, block, places.items)

    def places(self, children: list[Child]) -> Group:
        return self._make(Group, children, tuple(_nodes(children)))

    def place(self, children: list[Child]) -> tree.Place:
        text = str(children[0])
        first, *last = text.split("..")
        for message, help in unreadable(text):
            self._tell("syntax", message, self._span(children), help)
        return self._make(tree.Place, children, first, last[0] if last else None)

    def parameters(self, children: list[Child]) -> Group:
        return self._make(Group, children, tuple(_nodes(children)))

    def parameter(self, children: list[Child]) -> tree.Parameter:
        nodes = _nodes(children)
        types = next((node.items for node in nodes if isinstance(node, Group)), ())
        default = nodes[-1] if _has(children, "EQUAL") else None
        return self._make(tree.Parameter, children, str(children[0]), types, default)

    def types(self, children: list[Child]) -> Group:
        words = tuple(node.name for node in _nodes(children))
        return self._make(Group, children, words)

    def type(self, children: list[Child]) -> tree.Name:
        return self._make(tree.Name, children, str(children[0]))

    def claim(self, children: list[Child]) -> tree.Claim:
        base, *items = _nodes(children)
        return self._make(tree.Claim, children, base, tuple(items))

    def said(self, children: list[Child]) -> tree.Figure | tree.Property:
        """A bare number is a figure, to be measured; any other value is a property."""
        (value,) = _nodes(children)
        name, disputed, remark = self._item(children)
        if isinstance(value, tree.Number):
            return self._make(tree.Figure, children, name, value, None, disputed, remark)
        return self._make(tree.Property, children, name, value, disputed, remark)

    def increase(self, children: list[Child]) -> tree.Figure:
        value, base = _nodes(children)
        name, disputed, remark = self._item(children)
        return self._make(tree.Figure, children, name, value, base, disputed, remark)

    def _item(self, children: list[Child]) -> tuple[str, bool, str | None]:
        """What a claim speaks of, whether that is disputed, and the remark."""
        remark = self._unquoted(children[-1]) if _has(children, "TEXT") else None
        return _names(children)[0], _has(children, "DISPUTED"), remark

    def remark(self, children: list[Child]) -> tree.Remark:
        return self._make(tree.Remark, children, self._unquoted(children[1]))

    # Statements

    def body(self, children: list[Child]) -> Group:
        return self._make(Group, children, tuple(_nodes(children)))

    def input(self, children: list[Child]) -> tree.Input:
        return self._make(tree.Input, children, str(children[1]), children[3])

    def initialise(self, children: list[Child]) -> tree.Initialise:
        return self._make(tree.Initialise, children, str(children[1]), children[3])

    def assign(self, children: list[Child]) -> tree.Assign:
        targets, _, value = children
        return self._make(tree.Assign, children, targets.items, value)

    def names(self, children: list[Child]) -> Group:
        return self._make(Group, children, tuple(_names(children)))

    def apply(self, children: list[Child]) -> tree.Apply:
        return self._make(tree.Apply, children, children[0])

    def return_(self, children: list[Child]) -> tree.Return:
        return self._make(tree.Return, children, tuple(_nodes(children)))

    def if_(self, children: list[Child]) -> tree.If:
        test, body, *otherwise = _nodes(children)
        last = otherwise[0] if otherwise else None
        items = last.items if isinstance(last, Group) else (last,) if last else ()
        return self._make(tree.If, children, test, body.items, items)

    def for_(self, children: list[Child]) -> tree.For:
        targets, values, body = _nodes(children)
        return self._make(tree.For, children, targets.items, values, body.items)

    def table(self, children: list[Child]) -> tree.Table:
        nodes = _nodes(children)
        bindings = tuple(node for node in nodes if isinstance(node, tree.Argument))
        header, *rows = nodes[len(bindings) :]
        return self._make(tree.Table, children, bindings, header.items, tuple(rows))

    def keyword(self, children: list[Child]) -> tree.Argument:
        return self._make(tree.Argument, children, str(children[0]), children[2])

    def header(self, children: list[Child]) -> Group:
        return self._make(Group, children, tuple(_nodes(children)))

    def rule(self, children: list[Child]) -> tree.Rule:
        return self._make(tree.Rule, children)

    def row(self, children: list[Child]) -> tree.Row:
        return self._make(tree.Row, children, tuple(_nodes(children)))

    def dash(self, children: list[Child]) -> tree.Dash:
        # An empty cell has no token, hence no place of its own; its row gives it one.
        if not children:
            return tree.Dash(span=Span(self._margin.source, 0, 0))
        return self._make(tree.Dash, children)

    # Expressions

    def conditional(self, children: list[Child]) -> tree.Conditional:
        return self._make(tree.Conditional, children, *_nodes(children))

    def chain(self, children: list[Child]) -> tree.Chain:
        first, *steps = _nodes(children)
        return self._make(tree.Chain, children, first, tuple(steps))

    def binary(self, children: list[Child]) -> tree.Binary:
        left, operator, right = children
        return self._make(tree.Binary, children, str(operator), left, right)

    def unary(self, children: list[Child]) -> tree.Unary:
        operator, operand = children
        return self._make(tree.Unary, children, str(operator), operand)

    def dimensions(self, children: list[Child]) -> tree.Shape:
        return self._make(tree.Shape, children, tuple(_nodes(children)))

    def at_most(self, children: list[Child]) -> tree.AtMost:
        return self._make(tree.AtMost, children, children[1])

    def repeat(self, children: list[Child]) -> tree.Repeat:
        return self._make(tree.Repeat, children, children[0], children[2])

    def attribute(self, children: list[Child]) -> tree.Attribute:
        return self._make(tree.Attribute, children, children[0], str(children[2]))

    def index(self, children: list[Child]) -> tree.Index:
        return self._make(tree.Index, children, children[0], children[2])

    def group(self, children: list[Child]) -> tree.Node:
        inner: tree.Node = children[1]
        return replace(inner, span=self._span(children))

    def tuple_(self, children: list[Child]) -> tree.Tuple:
        return self._make(tree.Tuple, children, tuple(_nodes(children)))

    def call(self, children: list[Child]) -> tree.Call:
        function, *arguments = _nodes(children)
        return self._make(tree.Call, children, function, tuple(arguments))

    def argument(self, children: list[Child]) -> tree.Argument:
        name = str(children[0]) if _has(children, "EQUAL") else None
        return self._make(tree.Argument, children, name, children[-1])

    def name(self, children: list[Child]) -> tree.Name:
        return self._make(tree.Name, children, str(children[0]))

    def constant(self, children: list[Child]) -> tree.Constant:
        value = {"true": True, "false": False, "none": None}[str(children[0])]
        return self._make(tree.Constant, children, value)

    def number(self, children: list[Child]) -> tree.Number:
        text = str(children[0])
        value = exact(text)
        if value is None:
            message = f"a number of more than {limits.DIGITS} digits"
            self._tell("number", message, self._span(children))
        return self._make(tree.Number, children, text, value or 0)
