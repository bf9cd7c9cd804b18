"""Blocks of tables that are built once however often they come, to be measured.

A block that comes again is one operation with others. Sums over such a graph are those of the
whole; what depends on an order of operations, as memory does, is not to be had from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from archdsl.build.tables.cells import FilledRow, RowFiller, prints_shape
from archdsl.build.tables.known import (
    UNREAD,
    BlockCache,
    KnownBlock,
    KnownSequence,
    VisibleTypes,
    operations_since,
    pattern_since,
    signature,
    value_key,
)
from archdsl.build.tables.stages import TableBuilder
from archdsl.build.values import Tensor, holds_tensor, types_of
from archdsl.ir.graph import Value as GraphValue
from archdsl.ops.base import Types
from archdsl.plan.rows import Row
from archdsl.source import Span


class _SummaryBuilder(TableBuilder):
    """Builds the blocks that are not known; of those that are, many are one operation."""

    def __init__(self, filler: RowFiller, known: BlockCache) -> None:
        super().__init__(filler)
        self._known = known
        values = filler.frame.names.values()
        self._beside = tuple([value_key(value) for value in values if holds_tensor(value)])

    def run_stage(self, rows: Sequence[Row], counts: Sequence[int]) -> None:
        waiting: list[KnownBlock] = []
        for row, count in zip(rows, counts, strict=True):
            entering = waiting[-1].types if waiting else self._entering_types
            blocks = () if prints_shape(self.frame, row) else self._recall(row, count, entering)
            waiting += blocks
            if not blocks:
                self._apply_known(waiting, row.line.span)
                waiting = []
                self.try_row(row, count, None)
        self._apply_known(waiting, rows[-1].line.span)

    def build_row(self, row: Row, count: int, name: str | None) -> None:
        blocks = self._recall(row, count, self._entering_types)
        if blocks:
            self._apply_known(blocks, row.line.span)
        else:
            super().build_row(row, count, name)

    def apply(self, filled: FilledRow, *, first: bool, name: str) -> None:
        sizes = VisibleTypes(self._entering_types, self._beside)
        said = self._known.key(filled.row, self.blocks, first=first)
        known = self._known.find(said, sizes)
        if known is not None:
            self._apply_known((known,), filled.node.span)
            return
        start, values = len(self.frame.graph), self._running_values
        super().apply_block(filled, first=first, name=name)
        if self._entering_types and not self.frame.findings.has_errors:
            built = KnownBlock(operations_since(self.frame.graph, start), self._entering_types)
            made = None
            if not self._known.reads_sizes(filled, self.frame.unit):
                made = pattern_since(self.frame.graph, start, values, self._running_values)
            self._known.store(said, sizes, built, made)

    @property
    def _running_values(self) -> tuple[GraphValue, ...]:
        return tuple([each.value for each in self.frame.running if isinstance(each, Tensor)])

    @property
    def _entering_types(self) -> Types:
        """The types of the running value; none where it is not known."""
        types = types_of(self.frame.running)
        return types if len(types) == len(self.frame.running) else ()

    def _recall(self, row: Row, count: int, entering: Types) -> Sequence[KnownBlock]:
        """The next blocks of a row; none unless all are known."""
        blocks: list[KnownBlock] = []
        for number in range(self.blocks, self.blocks + count):
            said = self._known.key(row, number, first=not blocks)
            known = self._known.find(said, VisibleTypes(entering, self._beside))
            if known is None:
                return ()
            blocks.append(known)
            entering = known.types
        self.blocks += count
        return blocks

    def _apply_known(self, blocks: Sequence[KnownBlock], span: Span) -> None:
        """Apply known blocks to the running value, one after another: one operation."""
        if not blocks:
            return
        frame, types = self.frame, blocks[-1].types
        frame.step(span, len(blocks))
        frame.check_room(span)
        again, add, site = (
            KnownSequence(tuple(Counter(blocks).items())),
            frame.graph.add,
            frame.site(span),
        )
        values = add(again, self._running_values, types, scope=frame.scope, site=site, span=span)
        frame.set_running(tuple(map(Tensor, values, types)))


@dataclass(frozen=True)
class Reuse:
    """What is known of tables, from one build to the next."""

    tables: dict[Hashable, BlockCache] = field(default_factory=dict)

    def builder(self, filler: RowFiller) -> TableBuilder:
        """Builds a table of which, or of one like it in another network, blocks are known."""
        key = _table_key(filler)
        if key not in self.tables:
            self.tables[key] = BlockCache(filler)
        return _SummaryBuilder(filler, self.tables[key])


def _table_key(filler: RowFiller) -> Hashable:
    """All that the text of a table can mean where it stands, but for the sizes of tensors."""
    frame = filler.frame
    names = tuple(
        (name, signature((value.type,)) if isinstance(value, Tensor) else value_key(value))
        for name, value in frame.names.items()
    )
    return frame.unit, filler.table.bindings, filler.columns.difference(UNREAD), names
