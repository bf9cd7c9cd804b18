"""Tables: columns bind parameters, rows repeat blocks, lines separate stages."""

from __future__ import annotations

from archdsl.network import Network
from tests.build.harness import build, build_body

BLOCK = """block b(x, channels, stride = 1, mid = 1, se = false) {
  conv(channels, 3, stride)
  if se and mid > 1 { sigmoid }
}
"""


def bindings(network: Network, name: str) -> list[object]:
    return [s.bindings[name] for s in network.graph.scopes if s.kind == "block"]


def table(*lines: str, head: str = "") -> Network:
    return build_body(f"table {head} {{\n" + "\n".join(lines) + "\n}", BLOCK)


def test_only_the_first_block_of_a_row_carries_the_stride() -> None:
    network = table("| block | channels | number | stride |", "| b | 4 | 3 | 2 |")
    assert bindings(network, "stride") == [2, 1, 1]
    assert network.outputs == ((4, 4, 4),)


def test_dash_and_empty_cell_leave_the_default() -> None:
    network = table(
        "| block | channels | stride |", "| b | 4 | - |", "| b | 4 | |", "| relu | - | 1 |"
    )
    assert bindings(network, "stride") == [1, 1]


def test_i_counts_the_blocks_of_a_stage() -> None:
    rows = ("| b | 4 | 2 |", "| b | 4 | 1 |", "|---|---|---|", "| b | 4 | 2 |")
    network = table("| block | channels | number |", *rows, head="(mid = i + 1, se = i % 2 == 0)")
    assert bindings(network, "mid") == [1, 2, 3, 1, 2]
    assert bindings(network, "se") == [True, False, True, True, False]


def test_definitions_read_the_input_of_each_block_and_each_other() -> None:
    head = "(wide = 2 * grow, mid = int(wide * in.channels))"
    rows = ("| block | channels | grow | number |", "| b | 4 | 1.5 | 2 |")
    assert bindings(table(*rows, head=head), "mid") == [24, 12]


def test_a_cell_overrides_a_definition() -> None:
    network = table(
        "| block | channels | mid |", "| b | 4 | 7 |", "| b | 4 | - |", head="(mid = 9)"
    )
    assert bindings(network, "mid") == [7, 9]


def test_stages_rows_and_blocks_are_scopes() -> None:
    rows = ("| b | 4 | 1 |", "|---|---|---|", "| b | 4 | 2 |", "| b | 8 | 1 |")
    graph = table("| block | channels | number |", *rows).graph
    shown = [(s.kind, s.name, s.definition) for s in graph.scopes[1:]]
    assert shown == [
        ("row", "b", "b"),
        ("block", "b", "b"),
        ("stage", "stage1", ""),
        ("row", "0-1", "b"),
        ("block", "0", "b"),
        ("block", "1", "b"),
        ("row", "2", "b"),
        ("block", "2", "b"),
    ]
    assert all(scope.outputs for scope in graph.scopes)


def test_the_stage_column_names_and_separates_stages() -> None:
    rows = ("| res2 | b | 4 |", "| - | b | 4 |", "| res3 | b | 8 |")
    graph = table("| stage | block | channels |", *rows).graph
    assert [(s.kind, s.name) for s in graph.scopes if s.kind in ("stage", "row")] == [
        ("stage", "res2"),
        ("row", "0"),
        ("row", "1"),
        ("row", "res3"),
    ]


def test_rows_with_several_values() -> None:
    before = (
        "block two(a, b, channels) {\n return a -> conv(channels), b -> conv(2 * channels)\n}\n"
    )
    text = before + (
        "network n() {\n input a: 1 x 8\n input b: 1 x 4\n table {\n"
        "| block | channels | expect |\n| two | 3 | (3 x 8, 6 x 4) |\n| two | 5 | (8, 4) |\n}\n}"
    )
    assert build(text).outputs == ((5, 8), (10, 4))


def test_cells_can_contain_operations_and_conditions() -> None:
    rows = ("| relu if x.rank == 3 else sigmoid | - |", "| conv(kernel = 3) | 4 |")
    graph = table("| block | channels |", *rows).graph
    assert [node.operation.name for node in graph] == ["input", "relu", "conv"]


def test_expectations_hold_for_the_network_as_declared() -> None:
    rows = "| expect | block |\n| 8 x 8^2 | relu |\n| <=9 x size^2 | relu |\n| 8^2 | relu |"
    text = f"network n(size = 8) {{ input x: 8 x size^2\n table {{\n{rows}\n}}\n}}"
    assert build(text, None, size=9).outputs == ((8, 9, 9),)


def test_a_printed_shape_that_differs_is_a_note() -> None:
    network = table("| printed | block | channels |", "| 4 x 9^2 | b | 4 |")
    (note,) = network.diagnostics
    assert (note.severity.value, note.message) == (
        "note",
        "the paper prints 4 x 9^2, but this is 4 x 8^2",
    )
