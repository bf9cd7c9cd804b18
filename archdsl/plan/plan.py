"""A network with its numbers, not built: what derivations make of it, one change after another.

The text stays what it is. Beside it stand the parameters that were given, the rows of the
network's own tables, inputs of another size, and what is inserted where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby

from archdsl.build.values import Given, Inserted, Value
from archdsl.ir.graph import Address
from archdsl.params.numbers import Number, is_number
from archdsl.plan.rows import Content, Row, RowId, ids_of, rows_of
from archdsl.program.program import Unit
from archdsl.source import Span
from archdsl.syntax import tree


@dataclass(frozen=True)
class Plan:
    """What a build is to make. `network` is the text, and `unit` the names that it sees.

    `rows` are those of the network's own tables, outside of loops. `shapes` are the inputs that
    have another than their text says. `before` is the plan that was changed into this one, by
    what stands at `changed_by`. `parameters` and `inputs` are by value, and they as what rows
    come to are known once they are asked for (`plan.numbers`); rows of tables that the numbers do
    not lead to stand `elsewhere` then. `added` counts the rows that no text has, and
    `headers` are the columns that a table has beyond those written.
    """

    network: tree.Network
    unit: Unit = field(compare=False, repr=False)
    given: Mapping[str, Given]
    doc: str | None = field(default=None, compare=False)
    shapes: Mapping[str, tree.Expression] = field(default_factory=dict)
    inserts: tuple[tuple[Unit, tree.Insert], ...] = field(default=(), compare=False)
    inserted: Mapping[Address, tuple[Inserted, ...]] = field(default_factory=dict, compare=False)
    before: Plan | None = field(default=None, compare=False, repr=False)
    changed_by: Span | None = field(default=None, compare=False)
    parameters: Mapping[str, Value] = field(default_factory=dict)
    inputs: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    elsewhere: tuple[Row, ...] = ()
    added: int = 0
    headers: Mapping[int, tuple[str, ...]] = field(default_factory=dict, compare=False)

    # As it is built

    @property
    def missing(self) -> list[str]:
        """The parameters that have no value, neither given nor by default."""
        needed = (p.name for p in self.network.parameters if p.default is None)
        return [name for name in needed if name not in self.given]

    @property
    def is_declared(self) -> bool:
        """Whether it is what the text says, so that bare numbers of a table hold for it."""
        return not self.given and self.before is None

    @cached_property
    def is_rewritten(self) -> bool:
        """Whether its text says other things now, so that nothing printed in it holds."""
        if self.before is None:
            return False
        return bool(self.shapes) or any(map(self.is_edited, own_tables(self.network.body)))

    def is_edited(self, table: tree.Table) -> bool:
        """Whether a table has other rows than those written, or they say other things."""
        rows = self.rows_in(table)
        are_said = any(row.content.edits for row in rows)
        return are_said or [row.id for row in rows] != [*ids_of(table)]

    def rows_in(self, table: tree.Table) -> tuple[Row, ...]:
        """The rows of a table of the network; of a table in a loop as it is written."""
        place = table.span.start
        return self._tables[place] if place in self._tables else tuple(rows_of(table))

    @cached_property
    def _tables(self) -> Mapping[int, tuple[Row, ...]]:
        found: dict[int, list[Row]] = {t.span.start: [] for t in own_tables(self.network.body)}
        for row in (*self.rows, *self.elsewhere):
            found[row.stage.table].append(row)
        return {place: tuple(rows) for place, rows in found.items()}

    def shape(self, name: str) -> tree.Expression:
        """The shape of the input of a name."""
        nodes = tree.walk(self.network.body)
        return next(self.shape_of(n) for n in nodes if isinstance(n, tree.Input) and n.name == name)

    def shape_of(self, statement: tree.Input) -> tree.Expression:
        """The shape of an input."""
        return self.shapes.get(statement.name, statement.shape)

    @property
    def insertions(self) -> tuple[tree.Insertion, ...]:
        """What is inserted, in the order in which it is written."""
        return tuple([each for _, insert in self.inserts for each in insert.insertions])

    # As a transform sees it

    @property
    def stages(self) -> Mapping[str, tuple[Row, ...]]:
        """The rows of each stage by its label; all of a stage follow one another."""
        groups = groupby(self.rows, key=lambda row: row.label)
        return {label: tuple(rows) for label, rows in groups}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in which some row says something."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.columns))

    def number(self, parameter: str) -> Number | None:
        """A parameter that is a number."""
        value = self.parameters.get(parameter)
        return value if is_number(value) else None

    def with_parameters(self, **parameters: Value) -> Plan:
        return replace(self, parameters={**self.parameters, **parameters})

    def with_rows(self, change: Callable[[Row], Row]) -> Plan:
        """Every row changed by what it says; those that say the same are changed at once."""
        changed: dict[Content, Content] = {}
        for row in self.rows:
            if row.content not in changed:
                changed[row.content] = change(row).content
        return replace(
            self, rows=tuple([row.with_content(changed[row.content]) for row in self.rows])
        )

    def with_numbers(self, numbers: Mapping[RowId, int]) -> Plan:
        """Rows by how often their blocks come; those that say the same then share it."""
        changed: dict[tuple[Content, int], Content] = {}
        rows: list[Row] = []
        for row in self.rows:
            key = row.content, numbers.get(row.id, row.number)
            if key not in changed:
                changed[key] = row.with_number(key[1]).content
            rows.append(row.with_content(changed[key]))
        return replace(self, rows=tuple(rows))

    def with_row(self, new: Row, after: Row) -> Plan:
        """One more row behind another, in its stage, under an identity that no row has had."""
        number = self.added + 1
        row = replace(new.in_stage_of(after), id=new.id._replace(copy=number))
        place = self.rows.index(after) + 1
        return replace(self, rows=(*self.rows[:place], row, *self.rows[place:]), added=number)

    def without_row(self, row: Row) -> Plan:
        return replace(self, rows=tuple([other for other in self.rows if other.id != row.id]))


def plan_of(network: tree.Network, unit: Unit, given: Mapping[str, Given]) -> Plan:
    """A network as it is written, with what it is given."""
    rows = tuple(row for table in own_tables(network.body) for row in rows_of(table))
    return Plan(network, unit, given, network.doc, rows=rows)


def own_tables(body: Sequence[tree.Statement]) -> Iterator[tree.Table]:
    """The tables of a network itself, whatever it is decided by that they are part of it."""
    for statement in body:
        if isinstance(statement, tree.Table):
            yield statement
        elif isinstance(statement, tree.If):
            yield from own_tables(statement.body)
            yield from own_tables(statement.otherwise)
