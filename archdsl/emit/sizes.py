"""Sizes of a clip that a module fixes: it is right for other sizes only where none are.

A module computes from its inputs what the spec computes from them. Where it cannot, because a layer
or a decision depends on a size, other sizes are refused: they would need another network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from archdsl.emit.bodies import Body
from archdsl.emit.python import (
    Atom,
    Attribute,
    Call,
    If,
    Infix,
    Python,
    Raise,
    Slice,
    Statement,
    Subscript,
    literal,
)
from archdsl.ir.graph import Graph
from archdsl.ir.types import TensorType, show_shape
from archdsl.ir.written import Entering, Expression, Literal, Measured, leaves


@dataclass
class Sizes:
    """The axes of the network's inputs on which something fixed depends, each with what it is.

    They are collected while the classes are written.
    """

    fixed: dict[Entering, str] = field(default_factory=dict)
    _known: dict[tuple[Body, Expression], frozenset[Entering]] = field(default_factory=dict)

    def fix(self, body: Body, term: Expression, what: str) -> None:
        """Note that an expression of a body is computed by the constructor, or not at all."""
        if isinstance(term, Literal):
            return
        # The classes see only the first use of shared layers, and the others fix their inputs too.
        for use in (body, *_later_uses(body)):
            for axis in self._axes(use, term):
                self.fixed.setdefault(axis, what)

    def is_given(self, body: Body, term: Expression) -> bool:
        """Whether a size is that of an input of the network, as it is given."""
        while body.parent is not None:
            term, body = body.outward(term), body.parent
        return isinstance(term, Entering)

    def _axes(self, body: Body, term: Expression) -> Iterator[Entering]:
        """The axes of the network's inputs that an expression of a body depends on."""
        for leaf in leaves(term):
            if not isinstance(leaf, Literal):
                yield from self.axes_of_leaf(body, leaf)

    def axes_of_leaf(self, body: Body, leaf: Expression) -> frozenset[Entering]:
        """The axes of the network's inputs that a leaf depends on."""
        if (body, leaf) not in self._known:
            if isinstance(leaf, Measured):
                found = self._axes(body, body.derived(leaf))
            elif body.parent is not None:
                found = self._axes(body.parent, body.outward(leaf))
            else:
                found = iter([leaf] if isinstance(leaf, Entering) and leaf.what.isdigit() else [])
            self._known[body, leaf] = frozenset(found)
        return self._known[body, leaf]

    def refusals(self, graph: Graph, variables: Sequence[str]) -> Iterator[Statement]:
        """Statements that raise where an input has another size, one for each reason."""
        for (entering, value), variable in zip(graph.inputs.items(), variables, strict=True):
            fixed = ((leaf, what) for leaf, what in self.fixed.items() if leaf.name == entering)
            by_reason: dict[str, list[int]] = {}
            for axis, what in sorted((int(leaf.what), what) for leaf, what in fixed):
                by_reason.setdefault(what, []).append(axis)
            for what, axes in by_reason.items():
                type_ = graph.type(value)
                message = f"{entering} must be {show_shape(type_.shape)} for `{what}`"
                wrong = _differs(Attribute(Atom(variable), "shape"), type_, axes)
                yield If(wrong, (Raise(Call(Atom("ValueError"), (literal(message),))),))


def _later_uses(body: Body) -> Iterator[Body]:
    """The bodies that have the layers of this one."""
    later = body.graph.later_uses.get(body.scope.index, ())
    return (body.bodies[index] for index in later)


def _differs(shape: Python, type_: TensorType, axes: list[int]) -> Python:
    """`x.shape[2:] != (16, 224, 224)`, or one comparison for each axis."""
    if len(axes) > 1 and axes == list(range(axes[0], type_.rank)):
        tail = Subscript(shape, Slice(literal(axes[0] + 1), None, None))
        return Infix("!=", (tail, literal(type_.shape[axes[0] :])))
    tests = tuple(
        Infix("!=", (Subscript(shape, literal(axis + 1)), literal(type_.shape[axis])))
        for axis in axes
    )
    return tests[0] if len(tests) == 1 else Infix("or", tests)
