"""The expressions that values were written as, in terms that a block's constructor can know.

A graph holds values, but an emitted class says how they follow from its arguments. So operations
and blocks keep the expressions of their parameters, in terms of the body around them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, TypeAlias

from archdsl.source import Span

Expression: TypeAlias = (
    "Literal | Decided | Parameter | Size | Entering | Measured | Counter | Named | Apply | Opaque"
)


class _Leaf:
    """Base of expressions without parts. `size` counts the parts, with the expression itself."""

    __slots__ = ()
    size: ClassVar[int] = 1
    is_opaque: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Literal(_Leaf):
    """A value as it is in the text. A block or an operation is `True`: it is there."""

    value: object


@dataclass(frozen=True, slots=True)
class Decided(_Leaf):
    """A number that a choice came out as: a literal of one member, a variable of all."""

    decision: str
    value: object


@dataclass(frozen=True, slots=True)
class Parameter(_Leaf):
    """A parameter of the body."""

    name: str


@dataclass(frozen=True, slots=True)
class Size(_Leaf):
    """An attribute of a tensor of the body: `channels`, `positions`, `shape`.

    The tensor is a result of a node.
    """

    node: int
    result: int
    what: str


@dataclass(frozen=True, slots=True)
class Entering(_Leaf):
    """A size of a tensor that enters the body under a name.

    A constructor can have arguments for its `channels` and its `features`, the first and the last
    axis. For other axes `what` is the index, and no constructor knows them.
    """

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Measured(_Leaf):
    """A size of a tensor that the body computes, which only `forward` knows.

    The tensor is a result of the call at a place of the text, so instances of a block agree on it.
    """

    place: tuple[tuple[int, ...], ...]
    result: int
    axis: int


@dataclass(frozen=True, slots=True)
class Counter(_Leaf):
    """The number of a block in its stage, which the bindings of a table read as `i`."""

    number: int


@dataclass(frozen=True, slots=True)
class Named:
    """An expression that the body assigns to a name."""

    name: str
    term: Expression

    @property
    def size(self) -> int:
        return self.term.size

    @property
    def is_opaque(self) -> bool:
        return self.term.is_opaque


@dataclass(frozen=True, init=False)
class Apply:
    """An operator or a function applied; `if`, `[]` and `tuple` are operators too.

    Expressions share their parts, and may be large as trees. Size, opacity and hash are computed
    once, from those of the parts: a fresh walk for each would be exponential.
    """

    operator: str
    terms: tuple[Expression, ...]

    size: int = field(init=False, repr=False, compare=False)
    is_opaque: bool = field(init=False, repr=False, compare=False)
    _hash: int = field(init=False, repr=False, compare=False)

    def __init__(self, operator: str, terms: tuple[Expression, ...]) -> None:
        own, size, is_opaque = vars(self), 1, False
        for term in terms:
            size += term.size
            is_opaque = is_opaque or term.is_opaque
        # The class is frozen, and `object.__setattr__` is slower.
        own["operator"], own["terms"] = operator, terms
        own["size"], own["is_opaque"] = size, is_opaque
        own["_hash"] = hash((operator, terms))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class Opaque(_Leaf):
    """An expression that no constructor can compute: its value becomes an argument.

    `reads` are the terms behind it. Values written at one place of the text share a `mark`, so one
    argument serves all of them.
    """

    is_opaque: ClassVar[bool] = True

    reads: frozenset[Expression] = frozenset()
    mark: tuple[str, int] | None = None


OPAQUE = Opaque()

LONGEST = 64
"""The most parts that an emitted expression has; the value of a larger one becomes an argument."""


class Origin(Protocol):
    """A value together with the expression that it was written as."""

    @property
    def value(self) -> object: ...

    @property
    def span(self) -> Span: ...

    @property
    def scope(self) -> int:
        """The scope of the body in which it was written; -1 outside of networks."""
        ...

    @property
    def expression(self) -> Expression: ...


def leaves(expression: Expression) -> Iterator[Expression]:
    """The parts of an expression without parts of their own; of an opaque one, what it reads."""
    if isinstance(expression, Apply):
        for term in expression.terms:
            yield from leaves(term)
    elif isinstance(expression, Named):
        yield from leaves(expression.term)
    elif isinstance(expression, Opaque):
        yield from expression.reads
    else:
        yield expression


def without_names(expression: Expression) -> Expression:
    """An expression with what each name stands for in its place."""
    if isinstance(expression, Named):
        return without_names(expression.term)
    if isinstance(expression, Apply):
        return apply(expression.operator, *map(without_names, expression.terms))
    return expression


def apply(operator: str, *terms: Expression) -> Expression:
    """An operator applied. It is opaque if a term is, or if it is too long to read."""
    whole = Apply(operator, terms)
    if whole.is_opaque or whole.size > LONGEST:
        read = (leaf for leaf in leaves(whole) if not isinstance(leaf, Literal))
        return Opaque(frozenset(read))
    return whole
