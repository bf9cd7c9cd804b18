"""Cells and insertions: what they build, and where errors point."""

from __future__ import annotations

from pathlib import Path

import pytest

import archdsl
from archdsl.ir.cells import cells
from archdsl.spec import CompileError
from tests.build.harness import build, mistakes, mistakes_in, warnings_in

SPECS = Path(__file__).resolve().parents[2] / "specs"
CELL = """use attention_cell
cell c(n = 4) {{
  prepare(channels = n, size = {size}, frames = 4)
  op1 = attend(f0, over = spatial)
  op2 = relu((f0, op1))
  combine(op1, op2)
}}
block unit(x) {{ return x -> conv(x.channels) }}
network n(size = 8) {{
  input video: 16 x 4 x size^2
  {body}
}}
"""


def _spec(body: str = "unit\n  c", after: str = "", size: str = "4") -> str:
    return CELL.format(body=body, size=size) + after


def test_a_cell_keeps_the_shape_and_records_its_wiring() -> None:
    network = build(_spec(), "n")
    (cell,) = cells(network.graph)
    assert network.outputs == ((16, 4, 8, 8),)
    assert [(o.name, o.over, o.by) for o in cell.operations] == [
        ("op1", "spatial", "dot"),
        ("op2", "", "relu"),
    ]
    assert cell.outputs == ("op1", "op2")


@pytest.mark.parametrize("second", ["relu(op1)", "op1 -> relu", "op1 -> relu()"])
def test_the_input_of_an_operation_is_an_argument_or_before_an_arrow(second: str) -> None:
    (cell,) = cells(build(_spec().replace("relu((f0, op1))", second), "n").graph)
    assert [(o.by, o.inputs) for o in cell.operations] == [("dot", ("f0",)), ("relu", ("op1",))]


def test_an_argument_given_twice_is_not_an_unknown_word() -> None:
    cell = _spec().replace("over = spatial", "over = spatial, over = temporal")
    (mistake,) = mistakes(cell, "n")
    assert (mistake.message, mistake.help) == ("`over` is given twice", None)


def test_a_row_of_a_table_can_be_a_cell_with_parameters() -> None:
    table = "table {\n| block | n | number |\n| c | 2 | 2 |\n}"
    assert [cell.name for cell in cells(build(_spec(table), "n").graph)] == ["c", "c"]


def test_a_derived_block_gives_a_cell_its_parameters() -> None:
    spec = _spec("unit\n  small", "block small = c(n = 2)\n")
    assert build(spec, "n").costs.total.params < build(_spec(), "n").costs.total.params


@pytest.mark.parametrize(
    ("places", "count"),
    [("unit", 1), ("(unit, add)", 2), ("uni*", 1), ("unit..c", 2), ("add", 1)],
)
def test_insertions(places: str, count: int) -> None:
    body = "unit = video -> unit\n  c = unit -> c\n  return unit + c"
    spec = _spec(body, f"network m = n + insert relu after {places}\n")
    assert len(build(spec, "m").graph) == len(build(spec, "n").graph) + count


@pytest.mark.parametrize(
    ("places", "where"),
    [
        ("pool*", ["pool_1", "pool_2"]),
        ("*_1", ["conv_1", "pool_1"]),
        ("pool_1..conv_2", ["pool_1", "conv_2"]),
        ("conv_1..pool_2", ["conv_1", "pool_1", "conv_2", "pool_2"]),
        ("many.*", ["many.0", "many.1"]),
    ],
)
def test_rows_of_one_operation_are_places_like_others(places: str, where: list[str]) -> None:
    body = """table {
| stage | block | number |
| conv_1 | unit | 1 |
|---|---|---|
| pool_1 | relu | 1 |
|---|---|---|
| conv_2 | unit | 1 |
|---|---|---|
| pool_2 | relu | 1 |
|---|---|---|
| many | relu | 2 |
}"""
    network = build(_spec(body, f"network m = n + insert c after {places}\n"), "m")
    assert [cell.after for cell in cells(network.graph)] == where


def test_insertions_after_an_insertion() -> None:
    after = """block again = c
network a = n + insert c after unit
network b = a + insert (relu after unit_c, again after unit)
"""
    network = build(_spec(after=after), "b")
    assert [cell.place for cell in cells(network.graph)] == ["unit_c", "unit_again", "c"]


BLOCKS = """block inner(x, width, half = width / 2) { return x -> conv(half) }
block outer(x, channels = 7) { return x -> inner(channels) }
block odd = outer(channels = 5)
block grouped(x, groups) { return x -> conv(8, groups = groups) }
block typed(x, n: int) { return x -> conv(n) }
block hands_on(x, number) { return x -> typed(number) }
"""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("outer(channels = 3)", "channels = 3"),
        ("outer(3)", "3"),
        ("outer", "7"),
        ("odd", "channels = 5"),
        ("grouped(3)", "3"),
        ("hands_on(number = 2.5)", "number = 2.5"),
        ("hands_on(size / 3)", "8"),
        ("table {\n| block | channels |\n| outer | 9 |\n}", "9"),
        ("table (channels = 3 * a) {\n| block | a |\n| outer | 3 |\n}", "3"),
        ("conv(8, kernel = 9, padding = 0)", "kernel = 9"),
    ],
)
def test_an_error_points_to_where_a_value_was_written(body: str, words: str) -> None:
    (mistake,) = mistakes_in(body, before=BLOCKS)
    assert mistake.words == words


def test_a_parameter_given_by_a_program_is_quoted() -> None:
    with pytest.raises(CompileError) as failure:
        build("network n(width = 8) {\n  input x: 8 x 4^2\n  conv(width)\n}", width=0)
    (diagnostic,) = failure.value.diagnostics
    assert [label.span.text for label in diagnostic.labels] == ["width = 0", "width"]
    assert diagnostic.labels[1].text == "`channels` of `conv` is 0 here"


def test_an_error_in_the_library_points_to_the_call() -> None:
    (mistake,) = mistakes(_spec(size="0"), "n")
    assert mistake.words == "size = 0"


def test_an_unread_result_is_shown_at_the_outermost_call() -> None:
    before = "block a(x) { return x -> relu }\nblock b(x) { return x -> a }\n"
    (warning,) = warnings_in("y = x -> b\n  z = x -> b\n  return z", before)
    assert (warning.words, warning.message) == (
        "b",
        "nothing uses the result of this, so it is left out of the network",
    )


def test_the_library_file_of_a_name_is_suggested() -> None:
    (mistake,) = mistakes_in("y = x -> attend\n  return y")
    assert mistake.help == "write `use attention_cell`"


def _cell(operations: list[str], output: str) -> str:
    body = "\n  ".join([*operations, f"combine({output})"])
    network = "network n() {\n  input video: 8 x 4 x 4^2\n  c\n}\n"
    return f"use attention_cell\ncell c {{\n  {body}\n}}\n{network}"


def test_a_large_cycle_is_found_in_one_pass() -> None:
    count = 3000
    operations = [f"op{i} = relu(op{(i + 1) % count})" for i in range(count)]
    assert "op0 -> op1 -> op2 -> op3 -> ..." in mistakes(_cell(operations, "op0"))[0].message


def test_errors_in_many_operations_are_limited() -> None:
    operations = [f"op{i} = relu(other{i})" for i in range(3000)]
    assert len(mistakes(_cell(operations, "op0"))) <= 51


def test_errors_of_patterns_without_a_match_are_limited() -> None:
    base = "block u(x) { return x -> relu }\nnetwork a() {\n  input x: 1 x 2\n"
    table = "  table {\n| stage | block | number |\n| s | u | 2000 |\n| - | u | 1 |\n  }\n}\n"
    insertions = ", ".join(f"relu after s.*{i}" for i in range(2000))
    found = mistakes(f"{base}{table}network n = a + insert ({insertions})\n", "n")
    assert found[-1].code == "stopped"


def test_figures_of_rows_exclude_insertions() -> None:
    """A row is split where something is inserted, and its labels continue."""
    spec = archdsl.load(SPECS / "i3d_r50_attention.arch")
    base = archdsl.load(SPECS / "i3d_r50.arch").network()
    parts = spec.network().breakdown("row")
    own = [part for part in parts if part.kind == "inflated"]
    assert [p.name for p in parts if p.name.startswith("res3")] == [
        "res3.0-1",
        "res3.1_cell_4a",
        "res3.2-3",
        "res3.3_cell_4b",
    ]
    before = [part for part in base.breakdown("row") if part.kind == "inflated"]
    assert sum(p.figures.params for p in own) == sum(p.figures.params for p in before)
    assert sum(p.figures.macs for p in own) == sum(p.figures.macs for p in before)
