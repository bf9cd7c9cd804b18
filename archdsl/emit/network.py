"""The network's class: shapes as comments, features apart from the head, and its initialisation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from archdsl.emit import forward
from archdsl.emit.arguments import Given
from archdsl.emit.python import (
    Assign,
    Atom,
    Call,
    Function,
    Python,
    Remarked,
    Statement,
    Tuple,
)
from archdsl.emit.slots import Slot
from archdsl.emit.stages import Part, Stage
from archdsl.emit.structure import FromInput, FromMember, Reference
from archdsl.emit.writer import ClassWriter
from archdsl.ir.types import show_shape
from archdsl.ops.base import PyValue


class NetworkWriter(ClassWriter):
    """Writes the class of the network itself; `initialise` is how its weights start."""

    initialise: tuple[Statement, ...]

    def default(self, given: Given) -> Iterator[PyValue]:
        """An open parameter has the value that the spec gives it."""
        yield given.column[0].value

    def described(self, assignment: Assign, shape: tuple[int, ...]) -> Statement:
        return Remarked(assignment, show_shape(shape))

    def start(self, slots: Sequence[Slot]) -> Iterator[Statement]:
        yield from self.initialise
        yield from super().start(slots)

    def methods(self, parts: list[Part]) -> Iterator[Function]:
        cut = _cut(parts)
        crossing = _crossing(parts, cut, self.owner.plan.outputs)
        if crossing:
            yield from self._halves(parts, cut, crossing)
        else:
            yield from super().methods(parts)

    def _halves(
        self, parts: list[Part], cut: int, crossing: tuple[Reference, ...]
    ) -> Iterator[Function]:
        """`forward_features`, and `forward` from what it gives."""
        features = forward.body(parts[:cut], self.inputs(), crossing)
        yield self.method("forward_features", features, crossing)
        names = [f"x{i}" for i in range(1, len(crossing) + 1)] if len(crossing) > 1 else ["x"]
        call = Call(Atom("self.forward_features"), tuple(map(Atom, self.inputs().values())))
        target: Python = Tuple(tuple(map(Atom, names))) if len(names) > 1 else Atom(names[0])
        outputs = self.owner.plan.outputs
        head = forward.body(parts[cut:], dict(zip(crossing, names, strict=True)), outputs)
        known = Atom("Tensor") if len(names) == 1 else None  # what is assigned later may be Any
        yield self.method("forward", (Assign(target, call, known), *head), outputs)


def _cut(parts: list[Part]) -> int:
    """How many parts make the features: up to the last whose result has several positions."""
    lasts = [part.last if isinstance(part, Stage) else part for part in parts]
    spread_out = [i for i, slot in enumerate(lasts, 1) if prod(slot.member.shape[1:]) > 1]
    return max(spread_out, default=0)


def _crossing(parts: list[Part], cut: int, outputs: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """What the parts after the cut read from before it; nothing where either side is empty."""
    if cut in (0, len(parts)):
        return ()
    made = {
        FromMember(slot.planned.key, i)
        for part in parts[:cut]
        for slot in (part.slots if isinstance(part, Stage) else (part,))
        for i in range(slot.member.results)
    }
    after = forward.reads(parts[cut:], outputs)
    return tuple(dict.fromkeys(r for r in after if r in made or isinstance(r, FromInput)))
