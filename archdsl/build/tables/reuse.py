"""Blocks of tables that are built once however often they come, to be measured.

A block that comes again is one operation. Sums over such a graph are those of the whole; what
depends on an order of operations, as memory does, is not to be had from it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TypeAlias

from archdsl.build.session import Frame, Session
from archdsl.build.tables.applying import apply_once
from archdsl.build.tables.plans import Plan
from archdsl.build.tables.stages import EXPECTATIONS, NUMBER, Row
from archdsl.build.tables.turns import Turns, meaning, said
from archdsl.build.values import Tensor, Value, types_of
from archdsl.costs.again import Again, Tally
from archdsl.costs.figures import Figures
from archdsl.ir.graph import Nodes
from archdsl.ops.base import Types
from archdsl.program.names import STAGE
from archdsl.syntax import tree

_UNREAD = (NUMBER, STAGE, *EXPECTATIONS)
"""Columns that say nothing of what one block is."""


@dataclass(frozen=True, slots=True)
class Known:
    """A block that was built: what it costs and gives, and what its row says and takes."""

    again: Again
    types: Types
    cells: Mapping[str, Value]
    takes: frozenset[str]


class KnownBlocks:
    """The blocks of a table that were built, by all that they read.

    That is what the row says, the shapes that enter, whether the block is the first of its row,
    and what the table's definitions make of its number.
    """

    def __init__(self, frame: Frame, table: tree.Table) -> None:
        columns = enumerate(column.name for column in table.columns)
        self._said = itemgetter(*[place for place, name in columns if name not in _UNREAD])
        self._turns = Turns(frame, table)
        self._known: dict[Hashable, Known] = {}

    def _key(self, row: Row, entering: Hashable, number: int, *, first: bool) -> Hashable:
        """All that the block of a number reads in a row."""
        return self._said(row.node.cells), entering, first, self._turns.of(number)

    def apply(self, frame: Frame, plan: Plan, number: int, *, first: bool, name: str) -> None:
        """Apply the block of a number to the running value; one that is known is not built.

        Raises:
            Fault: it does not take the value, or gives no tensor.
        """
        key = self._key(plan.row, said(frame.running), number, first=first)
        if block := self._known.get(key):
            self.apply_again(frame, (block,), plan.row.block, name)
            return
        reuse = frame.session.reuse
        assert reuse is not None
        before = reuse.tally.total()
        apply_once(frame, plan, number, first=first, name=name)
        types = types_of(frame.running)
        if len(types) == len(frame.running) and not frame.session.diagnostics.has_errors:
            again = Again(reuse.tally.total() - before)
            self._known[key] = Known(again, types, plan.values, plan.takes)

    def row(self, frame: Frame, row: Row, numbers: range) -> tuple[Known, ...]:
        """The blocks of a row, those of some numbers; none unless all are known."""
        entering = said(frame.running)
        blocks: list[Known] = []
        for number in numbers:
            block = self._known.get(self._key(row, entering, number, first=number == numbers[0]))
            if block is None:
                return ()
            blocks.append(block)
            entering = block.types
        return tuple(blocks)

    @staticmethod
    def apply_again(frame: Frame, blocks: Sequence[Known], node: tree.Node, name: str) -> None:
        """Apply known blocks to the running value, one after another: one operation."""
        session, types = frame.session, blocks[-1].types
        session.step(node.span, len(blocks))
        session.check_room(node.span)
        again = blocks[0].again
        if len(blocks) > 1:
            again = Again(sum((block.again.figures for block in blocks), Figures()))
        operands = tuple([tensor.value for tensor in frame.running if isinstance(tensor, Tensor)])
        site = frame.site(node.span)
        values = session.graph.add(
            again,
            operands,
            types,
            scope=frame.scope,
            site=site,
            names=(name,),
            span=node.span,
            written={},
            guards=(),
        )
        frame.run_on(tuple(map(Tensor, values, types)))


Tables: TypeAlias = dict[Hashable, KnownBlocks]
"""What is known of tables, by all that their text can mean."""


@dataclass(frozen=True)
class Reuse:
    """What is known of tables, while a graph is built whose costs the `tally` has."""

    tally: Tally
    tables: Tables = field(default_factory=dict)

    def on(self, graph: Nodes) -> Reuse:
        """The same while another graph is built."""
        return Reuse(Tally(graph), self.tables)

    def known(self, frame: Frame, table: tree.Table) -> KnownBlocks:
        """The blocks of a table, or of one like it in another network, that are known."""
        key = meaning(frame, table)
        if key not in self.tables:
            self.tables[key] = KnownBlocks(frame, table)
        return self.tables[key]


def summing(session: Session) -> Session:
    """A session of which rows and sums are asked, where what comes again is not built again."""
    session.reuse = Reuse(Tally(session.graph))
    return session
