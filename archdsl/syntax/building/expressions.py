"""Expressions, as they are reduced."""

from __future__ import annotations

from dataclasses import replace

from archdsl import limits
from archdsl.syntax import tree
from archdsl.syntax.building.maker import Child, Maker, has, nodes
from archdsl.syntax.literals import exact


class Expressions(Maker):
    def conditional(self, children: list[Child]) -> tree.Conditional:
        return self._make(tree.Conditional, children, *nodes(children))

    def chain(self, children: list[Child]) -> tree.Chain:
        first, *steps = nodes(children)
        return self._make(tree.Chain, children, first, tuple(steps))

    def binary(self, children: list[Child]) -> tree.Binary:
        left, operator, right = children
        return self._make(tree.Binary, children, str(operator), left, right)

    def unary(self, children: list[Child]) -> tree.Unary:
        operator, operand = children
        return self._make(tree.Unary, children, str(operator), operand)

    def dimensions(self, children: list[Child]) -> tree.Shape:
        return self._make(tree.Shape, children, tuple(nodes(children)))

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
        return self._make(tree.Tuple, children, tuple(nodes(children)))

    def call(self, children: list[Child]) -> tree.Call:
        function, *arguments = nodes(children)
        return self._make(tree.Call, children, function, tuple(arguments))

    def argument(self, children: list[Child]) -> tree.Argument:
        name = str(children[0]) if has(children, "EQUAL") else None
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
