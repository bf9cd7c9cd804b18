"""How a table is cut into parts: each row is one, with all of its blocks.

The state between two rows is the running value, and how many blocks the stage has so far, if the
table asks for that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from archdsl.build.context import Frame
from archdsl.build.tables.cells import RowFiller
from archdsl.build.tables.positions import positions, rows_in
from archdsl.build.tables.stages import TableBuilder
from archdsl.plan.rows import Row, Stage
from archdsl.program.names import COUNT, COUNTER, INDEX
from archdsl.program.places import key
from archdsl.program.program import names_in
from archdsl.space.parts import Body, State
from archdsl.space.survey import RUNNING, States, Step, Survey
from archdsl.syntax import tree

_BLOCKS = ".blocks"
"""How many blocks the stage has so far."""


@dataclass
class TableSurvey:
    """The survey of one table, of a body that stands at `place`."""

    survey: Survey
    body: Body | None
    place: Frame
    states: States
    table: tree.Table

    def run(self) -> None:
        rows = rows_in(self.place, self.table)
        for number, (stage, inside) in enumerate(groupby(rows, key=lambda row: row.stage)):
            start = State(_BLOCKS)
            start.number((0,))
            self.states[_BLOCKS] = start
            self._stage(_Stage(self.table, rows, stage, tuple(inside), number))

    def _stage(self, stage: _Stage) -> None:
        asks_blocks = self.place.context.inserted or COUNTER in names_in(self.table)
        passed = (RUNNING, _BLOCKS) if asks_blocks else (RUNNING,)
        for row in stage.rows:
            reads = (*sorted(stage.names_read(row)), *passed)
            run = stage.run_alone if len(stage.rows) == 1 else stage.runs(row)
            label = self.place.unit.places.get(key(row.line.span), "")
            step = Step(label, reads, passed, run)
            self.survey.part(self.place, self.body, self.states, step)


@dataclass(frozen=True)
class _Stage:
    """The rows of a stage, of all rows of a table, and the number of the stage."""

    table: tree.Table
    all: Sequence[Row]
    stage: Stage
    rows: Sequence[Row]
    number: int

    def names_read(self, row: Row) -> set[str]:
        """The names that a row reads. One that asks for its position reads what all rows do."""
        read = names_in(*row.cells.values(), *self.table.bindings)
        return read | names_in(self.table) if read & {INDEX, COUNT} else read

    def run_alone(self, frame: Frame) -> None:
        """The only row of a stage, which may be a single block and then is no stage."""
        builder = self._builder(frame)
        builder.build_stage(self.stage, self.rows)
        frame.applied = True

    def runs(self, row: Row) -> Callable[[Frame], None]:
        """One of several rows, in the scope of the stage."""

        def run(frame: Frame) -> None:
            builder, outer, entering = self._builder(frame), frame.scope, frame.running
            builder.open_stage(self.stage, self.rows)
            builder.run_stage([row], [builder.count(row)])
            if row is self.rows[-1]:
                builder.close_stage(self.rows, entering)
            frame.scope, frame.applied = outer, True
            frame.names[_BLOCKS] = builder.blocks

        return run

    def _builder(self, frame: Frame) -> TableBuilder:
        """The builder of the table, at the place that was reached."""
        filler = RowFiller(frame, self.table, self.all)
        builder = TableBuilder(filler, positions(frame, self.table) if filler.positional else None)
        builder.stages = self.number
        blocks = frame.names.get(_BLOCKS, 0)
        assert isinstance(blocks, int)
        builder.blocks = blocks
        return builder
