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
from archdsl.space.survey.inlined import BodySurveyor, NotInlined, value_of
from archdsl.space.survey.parts import Body, State
from archdsl.space.survey.rows import RowSurvey
from archdsl.space.survey.steps import RUNNING, States, Step, Survey
from archdsl.syntax import tree

_BLOCKS = ".blocks"
"""How many blocks the stage has so far."""


_WAYS = 40
"""Ways of a row beyond which it is cut further."""


@dataclass
class TableSurvey:
    """The survey of one table, of a body that stands at `place`."""

    survey: Survey
    body: Body | None
    place: Frame
    states: States
    table: tree.Table
    survey_body: BodySurveyor

    def run(self) -> None:
        rows = rows_in(self.place, self.table)
        for number, (stage, inside) in enumerate(groupby(rows, key=lambda row: row.stage)):
            self._set_blocks(0)
            found = _Stage(self.table, rows, stage, tuple(inside), number)
            for row in found.rows:
                self._row(found, row)

    def _set_blocks(self, count: int) -> None:
        state = State(_BLOCKS)
        state.number((count,))
        self.states[_BLOCKS] = state

    def _row(self, stage: _Stage, row: Row) -> None:
        """A row as one part, or cut if it comes out in many ways."""
        asks_blocks = self.place.context.inserted or COUNTER in names_in(self.table)
        passed = (RUNNING, _BLOCKS) if asks_blocks else (RUNNING,)
        reads = (*sorted(stage.names_read(row)), *passed)
        run = stage.run_alone if len(stage.rows) == 1 else stage.runs(row)
        label = self.place.unit.places.get(key(row.line.span), "")
        step = Step(label, reads, passed, run)
        if self.survey.attempt(self.place, self.body, self.states, step, _WAYS):
            return
        if not self._cut(stage, row):
            self.survey.part(self.place, self.body, self.states, step)

    def _cut(self, stage: _Stage, row: Row) -> bool:
        """Cut a row into parts, and return whether that can be done."""
        start, numbers = len(self.survey.parts), self.states[_BLOCKS].values
        number = value_of(numbers[0]) if len(numbers) == 1 else None
        before = number if isinstance(number, int) else None
        filler = RowFiller(self.place, self.table, stage.all)
        states, surveyor = dict(self.states), self.survey_body
        cut = RowSurvey(self.survey, self.body, self.place, states, filler, row, before, surveyor)
        try:
            count = cut.run()
        except NotInlined:
            self.survey.back_to(start)
            return False
        self.states[RUNNING] = cut.states[RUNNING]
        if before is not None:
            self._set_blocks(before + count)
        return True


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
