"""Tables built for sums only: a block that is known is not built again.

The search for a network of a given cost builds thousands of networks that share most blocks.
Known blocks in a row become one operation of the graph. Sums over it are those of the whole
network, but figures that depend on the order of operations, such as memory, cannot be computed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from archdsl.build.request import Rules
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
from archdsl.ir.pruning import needed
from archdsl.ops.base import Types
from archdsl.plan.rows import Row, Stage
from archdsl.source import Span


class _SummaryBuilder(TableBuilder):
    """Builds the blocks that are not known, and joins known ones in a row to one operation."""

    def __init__(self, filler: RowFiller, cache: BlockCache) -> None:
        super().__init__(filler)
        self._cache = cache
        values = filler.frame.names.values()
        self._beside = tuple([value_key(value) for value in values if holds_tensor(value)])

    def run_stage(self, rows: Sequence[Row], counts: Sequence[int]) -> None:
        pending: list[KnownBlock] = []
        for row, count in zip(rows, counts, strict=True):
            entering = pending[-1].types if pending else self._running_types
            # A printed shape is compared with the running value after its row, so a row that has
            # one cannot be joined with others.
            blocks = () if prints_shape(self.frame, row) else self._recall(row, count, entering)
            pending += blocks
            if not blocks:
                self._apply_known(pending, row.line.span)
                pending = []
                self.try_row(row, count)
        self._apply_known(pending, rows[-1].line.span)

    def build_row(self, row: Row, count: int, single: Stage | None) -> None:
        blocks = self._recall(row, count, self._running_types)
        if blocks:
            self._apply_known(blocks, row.line.span)
        else:
            super().build_row(row, count, single)

    def apply_block(self, filled: FilledRow, *, first: bool, name: str) -> None:
        types = VisibleTypes(self._running_types, self._beside)
        key = self._cache.key(filled.row, self.blocks, first=first)
        known = self._cache.find(key, types)
        if known is not None:
            self._apply_known((known,), filled.node.span)
            return
        start, entering = len(self.frame.graph), self._running_values
        super().apply_block(filled, first=first, name=name)
        # After a mistake, a block may be incomplete, so nothing is kept. Where a block does not
        # read all that enters it, the blocks before it are not whole parts of the sum.
        is_sound = self._running_types and not self.frame.findings.has_errors
        if is_sound and self._reads_all(start, entering):
            operations = operations_since(self.frame.graph, self._running_values, start)
            built = KnownBlock(operations, self._running_types)
            pattern = None
            if not self._cache.reads_sizes(filled, self.frame.unit):
                pattern = pattern_since(self.frame.graph, start, entering, self._running_values)
            self._cache.store(key, types, built, pattern)

    def _reads_all(self, start: int, entering: Sequence[GraphValue]) -> bool:
        """Whether the results of a block depend on every value that entered it."""
        graph, leaving = self.frame.graph, self._running_values
        read = {*leaving}
        for index in needed(graph, leaving, start):
            read.update(graph.reads[index])
        return read.issuperset(entering)

    @property
    def _running_values(self) -> tuple[GraphValue, ...]:
        return tuple([each.value for each in self.frame.running if isinstance(each, Tensor)])

    @property
    def _running_types(self) -> Types:
        """The types of the running value; () if it is poisoned."""
        types = types_of(self.frame.running)
        return types if len(types) == len(self.frame.running) else ()

    def _recall(self, row: Row, count: int, entering: Types) -> Sequence[KnownBlock]:
        """The next `count` blocks of a row; () unless all are known."""
        blocks: list[KnownBlock] = []
        if count < 1:
            return ()
        for number in range(self.blocks, self.blocks + count):
            key = self._cache.key(row, number, first=not blocks)
            known = self._cache.find(key, VisibleTypes(entering, self._beside))
            if known is None:
                return ()
            blocks.append(known)
            entering = known.types
        self.blocks += count
        return blocks

    def _apply_known(self, blocks: Sequence[KnownBlock], span: Span) -> None:
        """Apply known blocks one after another to the running value, as one operation."""
        if not blocks:
            return
        frame, types = self.frame, blocks[-1].types
        frame.step(span, len(blocks))
        frame.check_room(span)
        values = frame.graph.add(
            KnownSequence(tuple(Counter(blocks).items())),
            self._running_values,
            types,
            scope=frame.scope,
            site=frame.site(span),
            span=span,
        )
        frame.set_running(tuple(map(Tensor, values, types)))


@dataclass(frozen=True)
class Reuse:
    """The caches of tables, from one build to the next."""

    tables: dict[Hashable, BlockCache] = field(default_factory=dict)

    def rules(self, rules: Rules) -> Rules:
        """The rules as they are: only tables know what was built."""
        return rules

    def builder(self, filler: RowFiller) -> TableBuilder:
        """A builder with the cache of this table, or of an equal one in another network."""
        key = _table_key(filler)
        if key not in self.tables:
            self.tables[key] = BlockCache(filler)
        return _SummaryBuilder(filler, self.tables[key])


def _table_key(filler: RowFiller) -> Hashable:
    """Everything that the blocks of a table can depend on, except its rows and sizes of tensors."""
    frame = filler.frame
    names = tuple(
        (name, signature((value.type,)) if isinstance(value, Tensor) else value_key(value))
        for name, value in frame.names.items()
    )
    return frame.unit, filler.table.bindings, filler.columns.difference(UNREAD), names
