"""Rows of tables, each with an identity that it keeps whatever becomes of it.

A row stands as it is written, with the edits of transforms beside that. What its cells come to is
found where a transform asks (`plan.numbers`); what is written is what a build evaluates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Final, NamedTuple, TypeAlias

from archdsl.build.values import Value
from archdsl.params.numbers import is_integer
from archdsl.program.names import STAGE
from archdsl.source import Span
from archdsl.syntax import tree

BLOCK, NUMBER, STRIDE = "block", "number", "stride"
EXPECTATIONS = ("expect", "printed")
SPECIAL = (BLOCK, NUMBER, STAGE, *EXPECTATIONS)
"""Columns that are no parameters of a row's block."""


class Refused(Exception):
    """A network has not what a transform is to change, or not so.

    `option` names the words at fault; without one it is the whole transform.
    """

    def __init__(self, message: str, option: str | None = None, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.option = option
        self.help = help


class Open(Enum):
    """The value of what only a build can tell: it is made of a tensor's size."""

    OPEN = "open"


OPEN: Final = Open.OPEN
Known: TypeAlias = "Value | Open"
Cells: TypeAlias = Mapping[str, "tree.Expression | tree.Dash"]


class RowId(NamedTuple):
    """A row by the places of its table and itself in the text; `copy` counts those added to it."""

    table: int
    row: int
    copy: int = 0


class Stage(NamedTuple):
    """Rows of a table between two rule lines, or from one name of a stage to the next."""

    table: int
    number: int
    name: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A row as it is written: its cells by column, and the places of its dashes."""

    span: Span
    cells: Mapping[str, tree.Expression]
    dashes: Mapping[str, Span]

    def has(self, column: str) -> bool:
        return column in self.cells or column in self.dashes


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What a row comes to; rows of a stage that say the same share it, and are changed at once.

    `label` is the stage as `archdsl show` prints it: no two stages share one. `takes` are the
    columns that the row has a use for, whether it says something there or not. `edits` is what
    transforms wrote, and `unwritten` the columns of which only the value has changed so far.
    """

    label: str = ""
    block: str = ""
    number: Known = OPEN
    values: Mapping[str, Known] = field(default_factory=dict)
    takes: frozenset[str] = frozenset()
    edits: Cells = field(default_factory=dict)
    unwritten: frozenset[str] = frozenset()


AS_WRITTEN = Content()
"""What a row comes to where nobody has asked yet."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, with where and how it was written and what it says."""

    id: RowId
    stage: Stage
    line: Line
    content: Content = AS_WRITTEN

    # As it is built

    @property
    def cells(self) -> Mapping[str, tree.Expression]:
        """The cells that say something, by column."""
        edits = self.content.edits
        if not edits:
            return self.line.cells
        cells = {**self.line.cells, **edits}
        if BLOCK in edits:
            # What is inserted after a block knows it by its place in the text.
            cells[BLOCK] = replace(edits[BLOCK], span=self.line.cells[BLOCK].span)
        return {name: cell for name, cell in cells.items() if not isinstance(cell, tree.Dash)}

    def cell(self, column: str) -> tree.Expression | None:
        """What stands in a column other than the block's, None for a dash."""
        cell = self.content.edits.get(column) or self.line.cells.get(column)
        return None if isinstance(cell, tree.Dash) else cell

    def dash(self, column: str) -> Span:
        """The place of a dash, or of the row where the column has been added since."""
        edit = self.content.edits.get(column)
        return edit.span if edit is not None else self.line.dashes.get(column, self.line.span)

    # As a transform sees it

    @property
    def label(self) -> str:
        return self.content.label

    @property
    def block(self) -> str:
        return self.content.block

    @property
    def takes(self) -> frozenset[str]:
        return self.content.takes

    @property
    def columns(self) -> Mapping[str, Known]:
        """The columns in which it says something, with the values."""
        return self.content.values

    @property
    def number(self) -> int:
        """How often its block comes.

        Raises:
            Refused: only a build can tell.
        """
        if not is_integer(self.content.number):
            raise self._open(NUMBER)
        return self.content.number

    def value(self, column: str) -> Value:
        """What a cell says, `none` for a dash.

        Raises:
            Refused: only a build can tell.
        """
        value = self.content.values.get(column)
        if value is OPEN:
            raise self._open(column)
        return value

    def _open(self, column: str) -> Refused:
        message = f"`{column}` of stage `{self.label}` is made of the size of a tensor"
        return Refused(message, help="a transform computes with what parameters and numbers say")

    @property
    def is_transition(self) -> bool:
        """A single block that strides: it leads from one size to the next."""
        return self.number == 1 and STRIDE in self.columns and self.value(STRIDE) != 1

    def with_cells(self, **values: Value) -> Row:
        """The row with other values; a cell that says the same stays as it is written."""
        known = self.columns
        new = {n: value for n, value in values.items() if n not in known or known[n] != value}
        return self._edited(new, values={**known, **new}) if new else self

    def without_cell(self, column: str) -> Row:
        """The row with a dash in a column."""
        if column not in self.columns:
            return self
        values = {name: value for name, value in self.columns.items() if name != column}
        return self._edited((column,), values=values)

    def with_number(self, number: int) -> Row:
        return self if number == self.number else self._edited((NUMBER,), number=number)

    def in_stage_of(self, other: Row) -> Row:
        return replace(self, stage=other.stage, content=replace(self.content, label=other.label))

    def with_content(self, content: Content) -> Row:
        return self if content is self.content else Row(self.id, self.stage, self.line, content)

    def with_block(self, block: str) -> Row:
        return self if block == self.block else self._edited((BLOCK,), block=block)

    def _edited(self, columns: Iterable[str], **changes: Any) -> Row:
        unwritten = self.content.unwritten.union(columns)
        return replace(self, content=replace(self.content, unwritten=unwritten, **changes))


@dataclass(frozen=True, slots=True)
class BuiltRow:
    """A row as it was built: the scope of its stage, or its own where a stage is one block.

    `shapes` are those of what comes out.
    """

    id: RowId
    stage: Stage
    scope: int
    shapes: tuple[tuple[int, ...], ...]


def block_text(block: tree.Expression) -> str:
    """A block as it is written."""
    return block.name if isinstance(block, tree.Name) else block.span.text


def block_name(block: tree.Expression) -> str:
    """A block without the parameters that its cell gives it."""
    return block.function.name if isinstance(block, tree.Call) else block_text(block)


def rows_of(table: tree.Table) -> Iterator[Row]:
    """The rows of a table as it is written, in which mistakes may be."""
    columns = [column.name for column in table.columns]
    stage, is_empty = Stage(table.span.start, 0, None), True
    for position, written in enumerate(table.rows):
        line = _line(columns, written) if isinstance(written, tree.Row) else None
        named = line.cells.get(STAGE) if line is not None else None
        if (line is None or named is not None) and not is_empty:
            stage, is_empty = Stage(stage.table, stage.number + 1, None), True
        if line is not None:
            stage = stage if named is None else stage._replace(name=named.span.text)
            is_empty = False
            yield Row(RowId(stage.table, position), stage, line)


def ids_of(table: tree.Table) -> Iterator[RowId]:
    """The identities of the rows of a table as it is written."""
    for position, line in enumerate(table.rows):
        if isinstance(line, tree.Row):
            yield RowId(table.span.start, position)


def _line(columns: Sequence[str], row: tree.Row) -> Line:
    cells: dict[str, tree.Expression] = {}
    dashes: dict[str, Span] = {}
    for column, cell in zip(columns, row.cells, strict=False):
        if isinstance(cell, tree.Dash):
            dashes[column] = cell.span
        else:
            cells[column] = cell
    return Line(row.span, cells, dashes)
