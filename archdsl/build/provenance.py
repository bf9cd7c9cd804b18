"""Where values come from: the expression behind each, in terms of the body's parameters.

Names are rebound while a body is evaluated. So an expression is kept with a snapshot of the
bindings it saw, and translated to an `ir.written.Expression` only when emission asks for it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from archdsl.ir.graph import Value as GraphValue
from archdsl.ir.written import (
    OPAQUE,
    Apply,
    Counter,
    Decided,
    Expression,
    Literal,
    Named,
    Origin,
    Parameter,
    Size,
    apply,
)
from archdsl.program.program import names_in
from archdsl.syntax import tree

RUNNING = "in"
"""The name of the running value."""


@dataclass(frozen=True, eq=False)
class Local:
    """A value that the body computes, rather than one that is passed to it.

    `written` is its expression, of whose value `indices` select an entry. Loops make far more of
    these than emission asks for, so the translation waits until it does.
    """

    written: tree.Expression
    snapshot: Snapshot
    indices: tuple[int, ...] = ()

    def entry(self, index: int) -> Local:
        return Local(self.written, self.snapshot, (*self.indices, index))

    @property
    def expression(self) -> Expression:
        """What was written, in terms of the body around it."""
        # Each iteration of a loop may build on the one before, a thousand deep, so a recursive
        # translation would overflow Python's stack. With a stack of our own, operands come first.
        stack = [self]
        while stack:
            pending = stack[-1]._pending()
            stack += pending
            if not pending:
                _ = stack.pop()._expression
        return self._expression

    @cached_property
    def _expression(self) -> Expression:
        return _entry(self.written, self.indices, self.snapshot)

    def _pending(self) -> list[Local]:
        """The values that this one is computed from and that are not translated yet."""
        # `cached_property` keeps its value in `__dict__` under the name of the property.
        if "_expression" in self.__dict__:
            return []
        bindings = map(self.snapshot.binding, names_in(self.written))
        return [b for b in bindings if isinstance(b, Local) and "_expression" not in b.__dict__]


Binding: TypeAlias = Origin | Local | Counter | Literal | Apply | tuple[GraphValue, ...]


class NameHistory:
    """Every binding that the names of one body have had, with the time from which it holds.

    `scope` is that of the body, and `parameters` are its own. The history of a table's row begins
    with a snapshot of the body around it.
    """

    def __init__(
        self, scope: int, parameters: frozenset[str], outer: Snapshot | None = None
    ) -> None:
        self.scope = scope
        self.parameters = parameters
        self._outer = outer
        self._time = 0
        self._bindings: dict[str, list[tuple[int, Binding]]] = {}

    @property
    def snapshot(self) -> Snapshot:
        return Snapshot(self, self._time)

    def bind(self, name: str, binding: Binding) -> None:
        """Bind a name anew; earlier snapshots keep the binding they saw."""
        self._time += 1
        self._bindings.setdefault(name, []).append((self._time, binding))

    def nested(self, shown: Iterable[str]) -> NameHistory:
        """The history of a table's row, whose cells `shown` hide parameters of the same name."""
        return NameHistory(self.scope, self.parameters - set(shown), self.snapshot)

    def binding_at(self, name: str, time: int) -> Binding | None:
        """The binding of a name at a time; None for names of the file or the language."""
        bindings = self._bindings.get(name, [])
        index = bisect_right(bindings, time, key=itemgetter(0))
        if index:
            return bindings[index - 1][1]
        return self._outer.binding(name) if self._outer else None


class Snapshot(NamedTuple):
    """The bindings of a body's names at one time: a reference, not a copy."""

    history: NameHistory
    time: int

    def binding(self, name: str) -> Binding | None:
        return self.history.binding_at(name, self.time)


def expression(node: tree.Expression, snapshot: Snapshot) -> Expression:
    """An expression of the text, translated with the bindings that it saw."""
    match node:
        case tree.Decided(value=value, decision=name):
            return Decided(name, value)
        case tree.Number(value=value) | tree.Constant(value=value):
            return Literal(value)
        case tree.Name(name=name):
            return _name(name, snapshot)
        case tree.Attribute(value=tree.Name(name=name), name=what):
            return _size(name, what, snapshot)
        case tree.Tuple(items=items):
            return _applied("tuple", items, snapshot)
        case tree.Shape(dimensions=dimensions):
            sizes = [size for dimension in dimensions for size in _repeated(dimension)]
            return _applied("tuple", tuple(sizes), snapshot)
        case tree.Index(value=value, index=index):
            return _indexed(expression(value, snapshot), expression(index, snapshot))
        case tree.Unary(operator=sign, operand=operand):
            return _applied(sign, (operand,), snapshot)
        case tree.Binary(operator=sign, left=left, right=right):
            return _applied(sign, (left, right), snapshot)
        case tree.Conditional(then=then, test=test, other=other):
            return _applied("if", (then, test, other), snapshot)
        case tree.Call(function=tree.Name(name="len"), arguments=(argument,)) if (
            several := _tensors(argument.value, snapshot)
        ):
            # The number of tensors that a block takes is part of its structure, not a parameter.
            return Literal(len(several))
        case tree.Call(function=tree.Name(name=name), arguments=arguments):
            # Emission knows the functions of the language, and hands over the value of any other
            # call, such as one of a block.
            return _applied(name, tuple(argument.value for argument in arguments), snapshot)
    return OPAQUE


def _entry(values: tree.Expression, indices: tuple[int, ...], snapshot: Snapshot) -> Expression:
    """The entry of a tuple at an index, an entry of that at the next; of `range(n)`, the index."""
    if not indices:
        return expression(values, snapshot)
    match values:
        case tree.Tuple(items=items):
            return _entry(items[indices[0]], indices[1:], snapshot)
        case tree.Call(function=tree.Name(name="range"), arguments=(_,)):
            return Literal(indices[0])
    whole = expression(values, snapshot)
    for index in indices:
        if isinstance(whole, Apply) and whole.operator == "tuple":
            whole = whole.terms[index]
        else:
            whole = apply("[]", whole, Literal(index))
    return whole


_SHORT = 16
"""The most parts of a tuple that is written out to take an entry of it."""


def _indexed(values: Expression, index: Expression) -> Expression:
    """An entry of a tuple; by itself, if the tuple would be longer than anyone reads."""
    match values.term if isinstance(values, Named) else values, index:
        case Apply(operator="tuple", terms=terms), Literal(value=int(place)):
            return terms[place] if values.size > _SHORT else apply("[]", values, index)
    return apply("[]", values, index)


def _applied(operator: str, nodes: tuple[tree.Expression, ...], snapshot: Snapshot) -> Expression:
    return apply(operator, *[expression(node, snapshot) for node in nodes])


def _repeated(dimension: tree.Expression) -> list[tree.Expression]:
    if isinstance(dimension, tree.Repeat) and isinstance(dimension.times.value, int):
        return [dimension.value] * dimension.times.value
    return [dimension]


def _name(name: str, snapshot: Snapshot) -> Expression:
    binding = snapshot.binding(name)
    if binding is None:
        return Literal(name)  # a word, or a block or an operation by its name
    if isinstance(binding, Counter | Literal | Apply):
        return binding
    if isinstance(binding, tuple):
        return OPAQUE
    if isinstance(binding, Local):
        return Named(name, binding.expression)
    if name in snapshot.history.parameters:
        return Parameter(name)
    return binding.expression


def _tensors(node: tree.Expression, snapshot: Snapshot) -> tuple[GraphValue, ...]:
    """The tensors that a name is bound to; none for any other expression."""
    binding = snapshot.binding(node.name) if isinstance(node, tree.Name) else ()
    return binding if isinstance(binding, tuple) else ()


def _size(name: str, what: str, snapshot: Snapshot) -> Expression:
    """`x.channels`, where `x` is a single tensor."""
    binding = snapshot.binding(name)
    if not isinstance(binding, tuple) or len(binding) != 1:
        return OPAQUE
    return Size(*binding[0], what)
