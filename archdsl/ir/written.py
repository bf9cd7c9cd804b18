"""What a value was written as: an expression over what the constructor of a block can know.

The graph holds values. Emitted code says how they came about, so operations and blocks keep
the expressions that their parameters were written as, in terms of the body around them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from archdsl.source import Span

Expression: TypeAlias = "Literal | Parameter | Size | Entering | Counter | Named | Apply | Opaque"


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that the text says as it is; a block or an operation counts as true."""

    value: object


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the body."""

    name: str


@dataclass(frozen=True, slots=True)
class Size:
    """What a tensor of the body knows of its shape: `channels`, `positions`, `shape`.

    The tensor is a result of a node of the graph.
    """

    node: int
    result: int
    what: str


@dataclass(frozen=True, slots=True)
class Entering:
    """A size of a tensor that enters the body under a name.

    A constructor can be told the `channels` and the `features`, which are the first and the last
    axis. Of the others, `what` is the place, and no constructor knows them.
    """

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Counter:
    """The number of a block in its stage, which a table calls `i`."""

    number: int


@dataclass(frozen=True, slots=True)
class Named:
    """An expression that the body gives a name."""

    name: str
    term: Expression


@dataclass(frozen=True)
class Apply:
    """An operator or a function of the language; `if`, `[]` and `tuple` are operators here."""

    operator: str
    terms: tuple[Expression, ...]

    # Asked of each expression that is made of this one, so worked out once.

    size: int = field(init=False, repr=False, compare=False)
    is_opaque: bool = field(init=False, repr=False, compare=False)
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        vars(self)["size"] = 1 + sum(map(size, self.terms))
        vars(self)["is_opaque"] = any(map(is_opaque, self.terms))
        vars(self)["_hash"] = hash((self.operator, self.terms))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class Opaque:
    """What no constructor can compute: the value has to be handed over.

    `reads` made it. What is written in one place, which is its `mark`, is one thing.
    """

    reads: frozenset[Expression] = frozenset()
    mark: tuple[str, int] | None = None


OPAQUE = Opaque()

LONGEST = 64
"""Parts of an expression that a reader may be shown; one of more is handed over as a value."""


class Origin(Protocol):
    """A value with how it was written."""

    @property
    def value(self) -> object: ...

    @property
    def span(self) -> Span: ...

    @property
    def scope(self) -> int:
        """The scope in whose terms it was written."""
        ...

    @property
    def expression(self) -> Expression: ...


def size(expression: Expression) -> int:
    """The parts that an expression has, itself included."""
    if isinstance(expression, Apply):
        return expression.size
    return size(expression.term) if isinstance(expression, Named) else 1


def leaves(expression: Expression) -> Iterator[Expression]:
    """The parts of an expression that are made of no others; of what is opaque, what it read."""
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
    """An operator applied; what is made of something opaque is opaque."""
    made = Apply(operator, terms)
    if is_opaque(made) or size(made) > LONGEST:
        read = (leaf for leaf in leaves(made) if not isinstance(leaf, Literal))
        return Opaque(frozenset(read))
    return made
