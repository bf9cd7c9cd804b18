"""The plan of a network: its text and all that derivations change in it, not yet built.

The text itself never changes. A plan has the given parameters, the rows of the network's own
tables, other shapes of inputs, and the insertions. Transforms turn a plan into another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby

from archdsl.build.values import Given, Inserted, Value
from archdsl.ir.graph import Address
from archdsl.params.numbers import Number, is_number
from archdsl.plan.decisions import Narrowed
from archdsl.plan.rows import Content, Row, RowId, check_decided, ids_of, rows_of
from archdsl.program.program import Unit, names_in
from archdsl.source import Span
from archdsl.syntax import tree


@dataclass(frozen=True)
class Plan:
    """What to build: the `network` as it is written, the names that it sees, and the changes.

    As it is built: `given` are parameters by name, `shapes` the inputs whose shape differs from the
    text, `narrowed` the options that `choose` leaves of decisions by name, `open` the parameters
    that are given by a choice, with the file that it is in, `inserts` the
    statements of insertions and `inserted` their blocks by address, `rows`
    those of the network's own tables outside of loops, `added` the number of rows that no text has,
    `headers` the columns that a table has beyond its text. `before` is the plan before the last
    change, which was made by the text at `changed_by`. `rate` is how many times as many frames of
    the same time a clip has by the changes, which recipes follow.

    As transforms see it, after `plan.evaluation`: `parameters` and `inputs` by value, and rows with
    values. Rows of tables that the body does not reach at these values are `unreached`. `undecided`
    are the parameters and inputs that hang on an open decision, each with its name.
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
    unreached: tuple[Row, ...] = ()
    added: int = 0
    headers: Mapping[int, tuple[str, ...]] = field(default_factory=dict, compare=False)
    narrowed: Mapping[str, Narrowed] = field(default_factory=dict)
    rate: Number = 1
    open: Mapping[str, tuple[Unit, tree.Expression]] = field(default_factory=dict)
    undecided: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Plan of {self.network.name}: {len(self.rows)} rows>"

    # As it is built

    @property
    def missing(self) -> list[str]:
        """The parameters that have no value, neither given nor by default."""
        needed = (p.name for p in self.network.parameters if p.default is None)
        return [name for name in needed if name not in self.given]

    @property
    def is_declared(self) -> bool:
        """Whether it is the network as written, so that all printed shapes must hold."""
        return not self.given and self.before is None

    @cached_property
    def is_rewritten(self) -> bool:
        """Whether transforms edited its tables or inputs, so that no printed shape holds."""
        if self.before is None:
            return False
        return bool(self.shapes) or any(map(self.is_edited, own_tables(self.network.body)))

    def is_edited(self, table: tree.Table) -> bool:
        """Whether rows of a table were added, removed or edited."""
        rows = self.rows_in(table)
        has_edits = any(row.content.edits for row in rows)
        return has_edits or [row.id for row in rows] != [*ids_of(table)]

    def rows_in(self, table: tree.Table) -> tuple[Row, ...]:
        """The rows of a table of the network; those of a table in a loop are as written."""
        start = table.span.start
        return self._tables[start] if start in self._tables else tuple(rows_of(table))

    @cached_property
    def _tables(self) -> Mapping[int, tuple[Row, ...]]:
        """The rows of each of the network's own tables, by the table's offset in the text."""
        tables: dict[int, list[Row]] = {t.span.start: [] for t in own_tables(self.network.body)}
        for row in (*self.rows, *self.unreached):
            tables[row.stage.table].append(row)
        return {start: tuple(rows) for start, rows in tables.items()}

    def shape(self, name: str) -> tree.Expression:
        """The shape of an input, by name, as an expression."""
        nodes = tree.walk(self.network.body)
        return next(self.shape_of(n) for n in nodes if isinstance(n, tree.Input) and n.name == name)

    def shape_of(self, statement: tree.Input) -> tree.Expression:
        """The shape of an input, by its statement, as an expression."""
        return self.shapes.get(statement.name, statement.shape)

    @property
    def insertions(self) -> tuple[tree.Insertion, ...]:
        """The insertions, in the order of the text."""
        return tuple([each for _, insert in self.inserts for each in insert.insertions])

    # As a transform sees it

    @property
    def stages(self) -> Mapping[str, tuple[Row, ...]]:
        """The rows of each stage by its label. The rows of a stage are consecutive."""
        groups = groupby(self.rows, key=lambda row: row.label)
        return {label: tuple(rows) for label, rows in groups}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in which some row has a value."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.columns))

    def number(self, parameter: str) -> Number | None:
        """The value of a parameter, or None where it is no number."""
        value = self.parameters.get(parameter)
        return value if is_number(value) else None

    def along(self, axis: str) -> dict[str, Number]:
        """The numbers among the parameters that are an axis: those that say so, or one so named."""
        declared = [p.name for p in self.network.parameters if p.axis == axis]
        numbers = {name: self.number(name) for name in declared or [axis]}
        return {name: number for name, number in numbers.items() if number is not None}

    @property
    def declared_axes(self) -> frozenset[str]:
        """The parameters that say which axis they are."""
        return frozenset(p.name for p in self.network.parameters if p.axis is not None)

    @cached_property
    def read_by_inputs(self) -> frozenset[str]:
        """The names that the shapes of inputs depend on, through other names as well."""
        nodes = list(tree.walk(self.network.body))
        found = names_in(*(node.shape for node in nodes if isinstance(node, tree.Input)))
        written = [(node.targets, node.value) for node in nodes if isinstance(node, tree.Assign)]
        written += [((p.name,), p.default) for p in self.network.parameters if p.default]
        before = 0
        while len(found) > before:
            before = len(found)
            found |= names_in(*(value for names, value in written if found & {*names}))
        return frozenset(found)

    @cached_property
    def counted(self) -> frozenset[str]:
        """The parameters that are integers by their type, and not any numbers."""
        parameters = self.network.parameters
        return frozenset(p.name for p in parameters if "int" in p.types and "number" not in p.types)

    def with_parameters(self, **parameters: Value) -> Plan:
        """The plan with other parameters.

        Raises:
            Refused: one hangs on an open decision.
        """
        check_decided(self.undecided, parameters)
        return replace(self, parameters={**self.parameters, **parameters})

    def with_inputs(self, shapes: Mapping[str, tuple[int, ...]]) -> Plan:
        """The plan with other shapes of inputs.

        Raises:
            Refused: one hangs on an open decision.
        """
        check_decided(self.undecided, shapes)
        return replace(self, inputs={**self.inputs, **shapes})

    def with_rows(self, change: Callable[[Row], Row]) -> Plan:
        """The plan with every row changed. `change` is called once for each distinct content."""
        changed: dict[Content, Content] = {}
        for row in self.rows:
            if row.content not in changed:
                changed[row.content] = change(row).content
        return replace(
            self, rows=tuple([row.with_content(changed[row.content]) for row in self.rows])
        )

    def with_numbers(self, numbers: Mapping[RowId, int]) -> Plan:
        """The plan with other numbers of blocks in some rows. Equal rows share one content."""
        changed: dict[tuple[Content, int], Content] = {}
        rows: list[Row] = []
        for row in self.rows:
            # Rows of one content can get different numbers: `stretch` rounds a stage as a whole.
            key = row.content, numbers.get(row.id, row.number)
            if key not in changed:
                changed[key] = row.with_number(key[1]).content
            rows.append(row.with_content(changed[key]))
        return replace(self, rows=tuple(rows))

    def with_row(self, new: Row, after: Row) -> Plan:
        """The plan with one more row after another, in its stage, under a new identity.

        Identities are not reused, so that a row cannot be mistaken for one that was removed.
        """
        number = self.added + 1
        row = replace(new.in_stage_of(after), id=new.id._replace(copy=number))
        place = self.rows.index(after) + 1
        return replace(self, rows=(*self.rows[:place], row, *self.rows[place:]), added=number)

    def without_row(self, row: Row) -> Plan:
        # By identity: other rows can have equal cells.
        return replace(self, rows=tuple([other for other in self.rows if other.id != row.id]))


def plan_of(
    network: tree.Network,
    unit: Unit,
    given: Mapping[str, Given],
    open: Mapping[str, tuple[Unit, tree.Expression]],
) -> Plan:
    """The plan of a network as it is written, with the parameters that it is given."""
    rows = tuple(row for table in own_tables(network.body) for row in rows_of(table))
    return Plan(network, unit, given, network.doc, rows=rows, open=open)


def own_tables(body: Sequence[tree.Statement]) -> Iterator[tree.Table]:
    """The tables of a network itself, in branches of `if` too, but not in loops."""
    for statement in body:
        if isinstance(statement, tree.Table):
            yield statement
        elif isinstance(statement, tree.If):
            yield from own_tables(statement.body)
            yield from own_tables(statement.otherwise)
