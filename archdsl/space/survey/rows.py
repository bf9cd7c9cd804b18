"""How a row of a table with many decisions is cut into parts: by cells, arguments and statements.

Run as a whole, a row would have to be run for every combination of its decisions. But its first
convolution depends on the expansion, its last on the channels, and no operation on both. So each
cell becomes a state, and so does each argument of the block, which is then taken apart as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from archdsl.build.calls import resolve_callee
from archdsl.build.context import Frame
from archdsl.build.request import Dashed
from archdsl.build.tables.cells import RowFiller, compare_printed
from archdsl.build.values import BlockValue, Tensor, Value, describe
from archdsl.params.numbers import is_integer
from archdsl.plan.rows import BLOCK, EXPECTATIONS, NUMBER, SPECIAL, STRIDE, Row
from archdsl.program.cells.blocks import CellBlock
from archdsl.program.names import COUNT, COUNTER, INDEX
from archdsl.program.places import dotted, key
from archdsl.program.program import names_in
from archdsl.space.survey.inlined import (
    BodySurveyor,
    InlinedCall,
    NotInlined,
    as_argument,
    first,
    value_of,
)
from archdsl.space.survey.parts import Body, State
from archdsl.space.survey.steps import RUNNING, States, Step, Survey
from archdsl.syntax import tree

_CELL, _BLOCK, _NUMBER, _RETURNED = ".cell ", ".block", ".number", ".returned"
"""States of cells and definitions, of the block, of how many there are, and of what one returns."""


@dataclass
class RowSurvey:
    """The survey of one row, of a body that stands at `place`.

    `states` are those of the body, and of the cells and definitions that were evaluated. The blocks
    are numbered from `number` on; if that hangs on decisions, it is None.
    """

    survey: Survey
    body: Body | None
    place: Frame
    states: States
    filler: RowFiller
    row: Row
    number: int | None
    survey_body: BodySurveyor

    def run(self) -> int:
        """Survey the row, and return how many blocks it has.

        Raises:
            NotInlined: it has to be run as a whole.
        """
        if self.place.context.inserted:
            raise NotInlined  # what is inserted has the address of a block in its row
        count = self._cells()
        for number in range(count):
            self._block(number)
        self._compare()
        return count

    def _part(
        self,
        reads: Sequence[str],
        leaves: Sequence[str],
        run: Callable[[Frame], None],
        place: Frame | None = None,
    ) -> None:
        step = Step(self._label, reads, leaves, run)
        self.survey.part(place or self.place, self.body, self.states, step)

    @property
    def _label(self) -> str:
        return self.place.unit.places.get(key(self.row.line.span), "")

    # Cells

    def _cells(self) -> int:
        """Evaluate the cells, and return how many blocks the row has."""
        for column, cell in self.row.cells.items():
            if column not in SPECIAL:
                self._cell(column, cell)
        block, number = self.row.cells[BLOCK], self.row.cell(NUMBER)

        def find(frame: Frame) -> None:
            frame.names[_BLOCK] = (
                resolve_callee(frame, block)
                if isinstance(block, tree.Name)
                else frame.evaluate(block)
            )

        self._part(_reads(block), (_BLOCK,), find)
        return 1 if number is None else self._count(number)

    def _cell(self, column: str, cell: tree.Expression) -> None:
        name = _CELL + column

        def evaluate(frame: Frame) -> None:
            try:
                frame.names[name] = as_argument(frame, frame.evaluate(cell), cell)
            except Dashed:
                return

        self._part(_reads(cell), (name,), evaluate)
        filled = {bool(value) for value in self.states[name].values}
        if filled == {False}:
            del self.states[name]
        elif False in filled:
            raise NotInlined  # whether a definition is needed hangs on a decision

    def _count(self, cell: tree.Expression) -> int:
        def evaluate(frame: Frame) -> None:
            frame.names[_NUMBER] = frame.evaluate(cell)

        self._part(_reads(cell), (_NUMBER,), evaluate)
        number = first(self.states[_NUMBER])
        if len(self.states[_NUMBER].values) > 1 or not is_integer(number) or number < 1:
            raise NotInlined
        return number

    # Blocks

    def _block(self, number: int) -> None:
        """One block of the row: its definitions, its call, and what it returns."""
        columns = {name for name in self.row.cells if _CELL + name in self.states}
        outer = self.states
        self.states = dict(outer)  # each block evaluates the definitions anew
        block = self._callee()
        place = self._block_place(number)
        for binding in self.filler.needed_bindings({*block.parameters} - columns):
            self._definition(binding, number, place)
        given = {n: self.states[_CELL + n] for n in block.parameters if _CELL + n in self.states}
        if number and STRIDE in columns and STRIDE in given:
            given[STRIDE] = _constant((1, None))  # only the first block of a row has the stride
        node, running, callee = self.row.cells[BLOCK], self.states[RUNNING], self.states[_BLOCK]
        call = InlinedCall(self.survey, self.body, place, node, self._label, running, callee, given)
        self.states = {**outer, _RETURNED: call.run(self.survey_body)}
        self._part((_RETURNED,), (RUNNING,), self._pass_on)

    def _callee(self) -> BlockValue:
        """One of the blocks that the row can have, which differ in bound arguments alone."""
        values = [value_of(value) for value in self.states[_BLOCK].values]
        blocks = [value for value in values if isinstance(value, BlockValue)]
        numbers = {value.definition.number for value in blocks}
        if len(numbers) != 1 or len(blocks) < len(values) or isinstance(blocks[0].block, CellBlock):
            raise NotInlined
        return blocks[0]

    def _block_place(self, number: int) -> Frame:
        """A frame for what a block of the row is given."""
        iterations = (*self.place.iterations, number)
        use = self.place.use._replace(place=dotted(self.place.use.path, self._label))
        return replace(self.place, iterations=iterations, use=use)

    def _definition(self, binding: tree.Argument, number: int, place: Frame) -> None:
        """Evaluate a definition of the table for one block."""
        name, read = _CELL + (binding.name or ""), names_in(binding.value)
        cells = [each for each in read if _CELL + each in self.states]
        asks_number = COUNTER in read and self.number is None
        if asks_number or read & {INDEX, COUNT} - {*self.states, *self.filler.columns}:
            raise NotInlined
        counter = number + (self.number or 0)

        def evaluate(frame: Frame) -> None:
            for each in cells:
                frame.names[each] = value_of(frame.names[_CELL + each])
            frame.names[COUNTER] = counter
            frame.names[name] = as_argument(frame, frame.evaluate(binding.value), binding.value)

        reads = [_CELL + each if each in cells else each for each in _reads(binding.value)]
        self._part(reads, (name,), evaluate, place)

    def _pass_on(self, frame: Frame) -> None:
        value = frame.names[_RETURNED]
        if not isinstance(value, tuple | Tensor):
            message = f"the block of a row must return a tensor, but this is {describe(value)}"
            raise frame.fault("table", message, self.row.cells[BLOCK].span)
        frame.set_running(value)
        frame.applied = True

    def _compare(self) -> None:
        """Compare the shapes that the row prints."""
        cells = [cell for cell in map(self.row.cell, EXPECTATIONS) if cell is not None]
        if cells:
            reads = [name for cell in cells for name in _reads(cell)]
            self._part((*reads, RUNNING), (), lambda frame: compare_printed(frame, self.row))


def _reads(node: tree.Expression) -> list[str]:
    """The states that an expression reads."""
    names = sorted(names_in(node))
    return [*names, RUNNING] if "in" in names else names


def _constant(value: Value) -> State:
    """A state with a single value."""
    state = State(".constant")
    state.number((value,))
    return state
