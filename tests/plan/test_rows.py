"""Identities of rows: transforms that add, remove and reorder rows keep those of the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

import pytest
from hypothesis import strategies as st

from archdsl.network import Network
from archdsl.params.kinds import Integer, parameter
from archdsl.plan.plan import Plan
from archdsl.plan.rows import RowId
from archdsl.plan.transforms import TRANSFORMS, Transform
from archdsl.program.loading import parse_program
from archdsl.source import Source
from archdsl.spec import Spec
from tests.plan.strategies import NAME, Files, specs
from tests.plan.test_laws import load_files, quick_law


class Duplicated(Transform):
    """A row with a copy of itself after it, of one block with half the channels."""

    name = "duplicated"
    leading = "row"
    row: int = parameter(Integer(least=0))

    def apply(self, plan: Plan) -> Plan:
        row = plan.rows[self.row % len(plan.rows)]
        return plan.with_row(row.with_number(1).with_cells(stride=1), after=row)


class Dropped(Transform):
    """A network without one of its rows."""

    name = "dropped"
    leading = "row"
    row: int = parameter(Integer(least=0))

    def apply(self, plan: Plan) -> Plan:
        return plan.without_row(plan.rows[self.row % len(plan.rows)])


class Reversed(Transform):
    """The rows of each stage in reverse order."""

    name = "turned"

    def apply(self, plan: Plan) -> Plan:
        stages = groupby(plan.rows, key=lambda row: row.stage)
        return replace(plan, rows=tuple(row for _, rows in stages for row in [*rows][::-1]))


OWN = (Duplicated, Dropped, Reversed)
EDITS = st.one_of(
    st.builds(Duplicated, st.integers(0, 9)),
    st.builds(Dropped, st.integers(0, 9)),
    st.just(Reversed()),
)


@pytest.fixture(autouse=True, scope="module")
def known() -> Iterator[None]:
    TRANSFORMS.update({kind.name: kind for kind in OWN})
    yield
    for kind in OWN:
        del TRANSFORMS[kind.name]


def plan_of(spec: Spec, *changes: Transform) -> Plan:
    return spec.derive("made", NAME, *changes).candidates("made", {}).plan


def blocks(network: Network) -> int:
    """The number of blocks in the tables of a network."""
    rows = (scope for scope in network.graph.scopes if scope.kind == "row")
    return sum(int(str(row.bindings["number"])) for row in rows)


def expected(rows: list[RowId], change: Transform, plan: Plan) -> list[RowId]:
    """The expected identities in order, from the same change of a plain list."""
    if isinstance(change, Reversed):
        stages = groupby(plan.rows, key=lambda row: row.stage)
        return [row.id for _, inside in stages for row in [*inside][::-1]]
    place = change.row % len(rows) if isinstance(change, Duplicated | Dropped) else 0
    if isinstance(change, Dropped):
        return [*rows[:place], *rows[place + 1 :]]
    return [*rows[: place + 1], rows[place]._replace(copy=plan.added + 1), *rows[place + 1 :]]


@quick_law(specs(), st.lists(EDITS, min_size=1, max_size=4))
def test_identities_survive_and_the_network_follows(files: Files, edits: list[Transform]) -> None:
    with load_files(files) as spec:
        for count, change in enumerate(edits):
            before = plan_of(spec, *edits[:count])
            if isinstance(change, Dropped) and _is_alone(before, change):
                return
            after = plan_of(spec, *edits[: count + 1])
            ids = [row.id for row in after.rows]
            assert ids == expected([row.id for row in before.rows], change, before)
            assert len(set(ids)) == len(ids)
            kept = {row.id: row for row in before.rows}
            assert all(_says(row) == _says(kept[row.id]) for row in after.rows if row.id in kept)
        made = spec.derive("made", NAME, *edits)
        assert blocks(made.network("made")) == sum(row.number for row in after.rows)
        made.standalone_text("made", "a test")


def _is_alone(plan: Plan, change: Dropped) -> bool:
    """Whether a table would lose its only row."""
    row = plan.rows[change.row % len(plan.rows)]
    return sum(other.stage.table == row.stage.table for other in plan.rows) == 1


def _says(row: object) -> object:
    return row.block, row.number, dict(row.columns)  # type: ignore[attr-defined]


TWICE = """
block unit(x) { return x -> conv(x.channels) }
block other(x) { return x -> conv(x.channels, 3) }
network net() {
  input x: 4 x 8^2
  table {
    | block |
    | unit  |
    | unit  |
  }
}
"""


def test_equal_rows_keep_their_own_places() -> None:
    """An insertion after the second of two equal rows stays there if both get another block."""
    spec = Spec(parse_program(Source("net.arch", TWICE)))
    changes = ["insert relu after stage1.1", "replace(unit, by = other)"]
    made = spec.derive("made", "net", *changes).network("made")
    assert [node.operation.name for node in made.graph] == ["input", "conv", "conv", "relu"]
