"""The difference of two networks: whether they are equal up to names, and what changed where.

Equality is decided on the whole graphs, by `ir.likeness`, and is exact. The pieces only explain a
difference to a reader: how they are aligned is a matter of similarity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from archdsl.build.values import show
from archdsl.compare.alignment import PERFECT, align
from archdsl.compare.pieces import InnerPart, Origin, Piece, Pieces, divide, parameters
from archdsl.ir.graph import Graph, Initialisation, Value
from archdsl.ir.likeness import is_same_network, used_initialisations
from archdsl.network import Network
from archdsl.ops.base import Operation

ALIKE, RESIZED, CHANGED, ADDED, REMOVED = "alike", "resized", "changed", "added", "removed"
"""What happened to a piece. A resized one is equal except for the shapes that it computes on."""


@dataclass(frozen=True)
class Change:
    """`what` is `a` in one network and `b` in the other; None where it is absent.

    The same change occurs `times` times.
    """

    what: str
    a: str | None = None
    b: str | None = None
    times: int = 1

    def __str__(self) -> str:
        times = f" (x {self.times:,})" if self.times > 1 else ""
        match self.a, self.b:
            case None, None:
                return self.what + times
            case None, b:
                return f"+ {self.what} {b}".rstrip() + times
            case a, None:
                return f"- {self.what} {a}".rstrip() + times
        return f"{self.what} {self.a} -> {self.b}{times}"


@dataclass(frozen=True)
class Pair:
    """A piece of each network with the changes in it, or a piece that only one network has."""

    a: Piece | None
    b: Piece | None
    changes: tuple[Change, ...] = ()

    @property
    def status(self) -> str:
        if self.a is None or self.b is None:
            return ADDED if self.a is None else REMOVED
        if self.changes:
            return CHANGED
        return ALIKE if self.a.form == self.b.form else RESIZED


@dataclass(frozen=True)
class Difference:
    """What differs from network `a` to network `b`, by rows or another level of parts.

    `is_equal` means equal up to names. `pairs` has the pieces of both in order, and `outside` the
    changes that are in no piece: inputs, initialisations and outputs.
    """

    a: Network = field(repr=False)
    b: Network = field(repr=False)
    by: str
    is_equal: bool
    pairs: tuple[Pair, ...]
    outside: tuple[Change, ...]

    @property
    def has_equal_pieces(self) -> bool:
        """Whether piece for piece is equal. Equal networks may be divided differently."""
        return all(pair.status == ALIKE for pair in self.pairs)

    def count(self, status: str) -> int:
        return sum(pair.status == status for pair in self.pairs)


def difference(a: Network, b: Network, by: str = "row") -> Difference:
    """What differs from one network to another, by one of the levels of `costs.breakdown`."""
    alignment = _Alignment(divide(a, by), divide(b, by))
    is_equal, outside = is_same_network(a.graph, b.graph), tuple(alignment.outside())
    return Difference(a, b, by, is_equal, tuple(alignment.pairs()), outside)


def _likeness(a: Piece, b: Piece) -> int:
    """How similar two pieces are.

    In this order: equal, of one kind with equal operations, of one kind, of one name only. Equal
    cells and names decide between pieces of one rank. Partial likenesses stay below PERFECT.
    """
    is_named_alike = a.part.name == b.part.name
    if a.form == b.form:
        return PERFECT + is_named_alike
    if a.part.kind != b.part.kind:
        return 4 * is_named_alike  # a row whose block was replaced
    equal_cells = sum(b.cells.get(name) == value for name, value in a.cells.items())
    return 8 + 7 * (a.operations == b.operations) + 3 * is_named_alike + min(equal_cells, 4)


class _Alignment:
    """Two networks in pieces, and which piece of one is the partner of which of the other."""

    def __init__(self, a: Pieces, b: Pieces) -> None:
        self.a, self.b = a, b
        # Very long lists are divided at equal names, as these are usually the rows' own.
        aligned = align(a.pieces, b.pieces, _likeness, lambda piece: piece.part.name)
        self.aligned = tuple(aligned)
        self.partners = {x.place: y.place for x, y in self.aligned if x and y}

    def pairs(self) -> Iterator[Pair]:
        for a, b in self.aligned:
            if a is None or b is None:
                yield Pair(a, b)
            else:
                yield Pair(a, b, (*_changes(a, b), *self._reads(a, b)))

    def _reads(self, a: Piece, b: Piece) -> Iterator[Change]:
        """The change of a piece that reads its operands from other pieces than its partner does."""
        ours, theirs = a.located.inputs, b.located.inputs
        if len(ours) == len(theirs) and all(
            self._is_chained(a, one, b, other) or self._is_same(one, other)
            for one, other in zip(ours, theirs, strict=True)
        ):
            return
        yield Change("reads", _origin_names(self.a, ours), _origin_names(self.b, theirs))

    def _is_chained(self, a: Piece, one: Value, b: Piece, other: Value) -> bool:
        """Whether each value comes from the piece before, whatever that is.

        So an inserted or removed piece is no change of the piece after it.
        """
        ours, theirs = self.a.origin(one), self.b.origin(other)
        befores = (_before(a), _before(b))
        return (ours[0], theirs[0]) == befores and ours[1] == theirs[1]

    def _is_same(self, one: Value, other: Value) -> bool:
        place, which = self.a.origin(one)
        theirs: Origin = self.b.origin(other)
        # -1 is no place: a piece without a partner is the same as nothing in the other network.
        return (place if place is None else self.partners.get(place, -1), which) == theirs

    def outside(self) -> Iterator[Change]:
        """The changes that are in no piece."""
        a, b = self.a.network, self.b.network
        yield from _cell_changes(_inputs(a), _inputs(b), "input ")
        yield from _cell_changes(_initialisations(a.graph), _initialisations(b.graph), "init ")
        if not self._returns_the_same():
            results, others = a.graph.outputs, b.graph.outputs
            yield Change("returns", _origin_names(self.a, results), _origin_names(self.b, others))

    def _returns_the_same(self) -> bool:
        """Whether both return the last piece's result, or the results of partners."""
        ours, theirs = self.a.network.graph.outputs, self.b.network.graph.outputs
        if len(ours) != len(theirs):
            return False
        is_last = all(_is_last(self.a, value) for value in ours)
        if is_last and all(_is_last(self.b, value) for value in theirs):
            return True
        return all(map(self._is_same, ours, theirs))


def _before(piece: Piece) -> int | None:
    return piece.place - 1 if piece.place else None


def _is_last(pieces: Pieces, value: Value) -> bool:
    return pieces.origin(value) == (len(pieces.pieces) - 1, 0)


def _origin_names(pieces: Pieces, values: tuple[Value, ...]) -> str:
    return ", ".join(map(pieces.origin_name, values)) or "nothing"


def _inputs(network: Network) -> dict[str, str]:
    """The types of inputs by place, since names do not count."""
    inputs = enumerate(network.graph.inputs.values(), start=1)
    return {str(place): str(network.graph.type(value)) for place, value in inputs}


def _initialisations(graph: Graph) -> dict[str, str]:
    return {operation: _show(rule) for operation, rule in used_initialisations(graph).items()}


def _show(rule: Initialisation) -> str:
    options = ", ".join(f"{name} = {show(value)}" for name, value in rule.options.items())
    return f"{rule.scheme}({options})" if options else rule.scheme


# The changes in a piece


def _changes(a: Piece, b: Piece) -> tuple[Change, ...]:
    """The changes in the text of a piece; if there are none, those of the operations inside."""
    if a.form == b.form:
        return ()
    return tuple(_written_changes(a, b)) or tuple(_inner_changes(a, b))


def _written_changes(a: Piece, b: Piece) -> Iterator[Change]:
    """The cells or parameters that differ; for two blocks, only of those that both have."""
    if a.part.kind == b.part.kind:
        yield from _cell_changes(a.cells, b.cells)
        return
    yield Change("block", a.part.kind, b.part.kind)
    # A parameter that the other block does not have is no change of its value.
    both = a.cells.keys() & b.cells.keys()
    ours, theirs = ({k: v for k, v in x.cells.items() if k in both} for x in (a, b))
    yield from _cell_changes(ours, theirs)


def _cell_changes(a: Mapping[str, str], b: Mapping[str, str], of: str = "") -> Iterator[Change]:
    for name in {**a, **b}:
        if a.get(name) != b.get(name):
            yield Change(f"{of}{name}", a.get(name), b.get(name))


def _inner_changes(a: Piece, b: Piece) -> Iterator[Change]:
    """Blocks that only one piece has, and operations that differ, each change with its count."""
    pairs = align(a.inside, b.inside, _inner_likeness, lambda inner: inner.kind)
    found = Counter(change for one, other in pairs for change in _inner_change(one, other))
    for change, times in found.items():
        yield replace(change, times=times)
    # Forms that differ in shapes alone are no change: another size came in.
    if not found and (a.operations != b.operations or _connections(a) != _connections(b)):
        yield Change("connected differently")


def _inner_likeness(a: InnerPart, b: InnerPart) -> int:
    if a.form == b.form:
        return PERFECT
    return PERFECT // 3 * (1 + (a.operations == b.operations)) if a.kind == b.kind else 0


def _inner_change(a: InnerPart | None, b: InnerPart | None) -> Iterator[Change]:
    if a is None or b is None:
        yield from _one_sided(a.kind if a else None, b.kind if b else None)
        return
    if a.operations != b.operations:
        pairs = align(
            a.operations, b.operations, _operation_likeness, lambda operation: operation.name
        )
        yield from (change for one, other in pairs for change in _operation_change(one, other))


def _connections(piece: Piece) -> object:
    return [step.reads for step in piece.form.steps], piece.form.outputs


def _operation_likeness(a: Operation, b: Operation) -> int:
    if a.name != b.name:
        return 0
    return PERFECT if a == b else PERFECT // 3


def _operation_change(a: Operation | None, b: Operation | None) -> Iterator[Change]:
    if a is None or b is None:
        yield from _one_sided(a.name if a else None, b.name if b else None)
        return
    yield from _cell_changes(dict(parameters(a)), dict(parameters(b)), f"{a.name} ")


def _one_sided(a: str | None, b: str | None) -> Iterator[Change]:
    """The change of something that only one piece has, by its name."""
    if b is not None:
        yield Change(b, b="")
    elif a is not None:
        yield Change(a, a="")
