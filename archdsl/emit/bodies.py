"""Blocks with their sizes and parameters as expressions over the arguments of a constructor.

The rules of the operations run a second time, on traced numbers that remember how they were
computed. Whatever a rule derives, such as a padding from a kernel, or the channels of a result, is
then an expression over the parameters of the block and the channels of its inputs.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

from archdsl.emit.entering import (
    clearest,
    entering_type,
    entry_of,
    input_type,
    is_position,
    size_of,
)
from archdsl.emit.keys import Child, key_and_stage
from archdsl.emit.targets.base import Target
from archdsl.emit.terms import REAL
from archdsl.ir.graph import Graph, Node, Scope, Value
from archdsl.ir.traced import plain, term_of, traced
from archdsl.ir.types import TensorType
from archdsl.ir.written import (
    Apply,
    Counter,
    Decided,
    Entering,
    Expression,
    Literal,
    Measured,
    Named,
    Opaque,
    Origin,
    Parameter,
    Size,
    apply,
    leaves,
)
from archdsl.ops.base import Operation, Types
from archdsl.ops.forms import Form
from archdsl.ops.sources import Input
from archdsl.params.kinds import kind_of

_HALF = Fraction(1, 2)
"""A parameter that accepts it accepts any number, not only integers."""

Traces: TypeAlias = dict[Hashable, tuple[Types, Form, tuple[int, ...] | None]]
"""The results, the form and the weight of each traced operation, by all that they depend on.

The instances of a block mostly repeat each other, so most operations are traced once.
"""


@dataclass(eq=False)
class Body:
    """One instance of a block, or the network itself; `parent` is the body that calls it.

    `types` and `forms` are those of the graph, with expressions in terms of this body.
    """

    graph: Graph
    scope: Scope
    parent: Body | None
    bodies: Mapping[int, Body]
    target: Target
    traces: Traces
    types: dict[Value, TensorType] = field(default_factory=dict)
    forms: dict[int, Form] = field(default_factory=dict)
    weights: dict[int, tuple[int, ...]] = field(default_factory=dict)
    measured: dict[Measured, int] = field(default_factory=dict)
    """The sizes that only `forward` knows, each traced: how it follows from those before it."""
    structural: list[Expression] = field(default_factory=list)
    """Expressions that decide how many results an operation has: a class has a fixed number."""
    _derivations: dict[Measured, Expression] = field(default_factory=dict)
    _underived: list[Measured] = field(default_factory=list)
    _caller_terms: dict[Expression, Expression] = field(default_factory=dict)

    @cached_property
    def _entering(self) -> Mapping[Value, str]:
        """The names of the values that enter from a caller."""
        # One value may enter under two names; its sizes are then those of the first.
        names = {} if self.parent is None else self.scope.inputs
        return {value: name for name, value in reversed(list(names.items()))}

    def term(self, origin: Origin) -> Expression:
        """The expression of a written value in terms of this body; opaque if another wrote it."""
        written = self._resolved(origin.expression)
        is_own = origin.scope == self.scope.index
        if is_own or all(isinstance(leaf, Literal) for leaf in leaves(written)):
            return written
        return Opaque(mark=(origin.span.source.name, origin.span.start))

    def _resolved(self, term: Expression) -> Expression:
        """An expression with each size of a tensor replaced by what this body knows of it."""
        match term:
            case Decided(decision=name, value=value):
                return Parameter(name) if name in self.scope.arguments else Literal(value)
            case Size(node=node, result=result, what=what):
                return size_of(self.type(Value(node, result)), what)
            case Named():
                inner = self._resolved(term.term)
                return inner if isinstance(inner, Literal | Opaque) else replace(term, term=inner)
            case Apply(operator="[]", terms=(values, index)):
                return entry_of(self._resolved(values), self._resolved(index))
            case Apply(operator=sign, terms=terms):
                return apply(sign, *map(self._resolved, terms))
            case Opaque(reads=reads):
                return replace(term, reads=_leaves_of(map(self._resolved, reads)))
        return term

    def type(self, value: Value) -> TensorType:
        """The type of a value in terms of this body."""
        if value in self.types:
            return self.types[value]
        if value in self._entering:
            assert self.parent is not None
            outside = self.parent.type(value)
            self.types[value] = entering_type(self._entering[value], outside)
            return self.types[value]
        # A value of an inner block is known there; each caller on the way rewrites its sizes.
        inner = self.bodies[self.graph.node(value.node).scope]
        while inner.parent is not self:
            assert inner.parent is not None
            inner = inner.parent
        result = inner.scope.outputs.index(value) if value in inner.scope.outputs else None
        type_ = inner.outward_type(inner.type(value))
        self.types[value] = type_ if result is None else self._measure(inner.scope, result, type_)
        return self.types[value]

    def _measure(self, child: Child, result: int, type_: TensorType) -> TensorType:
        """A type whose sizes that follow from those of a clip are read from the tensor itself."""
        place, _ = key_and_stage(self.graph, child, self.scope.index)
        shape = list(type_.shape)
        for axis, size in enumerate(shape):
            term = term_of(size)
            if not isinstance(term, Entering) and any(map(is_position, leaves(term))):
                leaf = Measured(place, result, type_.leading + axis)
                self.measured[leaf] = size
                self._underived.append(leaf)
                shape[axis] = traced(plain(size), leaf)
        return type_.with_shape(tuple(shape))

    def axis(self, leaf: Entering | Measured) -> int:
        """The axis of a size as torch counts it."""
        if isinstance(leaf, Measured):
            return leaf.axis
        place = int(leaf.what)
        return place if place < 0 else place + self.graph.type(self.scope.inputs[leaf.name]).leading

    def derived(self, term: Expression) -> Expression:
        """An expression with every size that `forward` reads replaced by how it follows."""
        match term:
            case Measured():
                return self._derivation(term)
            case Apply(operator=sign, terms=terms):
                return apply(sign, *map(self.derived, terms))
            case Named(term=inner):
                found = self.derived(inner)
                return found if isinstance(found, Opaque) else replace(term, term=found)
            case Opaque(reads=reads):
                return replace(term, reads=_leaves_of(map(self.derived, reads)))
        return term

    def _derivation(self, leaf: Measured) -> Expression:
        """How a size that `forward` reads follows from what enters."""
        if leaf not in self._derivations:
            # In the order of the text: there may be thousands, and each follows from the last.
            for measured in self._underived:
                self._derivations[measured] = self.derived(term_of(self.measured[measured]))
            self._underived.clear()
        return self._derivations[leaf]

    def outward_type(self, type_: TensorType) -> TensorType:
        """A type in terms of the body around this one."""
        shape = (traced(plain(size), self.outward(term_of(size))) for size in type_.shape)
        return type_.with_shape(tuple(shape))

    def outward(self, term: Expression) -> Expression:
        """An expression of this body in terms of the one around it."""
        match term:
            case Parameter(name=name):
                return self._argument(self.scope.arguments[name])
            case Entering(name=name, what=what):
                assert self.parent is not None
                return size_of(self.parent.type(self.scope.inputs[name]), what)
            case Measured():
                return self.outward(self._derivation(term))
            case Counter(number=number):
                return Literal(number)  # `i` exists only in the body of the table
            case Named(term=inner):
                return self.outward(inner)
            case Opaque(reads=reads):
                return replace(term, reads=_leaves_of(map(self.outward, reads)))
            case Apply(operator=sign, terms=terms):
                return apply(sign, *map(self.outward, terms))
        return term

    def caller_term(self, leaf: Expression) -> Expression:
        """A leaf of this body in terms of its caller, with the caller's defaults expanded."""
        assert self.parent is not None
        if leaf not in self._caller_terms:
            self._caller_terms[leaf] = self.parent.expanded(self.outward(leaf))
        return self._caller_terms[leaf]

    def _argument(self, given: Origin) -> Expression:
        assert self.parent is not None
        if given.scope == self.scope.index:  # a default, written in the block itself
            return self.outward(self.term(given))
        return self.parent.term(given)

    def default(self, name: str) -> Expression | None:
        """The expression of the default of a parameter; None if the call gives it a value."""
        given = self.scope.arguments[name]
        return self.derived(self.term(given)) if given.scope == self.scope.index else None

    def expanded(self, term: Expression) -> Expression:
        """An expression with parameters replaced by their defaults, where the call gives none."""
        match term:
            case Parameter(name=name):
                default = self.default(name)
                return term if default is None else self.expanded(default)
            case Apply(operator=sign, terms=terms):
                return apply(sign, *map(self.expanded, terms))
            case Named(term=inner):
                return self.expanded(inner)
        return term

    def trace(self, node: Node) -> None:
        """Run the rules of an operation on traced types, and keep its results and its form."""
        if isinstance(node.operation, Input):
            self.types[Value(node.index)] = input_type(node)
            return
        operation = node.operation
        operands = tuple([self.type(value) for value in self.graph.operands(node)])
        written = node.written.items()
        kept = [(name, origin) for name, origin in written if _is_kept(operation, name, origin)]
        terms = tuple([(name, self.term(origin)) for name, origin in kept])
        if len(node.results) > 1:
            self.structural += [term for _, term in terms]
        # A traced number equals the plain one, so the key needs the terms of the sizes as well.
        sizes = tuple([term_of(size) for operand in operands for size in operand.shape])
        key = (operation, terms, operands, sizes)
        if key not in self.traces:
            # A number beside integers that give integers is one itself.
            takes_reals = not all(typed.integers for typed in (*operands, *node.results))
            traced_operation = _with_terms(operation, terms, takes_reals)
            results = tuple(_results(traced_operation, operands, node.results))
            form = self.target.form(traced_operation, operands, results)
            self.traces[key] = results, form, traced_operation.weight(*operands)
        results, self.forms[node.index], weight = self.traces[key]
        if operation.needs_owner:
            assert node.weights_of is not None
            results = (node.results[0].with_shape(self.weights[node.weights_of]),)
        elif weight is not None:
            self.weights[node.index] = weight
        self.types |= {
            Value(node.index, i): self._measure(node, i, result) for i, result in enumerate(results)
        }


def _leaves_of(terms: Iterable[Expression]) -> frozenset[Expression]:
    """All that some expressions read."""
    return frozenset(leaf for term in terms for leaf in leaves(term))


def _is_kept(operation: Operation, name: str, origin: Origin) -> bool:
    """Whether a parameter has the value that was written, without a conversion."""
    value = getattr(operation, name)
    return value is origin.value or bool(value == origin.value)


def _with_terms(
    operation: Operation, terms: Collection[tuple[str, Expression]], takes_reals: bool
) -> Operation:
    """The operation with traced parameters, which remember how they were written.

    A parameter that takes any number keeps quotients as they are, if the operation `takes_reals`.
    """
    if not terms:
        return operation
    changed: dict[str, object] = {}
    reals = {f.name for f in fields(operation) if kind_of(f).accepts(_HALF)} if takes_reals else ()
    for name, term in terms:
        is_real = name in reals and not isinstance(term, Literal | Opaque)
        value = getattr(operation, name)
        changed[name] = traced(value, apply(REAL, term) if is_real else term)
    return replace(operation, **changed)


def _results(operation: Operation, operands: Types, own: Types) -> Iterator[TensorType]:
    # The rules of shapes see one sample; how many there are, of what, is known from the graph.
    for result, typed in zip(operation.infer(*operands), own, strict=True):
        # Elsewhere a result has the shape of an operand by chance.
        is_theirs = operation.broadcasts
        yield typed.with_shape(clearest(result.shape, operands) if is_theirs else result.shape)


def bodies(graph: Graph, target: Target) -> Mapping[int, Body]:
    """The body of each scope of a graph, with all operations traced.

    Rows and stages have no body of their own: theirs is that of the block around them.
    """
    by_scope: dict[int, Body] = {}
    traces: Traces = {}
    for scope in graph.scopes:
        around = by_scope.get(scope.parent) if scope.parent is not None else None
        if scope.kind in ("block", "network"):
            by_scope[scope.index] = Body(graph, scope, around, by_scope, target, traces)
        else:
            assert around is not None
            by_scope[scope.index] = around
    for node in graph:
        by_scope[node.scope].trace(node)
    return by_scope
