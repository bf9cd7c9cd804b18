"""Grammar rules to tree nodes, called by the parser as it reduces. Builds; never judges meaning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lark import Token, Transformer

from archdsl.source import Span
from archdsl.syntax import tree
from archdsl.syntax.building.claims import Claims
from archdsl.syntax.building.definitions import Definitions
from archdsl.syntax.building.expressions import Expressions
from archdsl.syntax.building.maker import Child, names, nodes
from archdsl.syntax.building.recipes import Recipes
from archdsl.syntax.building.statements import Statements
from archdsl.syntax.literals import description

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
