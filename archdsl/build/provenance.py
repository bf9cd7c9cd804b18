"""How values came about: what names stood for when something was written, as expressions.

Evaluation goes on while names change their meaning. What was written earlier keeps the moment
at which it was written, so that its expression can be made later, if anybody asks.
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


@dataclass(frozen=True, eq=False)
class Local:
    """A value that the body itself works out, rather than one that is passed to it.

    It is what was written at a moment, or the entry at some `places` of that. Loops make more
    of these than anybody asks for, so the expression is made when one does.
    """

    written: tree.Expression
    snapshot: Snapshot
    indices: tuple[int, ...] = ()

    def entry(self, place: int) -> Local:
        return Local(self.written, self.snapshot, (*self.indices, place))

    @property
    def expression(self) -> Expression:
        """What was written, in terms of its body.

        A loop may lead from one to the next a thousand times: the first is made first.
        """
        waiting = [self]
        while waiting:
            unmade = waiting[-1]._pending()
            waiting += unmade
            if not unmade:
                _ = waiting.pop()._expression
        return self._expression

    @cached_property
    def _expression(self) -> Expression:
        return _entry(self.written, self.indices, self.snapshot)

    def _pending(self) -> list[Local]:
        """Those that this one is made of and that nobody asked for yet."""
        if "_made" in self.__dict__:
            return []
        meanings = map(self.snapshot.binding, names_in(self.written))
        return [m for m in meanings if isinstance(m, Local) and "_made" not in m.__dict__]


Binding: TypeAlias = Origin | Local | Counter | tuple[GraphValue, ...]


class NameHistory:
    """What the names of one body have stood for, each meaning with the time from which it holds.

    `scope` is that of the body. A row of a table sees what the body around it saw when it began.
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

    def bind(self, name: str, meaning: Binding) -> None:
        """From now on a name means something else."""
        self._time += 1
        self._bindings.setdefault(name, []).append((self._time, meaning))

    def nested(self, shown: Iterable[str]) -> NameHistory:
        """The names of a row of a table, whose cells show before the parameters of the body."""
        return NameHistory(self.scope, self.parameters - set(shown), self.snapshot)

    def binding_at(self, name: str, time: int) -> Binding | None:
        """What a name meant at a time; None for one of the file or the language."""
        known = self._bindings.get(name, [])
        place = bisect_right(known, time, key=itemgetter(0))
        if place:
            return known[place - 1][1]
        return self._outer.binding(name) if self._outer else None


class Snapshot(NamedTuple):
    """The names of a body as they were at a time."""

    history: NameHistory
    time: int

    def binding(self, name: str) -> Binding | None:
        return self.history.binding_at(name, self.time)


def expression(node: tree.Expression, moment: Snapshot) -> Expression:
    """What was written at a moment, in terms of its body."""
    match node:
        case tree.Number(value=value) | tree.Constant(value=value):
            return Literal(value)
        case tree.Name(name=name):
            return _name(name, moment)
        case tree.Attribute(value=tree.Name(name=name), name=what):
            return _size(name, what, moment)
        case tree.Tuple(items=items):
            return _applied("tuple", items, moment)
        case tree.Shape(dimensions=dimensions):
            sizes = [size for dimension in dimensions for size in _repeated(dimension)]
            return _applied("tuple", tuple(sizes), moment)
        case tree.Index(value=value, index=index):
            return _applied("[]", (value, index), moment)
        case tree.Unary(operator=sign, operand=operand):
            return _applied(sign, (operand,), moment)
        case tree.Binary(operator=sign, left=left, right=right):
            return _applied(sign, (left, right), moment)
        case tree.Conditional(then=then, test=test, other=other):
            return _applied("if", (then, test, other), moment)
        case tree.Call(function=tree.Name(name="len"), arguments=(argument,)) if (
            several := _tensors(argument.value, moment)
        ):
            return Literal(len(several))
        case tree.Call(function=tree.Name(name=name), arguments=arguments):
            # Whoever reads this knows the functions of the language, and gives up on the rest.
            return _applied(name, tuple(argument.value for argument in arguments), moment)
    return OPAQUE


def _entry(values: tree.Expression, places: tuple[int, ...], moment: Snapshot) -> Expression:
    """The entry of a tuple at a place, and so on; that of `range(n)` is the place itself."""
    if not places:
        return expression(values, moment)
    match values:
        case tree.Tuple(items=items):
            return _entry(items[places[0]], places[1:], moment)
        case tree.Call(function=tree.Name(name="range"), arguments=(_,)):
            return Literal(places[0])
    made = expression(values, moment)
    for place in places:
        if isinstance(made, Apply) and made.operator == "tuple":
            made = made.terms[place]
        else:
            made = apply("[]", made, Literal(place))
    return made


def _applied(operator: str, nodes: tuple[tree.Expression, ...], moment: Snapshot) -> Expression:
    return apply(operator, *[expression(node, moment) for node in nodes])


def _repeated(dimension: tree.Expression) -> list[tree.Expression]:
    if isinstance(dimension, tree.Repeat) and isinstance(dimension.times.value, int):
        return [dimension.value] * dimension.times.value
    return [dimension]


def _name(name: str, moment: Snapshot) -> Expression:
    meaning = moment.binding(name)
    if meaning is None:
        return Literal(name)  # a word, or a block or an operation by its name
    if isinstance(meaning, Counter):
        return meaning
    if isinstance(meaning, tuple):
        return OPAQUE
    if isinstance(meaning, Local):
        return Named(name, meaning.expression)
    if name in moment.history.parameters:
        return Parameter(name)
    return meaning.expression


def _tensors(node: tree.Expression, moment: Snapshot) -> tuple[GraphValue, ...]:
    """The tensors that a name stands for."""
    meaning = moment.binding(node.name) if isinstance(node, tree.Name) else ()
    return meaning if isinstance(meaning, tuple) else ()


def _size(name: str, what: str, moment: Snapshot) -> Expression:
    meaning = moment.binding(name)
    if not isinstance(meaning, tuple) or len(meaning) != 1:
        return OPAQUE
    return Size(*meaning[0], what)
