"""What a table can mean, and what its definitions make of the number of a block."""

from __future__ import annotations

from collections.abc import Hashable

from archdsl.build import expressions
from archdsl.build.session import Fault, Frame
from archdsl.build.values import BlockValue, OperationValue, Tensor, Value, holds_tensor
from archdsl.program.mentions import names_in
from archdsl.syntax import tree

COUNTER = "i"
"""What definitions call the number of a block in its stage."""


class Turns:
    """What the definitions of a table make of block after block, such as `se = i % 2 == 0`.

    Blocks for which that is the same are alike as far as definitions go. Where one is made of the
    number and of what a row says, no two numbers are taken for alike.
    """

    def __init__(self, frame: Frame, table: tree.Table) -> None:
        counting = [b.value for b in table.bindings if COUNTER in names_in(b.value)]
        tensors = {name for name, value in frame.names.items() if holds_tensor(value)}
        own = {column.name for column in table.columns} | {b.name for b in table.bindings}
        self._is_apart = names_in(*counting).isdisjoint({"in", *own, *tensors})
        self._counting = counting
        self._frame = Frame(frame.session.anew(), frame.unit, names=dict(frame.names))
        self._known: dict[int, Hashable] = {}

    def of(self, number: int) -> Hashable:
        if not self._counting:
            return None
        if not self._is_apart:
            return number
        if number not in self._known:
            self._known[number] = self._made_of(number)
        return self._known[number]

    def _made_of(self, number: int) -> Hashable:
        self._frame.names[COUNTER] = number
        try:
            return tuple([said(expressions.evaluate(self._frame, d)) for d in self._counting])
        except Fault:
            return number


def meaning(frame: Frame, table: tree.Table) -> Hashable:
    """All that the text of a table can mean in a frame, tensors as their types."""
    names = tuple((name, said(value)) for name, value in frame.names.items())
    return frame.unit, table.bindings, table.columns, names


def said(value: Value) -> Hashable:
    """A value by what can be told of it, blocks by their definition."""
    if isinstance(value, Tensor):
        return value.type
    if isinstance(value, tuple):
        return tuple(map(said, value))
    if isinstance(value, BlockValue | OperationValue):
        given = ((n, said(g.value), g.written) for n, g in value.given.items())
        return _made_of(value), *given
    return type(value), value


def _made_of(value: BlockValue | OperationValue) -> Hashable:
    return value.definition.number if isinstance(value, BlockValue) else value.operation.name
