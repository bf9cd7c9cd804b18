"""Two networks side by side: whether they are one, and if not, what is changed where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from archdsl.build.values import show
from archdsl.compare.alignment import PERFECT, align
from archdsl.compare.pieces import Inner, Origin, Piece, Pieces, pieces_of, written
from archdsl.ir.graph import Graph, Initialisation, Value
from archdsl.ir.likeness import is_same_network, used_initialisations
from archdsl.ops.base import Operation
from archdsl.spec import Network

ALIKE, RESIZED, CHANGED, ADDED, REMOVED = "alike", "resized", "changed", "added", "removed"
"""What became of a part; one that is resized does the same, on other shapes."""


@dataclass(frozen=True)
class Change:
    """`what` is `a` in the one and `b` in the other; None where it is not there at all.

    It is so `times` times.
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
    """A piece of each network, or one that only one of them has, and what is changed in it."""

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
    """What differs from network `a` to network `b`, `by` rows or other parts.

    `is_one` says that they are one network up to names, `pairs` has all parts of both in order,
    and `others` what is changed outside of any part.
    """

    a: Network = field(repr=False)
    b: Network = field(repr=False)
    by: str
    is_one: bool
    pairs: tuple[Pair, ...]
    others: tuple[Change, ...]

    @property
    def is_cut_alike(self) -> bool:
        """Part for part the same, not only as a whole."""
        return all(pair.status == ALIKE for pair in self.pairs)

    def count(self, status: str) -> int:
        return sum(pair.status == status for pair in self.pairs)


def difference(a: Network, b: Network, by: str = "row") -> Difference:
    """What differs from one network to another."""
    beside = _Beside(pieces_of(a, by), pieces_of(b, by))
    others = tuple(beside.others())
    return Difference(a, b, by, is_same_network(a.graph, b.graph), tuple(beside.pairs()), others)


def _likeness(a: Piece, b: Piece) -> int:
    """How well two pieces go together: the same, of one kind and name, of one of these."""
    is_named_alike = a.part.name == b.part.name
    if a.form == b.form:
        return PERFECT + is_named_alike
    if a.part.kind != b.part.kind:
        return 4 * is_named_alike
    kept = sum(b.cells.get(name) == value for name, value in a.cells.items())
    return 8 + 7 * (a.operations == b.operations) + 3 * is_named_alike + min(kept, 4)


class _Beside:
    """Two networks in pieces, and which piece of one stands beside which of the other."""

    def __init__(self, a: Pieces, b: Pieces) -> None:
        self.a, self.b = a, b
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
        """That a piece takes what it takes from elsewhere, not just from the one before it."""
        ours, theirs = a.traced.inputs, b.traced.inputs
        if len(ours) == len(theirs) and all(
            self._is_chained(a, one, b, other) or self._is_same(one, other)
            for one, other in zip(ours, theirs, strict=True)
        ):
            return
        yield Change("reads", _names(self.a, ours), _names(self.b, theirs))

    def _is_chained(self, a: Piece, one: Value, b: Piece, other: Value) -> bool:
        """Each comes from the piece before, whatever that is."""
        ours, theirs = self.a.origin(one), self.b.origin(other)
        befores = (_before(a), _before(b))
        return (ours[0], theirs[0]) == befores and ours[1] == theirs[1]

    def _is_same(self, one: Value, other: Value) -> bool:
        place, which = self.a.origin(one)
        theirs: Origin = self.b.origin(other)
        return (place if place is None else self.partners.get(place, -1), which) == theirs

    def others(self) -> Iterator[Change]:
        a, b = self.a.network, self.b.network
        yield from _cells(_inputs(a), _inputs(b), "input ")
        yield from _cells(_rules(a.graph), _rules(b.graph), "init ")
        results, others = a.graph.outputs, b.graph.outputs
        last = all(_is_last(self.a, v) for v in results) and all(
            _is_last(self.b, v) for v in others
        )
        if len(results) != len(others) or not (last or all(map(self._is_same, results, others))):
            yield Change("returns", _names(self.a, results), _names(self.b, others))


def _before(piece: Piece) -> int | None:
    return piece.place - 1 if piece.place else None


def _is_last(pieces: Pieces, value: Value) -> bool:
    return pieces.origin(value) == (len(pieces.pieces) - 1, 0)


def _names(pieces: Pieces, values: tuple[Value, ...]) -> str:
    return ", ".join(map(pieces.origin_name, values)) or "nothing"


def _inputs(network: Network) -> dict[str, str]:
    """Inputs by their place: what they are called is a name."""
    inputs = enumerate(network.graph.inputs.values(), start=1)
    return {str(place): str(network.graph.type(value)) for place, value in inputs}


def _rules(graph: Graph) -> dict[str, str]:
    return {operation: _rule(rule) for operation, rule in used_initialisations(graph).items()}


def _rule(rule: Initialisation) -> str:
    options = ", ".join(f"{name} = {show(value)}" for name, value in rule.options.items())
    return f"{rule.scheme}({options})" if options else rule.scheme


# What is changed in a piece


def _changes(a: Piece, b: Piece) -> tuple[Change, ...]:
    """What is changed in the text of a piece, else what is changed inside of it.

    Nothing where only shapes differ: what enters has another one.
    """
    if a.form == b.form:
        return ()
    said = tuple(_said(a, b))
    return said or tuple(_inside(a, b))


def _said(a: Piece, b: Piece) -> Iterator[Change]:
    """What a spec says otherwise; of another block, only what both have is compared."""
    if a.part.kind == b.part.kind:
        yield from _cells(a.cells, b.cells)
        return
    yield Change("block", a.part.kind, b.part.kind)
    both = a.cells.keys() & b.cells.keys()
    ours, theirs = ({k: v for k, v in x.cells.items() if k in both} for x in (a, b))
    yield from _cells(ours, theirs)


def _cells(a: Mapping[str, str], b: Mapping[str, str], of: str = "") -> Iterator[Change]:
    for name in {**a, **b}:
        if a.get(name) != b.get(name):
            yield Change(f"{of}{name}", a.get(name), b.get(name))


def _inside(a: Piece, b: Piece) -> Iterator[Change]:
    """Blocks that only one has, and operations that differ in others, with how often it is so."""
    pairs = align(a.inside, b.inside, _inner_likeness, lambda inner: inner.kind)
    found = Counter(change for one, other in pairs for change in _inner(one, other))
    for change, times in found.items():
        yield replace(change, times=times)
    if not found and (a.operations != b.operations or _wires(a) != _wires(b)):
        yield Change("wired otherwise")


def _inner_likeness(a: Inner, b: Inner) -> int:
    if a.form == b.form:
        return PERFECT
    return PERFECT // 3 * (1 + (a.operations == b.operations)) if a.kind == b.kind else 0


def _inner(a: Inner | None, b: Inner | None) -> Iterator[Change]:
    if a is None or b is None:
        yield from _one_sided(a.kind if a else None, b.kind if b else None)
        return
    if a.operations != b.operations:
        found = align(a.operations, b.operations, _alike, lambda operation: operation.name)
        yield from (change for one, other in found for change in _operation(one, other))


def _wires(piece: Piece) -> object:
    return [step.reads for step in piece.form.steps], piece.form.outputs


def _alike(a: Operation, b: Operation) -> int:
    if a.name != b.name:
        return 0
    return PERFECT if a == b else PERFECT // 3


def _operation(a: Operation | None, b: Operation | None) -> Iterator[Change]:
    if a is None or b is None:
        yield from _one_sided(a.name if a else None, b.name if b else None)
        return
    yield from _cells(dict(written(a)), dict(written(b)), f"{a.name} ")


def _one_sided(a: str | None, b: str | None) -> Iterator[Change]:
    """Something that only one has, by name."""
    if b is not None:
        yield Change(b, b="")
    elif a is not None:
        yield Change(a, a="")
