"""Grammar rules to tree nodes, called by the parser as it reduces. Builds; never judges meaning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lark import Token, Transformer

from archdsl.source import Span
from archdsl.syntax import tree
from archdsl.syntax.actions import (
    Child,
    Expressions,
    Group,
    Maker,
    N,
    Statements,
    has,
    made_of,
    made_of_all,
    names,
    nodes,
)
from archdsl.syntax.lexemes import description, mistaken


class Definitions(Maker):
    parameters = places = made_of_all(Group)
    insert = made_of_all(tree.Insert)

    def block(self, children: list[Child]) -> tree.Block:
        return self._with_body(tree.Block, children)

    def cell(self, children: list[Child]) -> tree.Cell:
        return self._with_body(tree.Cell, children)

    def network(self, children: list[Child]) -> tree.Network:
        return self._with_body(tree.Network, children)

    def _with_body(self, kind: type[N], children: list[Child]) -> N:
        name, *parts = children[1:]
        *parameters, body = (part.items for part in parts)
        given = parameters[0] if parameters else ()
        return self._make(kind, children, str(name), given, body, None)

    def derived(self, children: list[Child]) -> tree.Derived:
        kind, name = map(str, children[:2])
        base, *transforms = nodes(children)
        return self._make(tree.Derived, children, kind, name, base, tuple(transforms), None)

    def insertion(self, children: list[Child]) -> tree.Insertion:
        block, places = nodes(children)
        return self._make(tree.Insertion, children, block, places.items)

    def place(self, children: list[Child]) -> tree.Place:
        text = str(children[0])
        first, *last = text.split("..")
        if mistake := mistaken(text):
            message, help = mistake
            self._tell("syntax", message, self._span(children), help)
        return self._make(tree.Place, children, first, last[0] if last else None)

    def parameter(self, children: list[Child]) -> tree.Parameter:
        below = nodes(children)
        types = next((node.items for node in below if isinstance(node, Group)), ())
        default = below[-1] if has(children, "EQUAL") else None
        return self._make(tree.Parameter, children, str(children[0]), types, default)

    def types(self, children: list[Child]) -> Group:
        words = tuple(node.name for node in nodes(children))
        return self._make(Group, children, words)

    def type(self, children: list[Child]) -> tree.Name:
        return self._make(tree.Name, children, str(children[0]))


class Claims(Maker):
    def claim(self, children: list[Child]) -> tree.Claim:
        base, *items = nodes(children)
        return self._make(tree.Claim, children, base, tuple(items))

    def said(self, children: list[Child]) -> tree.Figure | tree.Property:
        """A bare number is a figure, to be measured; any other value is a property."""
        (value,) = nodes(children)
        name, disputed, remark = self._item(children)
        if isinstance(value, tree.Number):
            return self._make(tree.Figure, children, name, value, None, disputed, remark)
        return self._make(tree.Property, children, name, value, disputed, remark)

    def increase(self, children: list[Child]) -> tree.Figure:
        value, base = nodes(children)
        name, disputed, remark = self._item(children)
        return self._make(tree.Figure, children, name, value, base, disputed, remark)

    def _item(self, children: list[Child]) -> tuple[str, bool, str | None]:
        """What a claim speaks of, whether that is disputed, and the remark."""
        remark = self._unquoted(children[-1]) if has(children, "TEXT") else None
        return names(children)[0], has(children, "DISPUTED"), remark

    def remark(self, children: list[Child]) -> tree.Remark:
        return self._make(tree.Remark, children, self._unquoted(children[1]))


class Recipes(Maker):
    settings = options = made_of_all(Group)
    range = made_of(tree.Range, 0, 2)

    def recipe(self, children: list[Child]) -> tree.Recipe:
        *head, settings = nodes(children)
        parameters = next((part.items for part in head if isinstance(part, Group)), ())
        network = next((part for part in head if isinstance(part, tree.Name)), None)
        name = str(children[1])
        return self._make(tree.Recipe, children, name, parameters, network, settings.items, None)

    def derived_recipe(self, children: list[Child]) -> tree.DerivedRecipe:
        *network, base = nodes(children)
        name, other = str(children[1]), network[0] if network else None
        return self._make(tree.DerivedRecipe, children, name, other, base, None)

    def setting(self, children: list[Child]) -> tree.Setting:
        below = nodes(children)
        options = below[0].items if below and isinstance(below[0], Group) else below
        arguments = tuple(map(self._argument, options))
        return self._make(tree.Setting, children, str(children[0]), arguments)

    def _argument(self, node: tree.Node) -> tree.Argument:
        """An option; a value by itself is one without a name."""
        if isinstance(node, tree.Argument):
            return node
        return self._make(tree.Argument, [node], None, node)

    def text(self, children: list[Child]) -> tree.Text:
        return self._make(tree.Text, children, self._unquoted(children[0]))


_Described = tree.Block | tree.Cell | tree.Network | tree.Derived | tree.Recipe | tree.DerivedRecipe


class Doc(tree.Node):
    """A doc string before the definition it belongs to is set on."""

    text: str


def _documented(definition: _Described, doc: Doc) -> _Described:
    """The definition with its doc string, and with a span that begins there."""
    span = Span(doc.span.source, doc.span.start, definition.span.end)
    return replace(definition, doc=doc.text, span=span)


class Builder(Definitions, Claims, Recipes, Statements, Expressions, Transformer[Token, tree.File]):
    """Every method takes all children of its rule, punctuation included, for their places."""

    def file(self, children: list[Child]) -> tree.File:
        elements = nodes(children)
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
        return self._make(tree.Name, children, ".".join(names(children)))
