"""The actions of definitions and claims, and the builder that joins all actions.

Actions judge no meaning: whether a name exists, or a value suits, is decided in later phases.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from lark import Token, Transformer

from archdsl.source import Span
from archdsl.syntax import tree
from archdsl.syntax.actions import (
    Actions,
    Child,
    Expressions,
    Group,
    N,
    Statements,
    has,
    names,
    node_of_all,
    nodes,
)
from archdsl.syntax.choices import Choices
from archdsl.syntax.lexemes import description, place_mistake
from archdsl.syntax.recipes import Recipes


class Definitions(Actions):
    """One action for each rule of definitions, under the name of the rule."""

    parameters = places = node_of_all(Group)
    insert = node_of_all(tree.Insert)

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

    def block_choice(self, children: list[Child]) -> tree.BlockChoice:
        return self._make(tree.BlockChoice, children, str(children[1]), children[3], None)

    def insertion(self, children: list[Child]) -> tree.Insertion:
        block, places = nodes(children)
        return self._make(tree.Insertion, children, block, places.items, has(children, "EACH"))

    def place(self, children: list[Child]) -> tree.Place:
        text = str(children[0])
        first, *last = text.split("..")
        if mistake := place_mistake(text):
            message, help = mistake
            self._report("syntax", message, self._span(children), help)
        # A malformed place gives a node too, so that parsing goes on to further mistakes.
        return self._make(tree.Place, children, first, last[0] if last else None)

    def parameter(self, children: list[Child]) -> tree.Parameter:
        below = nodes(children)
        types = next((node.items for node in below if isinstance(node, Group)), ())
        # Without `=`, the last node is the type.
        default = below[-1] if has(children, "EQUAL") else None
        axis = next((node.axis for node in below if isinstance(node, _Along)), None)
        return self._make(tree.Parameter, children, str(children[0]), types, default, axis)

    def along(self, children: list[Child]) -> _Along:
        """`axis depth`. `axis` is no keyword, since operations have a parameter of this name."""
        word, axis = map(str, children)
        if word != "axis":
            message = f"unexpected `{word}`"
            help = "`axis NAME` says along which axis a transform changes the parameter"
            self._report("syntax", message, self._span(children[:1]), help)
        return self._make(_Along, children, axis)

    def types(self, children: list[Child]) -> Group:
        words = tuple(node.name for node in nodes(children))
        return self._make(Group, children, words)

    def type(self, children: list[Child]) -> tree.Name:
        return self._make(tree.Name, children, str(children[0]))


class _Along(tree.Node):
    """The axis of a parameter, until the action of the parameter takes it out."""

    axis: str


class Claims(Actions):
    """One action for each rule of claims, under the name of the rule."""

    def claim(self, children: list[Child]) -> tree.Claim:
        base, *items = nodes(children)
        return self._make(tree.Claim, children, base, tuple(items))

    def claimed_value(self, children: list[Child]) -> tree.Figure | tree.Property:
        """A bare number is a figure, which can be measured; any other value is a property."""
        (value,) = nodes(children)
        name, disputed, remark = self._claimed(children)
        if isinstance(value, tree.Number):
            return self._make(tree.Figure, children, name, value, None, disputed, remark)
        return self._make(tree.Property, children, name, value, disputed, remark)

    def claimed_increase(self, children: list[Child]) -> tree.Figure:
        value, base = nodes(children)
        name, disputed, remark = self._claimed(children)
        return self._make(tree.Figure, children, name, value, base, disputed, remark)

    def _claimed(self, children: list[Child]) -> tuple[str, bool, str | None]:
        """The name of a claimed item, whether it is disputed, and the remark behind it."""
        remark = self._unquote(children[-1]) if has(children, "TEXT") else None
        return names(children)[0], has(children, "DISPUTED"), remark

    def remark(self, children: list[Child]) -> tree.Remark:
        return self._make(tree.Remark, children, self._unquote(children[1]))


_WithBody = tree.Block | tree.Cell | tree.Network
_WithSettings = tree.Recipe | tree.DerivedRecipe | tree.Search
_Definition = _WithBody | _WithSettings | tree.Derived | tree.BlockChoice


_EMPTY_LINE = re.compile(r"\n[ \t\r]*\n")


class Doc(tree.Node):
    """A doc string, until the definition that follows takes its text."""

    text: str


def _documented(definition: _Definition, doc: Doc) -> _Definition:
    """The definition with its doc string, and with a span that begins at it."""
    span = Span(doc.span.source, doc.span.start, definition.span.end)
    return replace(definition, doc=doc.text, span=span)


def _is_apart(doc: Doc, following: tree.Node | None) -> bool:
    """Whether a doc is about its file and not the block after it: an empty line is between them.

    What is about a network is about its file as well, so there an empty line makes no difference.
    """
    if following is None or isinstance(following, tree.Network):
        return False
    between = doc.span.source.text[doc.span.end : following.span.start]
    return _EMPTY_LINE.search(between) is not None


class Builder(
    Definitions,
    Claims,
    Recipes,
    Statements,
    Choices,
    Expressions,
    Transformer[Token, tree.File],
):
    """All actions, as the transformer that Lark calls.

    The grammar keeps every token, so an action also gets the punctuation of its rule. The spans of
    nodes need it: a call ends at its closing parenthesis.
    """

    def file(self, children: list[Child]) -> tree.File:
        elements = nodes(children)
        doc: str | None = None
        definitions: list[Any] = []
        for position, element in enumerate(elements):
            if not isinstance(element, Doc):
                definitions.append(element)
                continue
            following = elements[position + 1] if position + 1 < len(elements) else None
            is_of_file = position == 0 and _is_apart(element, following)
            if isinstance(following, _Definition) and not is_of_file:
                # The loop has not reached the next element yet, and will append the documented one.
                elements[position + 1] = _documented(following, element)
            elif position == 0:
                doc = element.text
            else:
                message = "a doc string must be at the head of a file, or before what can have one"
                help = "these are blocks, cells, networks and recipes; a claim has `note`"
                self._report("doc", message, element.span, help)
        whole = Span(self._margin.source, 0, len(self._margin.source.text))
        comments = tuple(self._margin.comments)
        return tree.File(self._margin.source, doc, tuple(definitions), comments, span=whole)

    def doc(self, children: list[Child]) -> Doc:
        return self._make(Doc, children, description(children[0]))

    def use(self, children: list[Child]) -> tree.Use:
        return self._make(tree.Use, children, children[1].name)

    def dotted(self, children: list[Child]) -> tree.Name:
        return self._make(tree.Name, children, ".".join(names(children)))
