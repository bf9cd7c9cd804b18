"""Rows of tables, each with an identity that survives every transform.

A row keeps its line as it is written, with the edits of transforms in addition. A build evaluates
these expressions. Transforms see values instead, which `plan.evaluation` computes on demand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Final, NamedTuple, TypeAlias

from archdsl.build.values import Value
from archdsl.params.numbers import is_integer
from archdsl.plan.decisions import CHOOSE
from archdsl.program.stages import STAGE, staged
from archdsl.source import Span
from archdsl.syntax import tree

BLOCK, NUMBER, STRIDE = "block", "number", "stride"
EXPECTATIONS = ("expect", "printed")
SPECIAL = (BLOCK, NUMBER, STAGE, *EXPECTATIONS)
"""The columns that are not parameters of a row's block."""


class Refused(Exception):
    """A transform cannot be applied to a network.

    `option` names the option that is wrong; without one it is the transform as a whole.
    """

    def __init__(self, message: str, option: str | None = None, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.option = option
        self.help = help


class Unknown(Enum):
    """The value of a cell that depends on a tensor's size, which only a build computes."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
CellValue: TypeAlias = "Value | Unknown"
Cells: TypeAlias = Mapping[str, "tree.Expression | tree.Dash"]


class RowId(NamedTuple):
    """Identifies a row by the offset of its table in the text and its position in the table.

    A row that a transform added has these of the row that it copies, and a unique `copy` number.
    """

    table: int
    row: int
    copy: int = 0


class Stage(NamedTuple):
    """The rows of a table between two rule lines, or from one name of a stage to the next."""

    table: int
    number: int
    name: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A row as it is written: its cells by column, and the spans of its dashes.

    Compared by identity: two lines can have equal text.
    """

    span: Span
    cells: Mapping[str, tree.Expression]
    dashes: Mapping[str, Span]

    def has(self, column: str) -> bool:
        return column in self.cells or column in self.dashes


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """The values and edits of a row. Equal rows of a stage share one, and are changed together.

    `label` is that of the stage, as `archdsl show` prints it, unique in the network. `takes` are
    the columns that the row's block has a use for, with or without a cell. `edits` are cells that
    transforms wrote, `unwritten` the columns whose value has changed since (`plan.edits`).
    `undecided` are the columns that hang on an open decision, each with its name.
    """

    label: str = ""
    block: str = ""
    number: CellValue = UNKNOWN
    values: Mapping[str, CellValue] = field(default_factory=dict)
    takes: frozenset[str] = frozenset()
    edits: Cells = field(default_factory=dict)
    unwritten: frozenset[str] = frozenset()
    undecided: Mapping[str, str] = field(default_factory=dict)


AS_WRITTEN = Content()
"""The content of a row that was not evaluated yet."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its identity, its stage, its line in the text, and its content."""

    id: RowId
    stage: Stage
    line: Line
    content: Content = AS_WRITTEN

    # As it is built

    @property
    def cells(self) -> Mapping[str, tree.Expression]:
        """The cells that are not dashes, by column."""
        edits = self.content.edits
        if not edits:
            return self.line.cells
        cells = {**self.line.cells, **edits}
        if BLOCK in edits:
            # An insertion after this block has its address, which is made of the span in the text.
            cells[BLOCK] = replace(edits[BLOCK], span=self.line.cells[BLOCK].span)
        return {name: cell for name, cell in cells.items() if not isinstance(cell, tree.Dash)}

    def cell(self, column: str) -> tree.Expression | None:
        """The cell of a column other than `block`, or None for a dash."""
        cell = self.content.edits.get(column) or self.line.cells.get(column)
        return None if isinstance(cell, tree.Dash) else cell

    def dash(self, column: str) -> Span:
        """The span of a dash; of the row, where a transform added the column."""
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
    def columns(self) -> Mapping[str, CellValue]:
        """The values of the columns that have one."""
        return self.content.values

    @property
    def number(self) -> int:
        """How many blocks it makes.

        Raises:
            Refused: that depends on a tensor's size.
        """
        if not is_integer(self.content.number):
            raise self._unknown(NUMBER)
        return self.content.number

    def value(self, column: str) -> Value:
        """The value of a cell, None for a dash.

        Raises:
            Refused: it depends on a tensor's size.
        """
        value = self.content.values.get(column)
        if value is UNKNOWN:
            raise self._unknown(column)
        return value

    def _unknown(self, column: str) -> Refused:
        message = f"`{column}` of stage `{self.label}` depends on a tensor's size"
        return Refused(message, help="a transform can only compute with parameters and numbers")

    @property
    def is_transition(self) -> bool:
        """Whether it is a single block with a stride, which reduces the size for its stage."""
        return self.number == 1 and STRIDE in self.columns and self.value(STRIDE) != 1

    def check_decided(self, *columns: str) -> None:
        """Check that a change of some columns is the same one in all members of a space.

        Raises:
            Refused: the value of one hangs on an open decision.
        """
        check_decided(self.content.undecided, columns)

    def with_cells(self, **values: Value) -> Row:
        """The row with other values. A cell whose value stays keeps its expression."""
        known = self.columns
        new = {n: value for n, value in values.items() if n not in known or known[n] != value}
        return self._edit(new, values={**known, **new}) if new else self

    def without_cell(self, column: str) -> Row:
        """The row with a dash in a column."""
        if column not in self.columns:
            return self
        values = {name: value for name, value in self.columns.items() if name != column}
        return self._edit((column,), values=values)

    def with_number(self, number: int) -> Row:
        return self if number == self.number else self._edit((NUMBER,), number=number)

    def in_stage_of(self, other: Row) -> Row:
        return replace(self, stage=other.stage, content=replace(self.content, label=other.label))

    def with_content(self, content: Content) -> Row:
        # The constructor, not `replace`: this runs for every row of a table of thousands.
        return self if content is self.content else Row(self.id, self.stage, self.line, content)

    def with_block(self, block: str) -> Row:
        return self if block == self.block else self._edit((BLOCK,), block=block)

    def _edit(self, columns: Iterable[str], **changes: Any) -> Row:
        self.check_decided(*columns)
        unwritten = self.content.unwritten.union(columns)
        return replace(self, content=replace(self.content, unwritten=unwritten, **changes))


@dataclass(frozen=True, slots=True)
class BuiltRow:
    """A row as it was built: the scope of its stage, or of its block where that is the stage.

    `shapes` are those of its outputs, without the batch.
    """

    id: RowId
    stage: Stage
    scope: int
    shapes: tuple[tuple[int, ...], ...]


def check_decided(undecided: Mapping[str, str], changed: Iterable[str]) -> None:
    """Check that nothing that changes hangs on an open decision, which `undecided` names.

    Raises:
        Refused: it does.
    """
    for what in changed:
        if what in undecided:
            message = f"this changes `{what}`, but `{undecided[what]}` is not decided"
            hint = f"decide before it: `+ {CHOOSE}({undecided[what]} = ...)`"
            raise Refused(message, help=hint)


def block_text(block: tree.Expression) -> str:
    """The text of a cell that names a block."""
    return block.name if isinstance(block, tree.Name) else block.span.text


def block_name(block: tree.Expression) -> str:
    """The name of a cell's block, without the parameters that the cell gives it."""
    return block.function.name if isinstance(block, tree.Call) else block_text(block)


def rows_of(table: tree.Table) -> Iterator[Row]:
    """The rows of a table as it is written. Its cells can have mistakes."""
    columns, start = [column.name for column in table.columns], table.span.start
    for row in staged(table):
        stage = Stage(start, row.stage, row.name)
        yield Row(RowId(start, row.position), stage, _line(columns, row.line))


def ids_of(table: tree.Table) -> Iterator[RowId]:
    """The identities of the rows of a table as it is written, without making the rows."""
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
