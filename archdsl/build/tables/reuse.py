"""Blocks of tables that are built once however often they come, to be measured.

A block that comes again is one operation with others. Sums over such a graph are those of the
whole; what depends on an order of operations, as memory does, is not to be had from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from archdsl.build.tables.cells import Filled, Filler, prints
from archdsl.build.tables.known import (
    UNREAD,
    Again,
    Known,
    KnownBlocks,
    Sizes,
    made_of,
    pattern,
    said,
    signature,
)
from archdsl.build.tables.stages import TableBuilder
from archdsl.build.values import Tensor, holds_tensor, types_of
from archdsl.ir.graph import Value as GraphValue
from archdsl.ops.base import Types
from archdsl.plan.rows import Row
from archdsl.source import Span


class _Summing(TableBuilder):
    """Builds the blocks that are not known; of those that are, many are one operation."""

    def __init__(self, filler: Filler, known: KnownBlocks) -> None:
        super().__init__(filler)
        self._known = known
        values = filler.frame.names.values()
        self._beside = tuple([said(value) for value in values if holds_tensor(value)])

    def run_stage(self, rows: Sequence[Row], counts: Sequence[int]) -> None:
        waiting: list[Known] = []
        for row, count in zip(rows, counts, strict=True):
            entering = waiting[-1].types if waiting else self._entering
            blocks = () if prints(self.frame, row) else self._recall(row, count, entering)
            waiting += blocks
            if not blocks:
                self._apply_again(waiting, row.line.span)
                waiting = []
                self.try_row(row, count, None)
        self._apply_again(waiting, rows[-1].line.span)

    def build_row(self, row: Row, count: int, name: str | None) -> None:
        blocks = self._recall(row, count, self._entering)
        if blocks:
            self._apply_again(blocks, row.line.span)
        else:
            super().build_row(row, count, name)

    def apply(self, filled: Filled, *, first: bool, name: str) -> None:
        sizes = Sizes(self._entering, self._beside)
        said = self._known.said(filled.row, self.blocks, first=first)
        known = self._known.at(said, sizes)
        if known is not None:
            self._apply_again((known,), filled.node.span)
            return
        start, values = len(self.frame.graph), self._values
        super().apply(filled, first=first, name=name)
        if self._entering and not self.frame.findings.has_errors:
            built = Known(made_of(self.frame.graph, start), self._entering)
            made = None
            if not self._known.reads_sizes(filled, self.frame.unit):
                made = pattern(self.frame.graph, start, values, self._values)
            self._known.keep(said, sizes, built, made)

    @property
    def _values(self) -> tuple[GraphValue, ...]:
        return tuple([each.value for each in self.frame.running if isinstance(each, Tensor)])

    @property
    def _entering(self) -> Types:
        """The types of the running value; none where it is not known."""
        types = types_of(self.frame.running)
        return types if len(types) == len(self.frame.running) else ()

    def _recall(self, row: Row, count: int, entering: Types) -> Sequence[Known]:
        """The next blocks of a row; none unless all are known."""
        blocks: list[Known] = []
        for number in range(self.blocks, self.blocks + count):
            said = self._known.said(row, number, first=not blocks)
            known = self._known.at(said, Sizes(entering, self._beside))
            if known is None:
                return ()
            blocks.append(known)
            entering = known.types
        self.blocks += count
        return blocks

    def _apply_again(self, blocks: Sequence[Known], span: Span) -> None:
        """Apply known blocks to the running value, one after another: one operation."""
        if not blocks:
            return
        frame, types = self.frame, blocks[-1].types
        frame.step(span, len(blocks))
        frame.check_room(span)
        again, add, site = Again(tuple(Counter(blocks).items())), frame.graph.add, frame.site(span)
        values = add(again, self._values, types, scope=frame.scope, site=site, span=span)
        frame.run_on(tuple(map(Tensor, values, types)))


@dataclass(frozen=True)
class Reuse:
    """What is known of tables, from one build to the next."""

    tables: dict[Hashable, KnownBlocks] = field(default_factory=dict)

    def builder(self, filler: Filler) -> TableBuilder:
        """Builds a table of which, or of one like it in another network, blocks are known."""
        key = _meaning(filler)
        if key not in self.tables:
            self.tables[key] = KnownBlocks(filler)
        return _Summing(filler, self.tables[key])


def _meaning(filler: Filler) -> Hashable:
    """All that the text of a table can mean where it stands, but for the sizes of tensors."""
    frame = filler.frame
    names = tuple(
        (name, signature((value.type,)) if isinstance(value, Tensor) else said(value))
        for name, value in frame.names.items()
    )
    return frame.unit, filler.table.bindings, filler.columns.difference(UNREAD), names
