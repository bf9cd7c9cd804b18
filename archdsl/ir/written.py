"""The expressions that values were written as, in terms that a block's constructor can know.

A graph holds values, but an emitted class says how they follow from its arguments. So operations
and blocks keep the expressions of their parameters, in terms of the body around them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from archdsl.source import Span

Expression: TypeAlias = (
    "Literal | Parameter | Size | Entering | Measured | Counter | Named | Apply | Opaque"
)


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it is in the text. A block or an operation is `True`: it is there."""

    value: object


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the body."""

    name: str


@dataclass(frozen=True, slots=True)
class Size:
    """An attribute of a tensor of the body: `channels`, `positions`, `shape`.

    The tensor is a result of a node.
    """

    node: int
    result: int
    what: str


@dataclass(frozen=True, slots=True)
class Entering:
    """A size of a tensor that enters the body under a name.

    A constructor can have arguments for its `channels` and its `features`, the first and the last
    axis. For other axes `what` is the index, and no constructor knows them.
    """

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A size of a tensor that the body computes, which only `forward` knows.

    The tensor is a result of the call at a place of the text, so instances of a block agree on it.
    """

    place: tuple[tuple[int, ...], ...]
    result: int
    axis: int


@dataclass(frozen=True, slots=True)
class Counter:
    """The number of a block in its stage, which the bindings of a table read as `i`."""

    number: int


@dataclass(frozen=True, slots=True)
class Named:
    """An expression that the body assigns to a name."""

    name: str
    term: Expression


@dataclass(frozen=True)
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

    def __post_init__(self) -> None:
        # The class is frozen, and `object.__setattr__` is slower.
        vars(self)["size"] = 1 + sum(map(size, self.terms))
        vars(self)["is_opaque"] = any(map(is_opaque, self.terms))
        vars(self)["_hash"] = hash((self.operator, self.terms))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class Opaque:
    """An expression that no constructor can compute: its value becomes an argument.

    `reads` are the terms behind it. Values written at one place of the text share a `mark`, so one
    argument serves all of them.
    """

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


def size(expression: Expression) -> int:
    """The number of parts of an expression, itself included."""
    if isinstance(expression, Apply):
        return expression.size
    return size(expression.term) if isinstance(expression, Named) else 1


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


def is_opaque(expression: Expression) -> bool:
    """Whether some part of an expression is opaque."""
    if isinstance(expression, Apply):
        return expression.is_opaque
    if isinstance(expression, Named):
        return is_opaque(expression.term)
    return isinstance(expression, Opaque)


def apply(operator: str, *terms: Expression) -> Expression:
    """An operator applied. It is opaque if a term is, or if it is too long to read."""
    whole = Apply(operator, terms)
    if is_opaque(whole) or size(whole) > LONGEST:
        read = (leaf for leaf in leaves(whole) if not isinstance(leaf, Literal))
        return Opaque(frozenset(read))
    return whole
