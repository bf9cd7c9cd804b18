"""Blocks as their classes see them: sizes and parameters in terms of a constructor.

The rules of the operations are run once more, on numbers that remember how they were computed.
What a rule makes of a kernel, such as a padding, or of operands, such as the channels of a
result, is then an expression over the parameters of the block and the channels that enter it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TypeAlias

from archdsl.emit.targets.base import Target
from archdsl.emit.terms import REAL, fold, pythonic
from archdsl.ir.graph import Graph, Node, Scope, Value
from archdsl.ir.traced import plain, term_of, traced
from archdsl.ir.types import AXES, TensorType
from archdsl.ir.written import (
    Apply,
    Counter,
    Entering,
    Expression,
    Literal,
    Named,
    Opaque,
    Origin,
    Parameter,
    Size,
    apply,
    leaves,
)
from archdsl.ops.base import Form, Operation, Types
from archdsl.ops.sources import Input
from archdsl.params.kinds import Either, Maybe, Real, kind_of

_REALS = (Real, Maybe, Either)
"""Kinds of which some take any number."""

CHANNELS, FEATURES = "channels", "features"


Traces: TypeAlias = dict[Hashable, tuple[Types, Form]]
"""What came of operations on types that bodies know: blocks of one kind ask the same."""


@dataclass(eq=False)
class Body:
    """A block in its place, or the network itself; `parent` is the body that calls it."""

    graph: Graph
    scope: Scope
    parent: Body | None
    bodies: Mapping[int, Body]
    target: Target
    known: Traces
    types: dict[Value, TensorType] = field(default_factory=dict)
    forms: dict[int, Form] = field(default_factory=dict)
    decided: list[Expression] = field(default_factory=list)
    """What says how many results operations have."""
    _called: dict[Expression, Expression] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in self.scope.inputs.items():
            if self.parent is not None and value not in self.types:
                self.types[value] = _entering(name, self.graph.type(value))

    def term(self, origin: Origin) -> Expression:
        """How something was written, in terms of this body."""
        written = self._resolved(origin.expression)
        is_own = origin.scope == self.scope.index
        if is_own or all(isinstance(leaf, Literal) for leaf in leaves(written)):
            return written
        return Opaque(mark=(origin.span.source.name, origin.span.start))

    def _resolved(self, term: Expression) -> Expression:
        """An expression whose sizes are those of tensors as this body knows them."""
        match term:
            case Size(node=node, result=result, what=what):
                return _size(self.type(Value(node, result)), what)
            case Named():
                inner = self._resolved(term.term)
                return inner if isinstance(inner, Literal | Opaque) else replace(term, term=inner)
            case Apply(operator="[]", terms=(values, index)):
                return _entry(self._resolved(values), self._resolved(index))
            case Apply(operator=sign, terms=terms):
                return apply(sign, *map(self._resolved, terms))
        return term

    def type(self, value: Value) -> TensorType:
        """The type of a value in terms of this body."""
        if value not in self.types:
            inner = self.bodies[self.graph.node(value.node).scope]
            while inner.parent is not self:
                assert inner.parent is not None
                inner = inner.parent
            self.types[value] = inner.outward_type(inner.type(value))
        return self.types[value]

    def outward_type(self, type_: TensorType) -> TensorType:
        """A type in terms of the body around this one."""
        shape = (traced(plain(size), self.outward(term_of(size))) for size in type_.shape)
        return TensorType(tuple(shape), type_.samples)

    def outward(self, term: Expression) -> Expression:
        """An expression of this body in terms of the one around it."""
        match term:
            case Parameter(name=name):
                return self._argument(self.scope.arguments[name])
            case Entering(name=name, what=what):
                assert self.parent is not None
                return _size(self.parent.type(self.scope.inputs[name]), what)
            case Counter(number=number):
                return Literal(number)
            case Named(term=inner):
                return self.outward(inner)
            case Opaque(reads=reads):
                read = (leaf for inner in reads for leaf in leaves(self.outward(inner)))
                return replace(term, reads=frozenset(read))
            case Apply(operator=sign, terms=terms):
                return apply(sign, *map(self.outward, terms))
        return term

    def called(self, leaf: Expression) -> Expression:
        """What the body around this one writes for a leaf of this, its own defaults worked out."""
        assert self.parent is not None
        if leaf not in self._called:
            self._called[leaf] = self.parent.expanded(self.outward(leaf))
        return self._called[leaf]

    def _argument(self, given: Origin) -> Expression:
        assert self.parent is not None
        if given.scope == self.scope.index:  # a default, which the block itself says
            return self.outward(self.term(given))
        return self.parent.term(given)

    def default(self, name: str) -> Expression | None:
        """The expression of a parameter that is not given, but follows from others."""
        given = self.scope.arguments[name]
        return self.term(given) if given.scope == self.scope.index else None

    def expanded(self, term: Expression) -> Expression:
        """An expression in which parameters that are not given are worked out."""
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
        """Run the rules of an operation on the types that this body knows."""
        if isinstance(node.operation, Input):
            (type_,) = node.results
            places = map(traced, type_.shape[1:], _places(node.name, type_))
            shape = (type_.shape[0], *places) if type_.rank > 2 else type_.shape
            self.types[Value(node.index)] = TensorType(shape, type_.samples)
            return
        operation = node.operation
        operands = tuple([self.type(value) for value in self.graph.operands(node)])
        terms = tuple([(n, self.term(o)) for n, o in node.written.items() if _is(operation, n, o)])
        if len(node.results) > 1:  # how many there are is no number that a class could be given
            self.decided += [term for _, term in terms]
        # Numbers are equal however they came about: it takes their terms to tell them apart.
        sizes = tuple([term_of(size) for operand in operands for size in operand.shape])
        asked = (operation, terms, operands, sizes)
        if asked not in self.known:
            known = _traced(operation, terms)
            results = tuple(_results(known, operands, node.results))
            self.known[asked] = results, self.target.form(known, operands, results)
        results, self.forms[node.index] = self.known[asked]
        self.types |= {Value(node.index, i): result for i, result in enumerate(results)}


def _is(operation: Operation, name: str, origin: Origin) -> bool:
    """Whether a parameter has the very value that was written, and not one made of it."""
    value = getattr(operation, name)
    return value is origin.value or bool(value == origin.value)


def _traced(operation: Operation, terms: Iterable[tuple[str, Expression]]) -> Operation:
    """The operation with parameters that know how they were written."""
    changed: dict[str, object] = {}
    kinds = {f.name: type(kind_of(f)) for f in fields(operation)}
    for name, term in terms:
        is_real = kinds[name] in _REALS and not isinstance(term, Literal | Opaque)
        value = getattr(operation, name)
        changed[name] = traced(value, apply(REAL, term) if is_real else term)
    return replace(operation, **changed) if changed else operation


def _results(operation: Operation, operands: Types, own: Types) -> Iterator[TensorType]:
    for result, known in zip(operation.infer(*operands), own, strict=True):
        yield TensorType(_clearest(result.shape, operands), known.samples)


def _clearest(shape: tuple[int, ...], operands: Types) -> tuple[int, ...]:
    """A shape in which sizes that operands share are those that the block itself says.

    A branch that ends in `channels` is added to what enters: so many channels has the sum, and
    what enters has as many only where it is not projected.
    """
    alike = [operand.shape for operand in operands if operand.shape == shape]
    if len(alike) < 2:
        return shape
    return tuple(
        next((s for s in sizes if not _enters(s)), sizes[0]) for sizes in zip(*alike, strict=True)
    )


def _enters(size: int) -> bool:
    return any(isinstance(leaf, Entering) for leaf in leaves(term_of(size)))


def bodies(graph: Graph, target: Target) -> Mapping[int, Body]:
    """For each scope of a graph the body that it stands in, or is, all operations traced."""
    found: dict[int, Body] = {}
    known: Traces = {}
    for scope in graph.scopes:
        around = found.get(scope.parent) if scope.parent is not None else None
        if scope.kind in ("block", "network"):
            found[scope.index] = Body(graph, scope, around, found, target, known)
        else:
            assert around is not None
            found[scope.index] = around
    for node in graph:
        found[node.scope].trace(node)
    return found


def _places(name: str, type_: TensorType) -> Iterator[Expression]:
    """The sizes after the channels, which are those of this network's clips alone."""
    return (Entering(name, str(place)) for place in range(1, type_.rank))


def _entering(name: str, type_: TensorType) -> TensorType:
    """The type of what enters a block, each size by what it is called there."""
    shape = [traced(size, Entering(name, str(place))) for place, size in enumerate(type_.shape)]
    shape[0] = traced(type_.shape[0], Entering(name, CHANNELS))
    shape[-1] = traced(type_.shape[-1], Entering(name, FEATURES))
    return TensorType(tuple(shape), type_.samples)


def _size(type_: TensorType, what: str) -> Expression:
    """What a body knows of a tensor's size; what only its positions tell is opaque."""
    if what == "rank":
        return Literal(type_.rank)
    if what == CHANNELS:
        return term_of(type_.shape[0])
    if what == FEATURES:
        return term_of(type_.shape[-1])
    if what == "shape":
        return Apply("tuple", tuple(map(term_of, type_.shape)))
    if what == "positions":
        return term_of(type_.positions)
    if what == "elements":
        return term_of(type_.elements)
    if what.isdigit():
        return term_of(type_.shape[int(what)])
    # An axis by its name is a size of positions, which no constructor is told.
    place = AXES[type_.rank].index(what)
    return _unsaid(term_of(type_.shape[place]), place)


def _unsaid(term: Expression, place: int) -> Expression:
    return Entering(term.name, str(place)) if isinstance(term, Entering) else term


def _entry(values: Expression, index: Expression) -> Expression:
    """An entry of a tuple; of the sizes of a tensor, one that may be known where others are not."""
    known = fold(pythonic(index), {})
    place = known.value if isinstance(known, Literal) else None
    if isinstance(values, Apply) and values.operator == "tuple" and isinstance(place, int):
        return values.terms[place]
    return apply("[]", values, index)
