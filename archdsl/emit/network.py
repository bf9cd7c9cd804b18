"""The network's own class: shapes as comments, `forward_features`, and rules for initial weights.

Everything else about it is written as for a block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod

from archdsl.emit import forward
from archdsl.emit.arguments import Argument
from archdsl.emit.buffers import buffers_in
from archdsl.emit.parts import Part, slots_in
from archdsl.emit.python import (
    Assign,
    Atom,
    Call,
    Function,
    Python,
    Statement,
    TrailingComment,
    Tuple,
)
from archdsl.emit.reads import reads
from archdsl.emit.references import FromInput, Reference
from archdsl.emit.structure import Member
from archdsl.emit.writer import ClassWriter
from archdsl.ir.types import show_shape
from archdsl.ops.forms import PyValue


class NetworkWriter(ClassWriter):
    """Writes the class of the network; `initialise` are statements that initialise all layers."""

    initialise: tuple[Statement, ...]

    def default(self, argument: Argument) -> Iterator[PyValue]:
        """The value that the spec gives an open parameter."""
        yield argument.column[0].value

    def with_shape(self, assignment: Assign, last: Member) -> Statement:
        # Members of a space differ in their sizes.
        shapes = {member.shape for _, member in self.owner.members_under(last.key)}
        return (
            TrailingComment(assignment, show_shape(last.shape)) if len(shapes) == 1 else assignment
        )

    def reset_body(self, parts: Sequence[Part]) -> Iterator[Statement]:
        yield from self.initialise
        yield from super().reset_body(parts)

    def methods(self, parts: list[Part]) -> Iterator[Function]:
        cut = end_of_features(parts)
        crossing = _crossing(parts, cut, self.owner.plan.outputs)
        first, *others = (
            self._split_forward(parts, cut, crossing) if crossing else super().methods(parts)
        )
        inputs = tuple(self.inputs().values())
        refusals = self.context.sizes.refusals(self.owner.instances[0].graph, inputs)
        yield replace(first, body=(*refusals, *first.body))
        yield from others

    def _split_forward(
        self, parts: list[Part], cut: int, crossing: tuple[Reference, ...]
    ) -> Iterator[Function]:
        """`forward_features`, and `forward`, which calls it and continues with the head."""
        features = forward.body(parts[:cut], self.inputs(), crossing)
        yield self.method("forward_features", features, crossing)
        names = [f"x{i}" for i in range(1, len(crossing) + 1)] if len(crossing) > 1 else ["x"]
        call = Call(Atom("self.forward_features"), tuple(map(Atom, self.inputs().values())))
        target: Python = Tuple(tuple(map(Atom, names))) if len(names) > 1 else Atom(names[0])
        outputs = self.owner.plan.outputs
        # Both methods read buffers as attributes.
        rest = [*buffers_in(parts[:cut]), *parts[cut:]]
        head = forward.body(rest, dict(zip(crossing, names, strict=True)), outputs)
        # Calling a module gives `Any`. With the annotation, mypy knows the type that `forward`
        # returns; a tuple of several targets cannot be annotated.
        annotation = Atom("Tensor") if len(names) == 1 else None
        yield self.method("forward", (Assign(target, call, annotation), *head), outputs)


def end_of_features(parts: Sequence[Part]) -> int:
    """How many parts belong to the features: up to the last whose result has several positions.

    The head begins where pooling leaves one position, or where a token is taken.
    """
    lasts = [list(slots_in((part,)))[-1] for part in parts]
    spatial = [i for i, slot in enumerate(lasts, 1) if prod(slot.member.shape[1:]) > 1]
    return max(spatial, default=0)


def _crossing(parts: list[Part], cut: int, outputs: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """The values that cross from the parts before the cut to those after it.

    Empty if there are no parts on one side: then there is no `forward_features`.
    """
    if cut in (0, len(parts)):
        return ()
    slots = (slot for slot in slots_in(parts[:cut]) if slot.buffer is None)
    before = {result for slot in slots for result in slot.results}
    after = reads(parts[cut:], outputs)
    return tuple(dict.fromkeys(r for r in after if r in before or isinstance(r, FromInput)))
