"""What is changed from one piece of a network to the one that stands beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from archdsl.compare.alignment import PERFECT, align
from archdsl.compare.pieces import Inner, Piece, written
from archdsl.ops.base import Operation


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


def changes(a: Piece, b: Piece) -> tuple[Change, ...]:
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
    yield from _cells(*({k: v for k, v in x.cells.items() if k in both} for x in (a, b)))


def _cells(a: Mapping[str, str], b: Mapping[str, str]) -> Iterator[Change]:
    for name in {**a, **b}:
        if a.get(name) != b.get(name):
            yield Change(name, a.get(name), b.get(name))


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
    return [step.reads for step in piece.form.steps], piece.form.gives


def _alike(a: Operation, b: Operation) -> int:
    if a.name != b.name:
        return 0
    return PERFECT if a == b else PERFECT // 3


def _operation(a: Operation | None, b: Operation | None) -> Iterator[Change]:
    if a is None or b is None:
        yield from _one_sided(a.name if a else None, b.name if b else None)
        return
    for change in _cells(dict(written(a)), dict(written(b))):
        yield Change(f"{a.name} {change.what}", change.a, change.b)


def _one_sided(a: str | None, b: str | None) -> Iterator[Change]:
    """Something that only one has, by name."""
    if b is not None:
        yield Change(b, b="")
    elif a is not None:
        yield Change(a, a="")
