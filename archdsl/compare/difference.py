"""Two networks side by side: whether they are one, and if not, what differs where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from archdsl.build.values import show
from archdsl.compare.alignment import PERFECT, align
from archdsl.compare.changes import Change, changes
from archdsl.compare.pieces import Origin, Piece, Pieces, pieces_of
from archdsl.ir.graph import Initialisation, Value
from archdsl.ir.likeness import alike, started
from archdsl.spec import Network

ALIKE, RESIZED, CHANGED, ADDED, REMOVED = "alike", "resized", "changed", "added", "removed"
"""What became of a part; one that is resized does the same, on other shapes."""


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
    return Difference(a, b, by, alike(a.graph, b.graph), tuple(beside.pairs()), others)


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
                yield Pair(a, b, (*changes(a, b), *self._reads(a, b)))

    def _reads(self, a: Piece, b: Piece) -> Iterator[Change]:
        """That a piece takes what it takes from elsewhere, not just from the one before it."""
        ours, theirs = a.traced.enters, b.traced.enters
        if len(ours) == len(theirs) and all(
            self._is_chained(a, one, b, other) or self._is_same(one, other)
            for one, other in zip(ours, theirs, strict=True)
        ):
            return
        yield Change("reads", _names(self.a, ours), _names(self.b, theirs))

    def _is_chained(self, a: Piece, one: Value, b: Piece, other: Value) -> bool:
        """Each comes from the piece before, whatever that is."""
        ours, theirs = self.a.origin(one), self.b.origin(other)
        befores = (_before(self.a, a), _before(self.b, b))
        return (ours[0], theirs[0]) == befores and ours[1] == theirs[1]

    def _is_same(self, one: Value, other: Value) -> bool:
        place, which = self.a.origin(one)
        theirs: Origin = self.b.origin(other)
        return (place if place is None else self.partners.get(place, -1), which) == theirs

    def others(self) -> Iterator[Change]:
        a, b = self.a.network, self.b.network
        yield from _mapped("input", dict(_inputs(a)), dict(_inputs(b)))
        ours, theirs = started(a.graph), started(b.graph)
        yield from _mapped("init", _rules(ours), _rules(theirs))
        results, others = a.graph.outputs, b.graph.outputs
        last = all(_is_last(self.a, v) for v in results) and all(
            _is_last(self.b, v) for v in others
        )
        if len(results) != len(others) or not (last or all(map(self._is_same, results, others))):
            yield Change("returns", _names(self.a, results), _names(self.b, others))


def _before(pieces: Pieces, piece: Piece) -> int | None:
    return piece.place - 1 if piece.place else None


def _is_last(pieces: Pieces, value: Value) -> bool:
    return pieces.origin(value) == (len(pieces.pieces) - 1, 0)


def _names(pieces: Pieces, values: tuple[Value, ...]) -> str:
    return ", ".join(map(pieces.origin_name, values)) or "nothing"


def _inputs(network: Network) -> Iterator[tuple[str, str]]:
    """Inputs by their place: what they are called is a name."""
    for place, value in enumerate(network.graph.inputs.values(), start=1):
        yield str(place), str(network.graph.type(value))


def _rules(rules: Mapping[str, Initialisation]) -> dict[str, str]:
    return {operation: _rule(rule) for operation, rule in rules.items()}


def _rule(rule: Initialisation) -> str:
    options = ", ".join(f"{name} = {show(value)}" for name, value in rule.options.items())
    return f"{rule.scheme}({options})" if options else rule.scheme


def _mapped(what: str, a: Mapping[str, str], b: Mapping[str, str]) -> Iterator[Change]:
    for name in {**a, **b}:
        if a.get(name) != b.get(name):
            yield Change(f"{what} {name}", a.get(name), b.get(name))
