"""Pictures of cells: the input on top, each operation below its inputs, the sink at the end."""

from __future__ import annotations

import pytest

import archdsl
from archdsl import limits
from archdsl.draw.cell import draw_cells
from archdsl.draw.picture import Border, Box, Line, Look, Picture, boxes
from archdsl.draw.sheets import page
from archdsl.ir.cells import Cell, CellOperation
from tests.draw.harness import ROOT, check, picture

MAP = CellOperation("op1", "temporal", "map", "softmax", False, ("f0",))
DOT = CellOperation("op2", "spatial", "dot", "none", True, ("op1",))
BOTH = CellOperation("op3", "spatiotemporal", "dot", "sigmoid", False, ("op1", "f0"))
LAST = CellOperation("op4", "temporal", "map", "softmax", True, ("op2", "op3"))


def cell(keys_values: str = "operation", after: str = "res3.1") -> Cell:
    operations, outputs = (MAP, DOT, BOTH, LAST), ("op3", "op4")
    return Cell("found", "res3.1_found", keys_values, operations, outputs, after)


def chain(length: int) -> Cell:
    """A chain of operations, each with keys and values from the cell's input."""
    operations = [
        CellOperation(f"op{i}", "temporal", "dot", "softmax", False, (f"op{i - 1}" if i else "f0",))
        for i in range(length)
    ]
    return Cell("found", "here", "cell", tuple(operations), (f"op{length - 1}",))


def lines(drawn: Picture) -> set[tuple[str, str, Line]]:
    names = {box.key: box.title.partition(":")[0] for box in boxes(drawn.main.items)}
    return {
        (names[wire.source], names[target], wire.line)
        for wire in drawn.main.wires
        for target in wire.targets
    }


def test_operations() -> None:
    drawn = draw_cells([cell()])
    check(drawn)
    by_title = {box.title: box for box in boxes(drawn.main.items)}
    assert by_title["op1: temporal"].look is Look.TEMPORAL
    assert by_title["op1: temporal"].border is Border.ROUND
    assert by_title["op2: spatial"].lines == ("dot-product", "no activation, gate")
    assert by_title["op2: spatial"].border is Border.DOUBLE
    assert by_title["op3: spatiotemporal"].look is Look.SPATIOTEMPORAL
    assert drawn.main.facts == ("at res3.1", "keys and values from the input of the operation")


def test_wires() -> None:
    drawn = draw_cells([cell()])
    plain = {(source, target) for source, target, line in lines(drawn) if line is Line.PLAIN}
    assert {("f0", "op1"), ("op1", "op2"), ("op3", "combine"), ("op4", "combine")} <= plain
    assert {source for source, target in plain if target == "Σ"} == {"f0", "op1", "op2", "op3"}
    assert not [line for *_, line in lines(drawn) if line is not Line.PLAIN]


def test_keys_and_values_of_the_cell_are_dashed() -> None:
    drawn = draw_cells([cell("cell")])
    check(drawn)
    dashed = {(source, target) for source, target, line in lines(drawn) if line is Line.DASHED}
    assert dashed == {("f0", "op2"), ("f0", "op3")}


def test_the_input_is_on_top_and_the_sink_at_the_bottom() -> None:
    areas = page(draw_cells([cell("cell")])).layout.areas
    depths = {area.item.title: area.y for area in areas if isinstance(area.item, Box)}
    assert min(depths, key=depths.__getitem__) == "f0"
    assert max(depths, key=depths.__getitem__) == "combine"


def test_a_cycle_is_drawn() -> None:
    """No network has one, but drawing one must not fail."""
    one = CellOperation("a", "spatial", "map", "none", False, ("b",))
    two = CellOperation("b", "spatial", "map", "none", False, ("a",))
    check(draw_cells([Cell("odd", "", "cell", (one, two), ("b", "missing"))]))


def test_a_cell_outside_a_table_is_named_by_its_place() -> None:
    assert draw_cells([cell(after="")]).main.facts[0] == "at res3.1_found"


def test_a_cell_that_is_too_large_is_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "DRAWN", 20)
    drawn = draw_cells([chain(50)])
    check(drawn)
    assert [box.title for box in boxes(drawn.main.items)][-2:] == ["… 31 more", "combine"]
    assert lines(drawn) >= {("op18", "… 31 more", Line.PLAIN), ("… 31 more", "combine", Line.PLAIN)}


def test_wires_of_cells_that_are_too_long_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DRAWN_LENGTH", 100)
    drawn = draw_cells([chain(40)])
    check(drawn)
    assert any("connections are not drawn" in note for note in drawn.main.notes)
    assert len([line for *_, line in lines(drawn) if line is Line.DASHED]) < 39


def test_cells_that_are_too_many_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DRAWN", 20)
    drawn = draw_cells([chain(length) for length in range(10, 16)])
    check(drawn)
    assert len(drawn.insets) == 1
    assert drawn.main.notes == ("4 more cells are not drawn",)


def test_each_cell_is_beside_its_network_once() -> None:
    network = archdsl.load(ROOT / "specs/i3d_r50_attention.arch").network()
    drawn = picture(network)
    check(drawn)
    assert [inset.title for inset in drawn.insets] == ["cell_4a", "cell_4b", "cell_4c", "cell_4e"]
    assert drawn.insets[0].facts[0] == "at res3.1, res4.3"
    rows = [(box.title, box.times) for box in boxes(drawn.main.items)]
    assert rows[4:8] == [("inflated", 2), ("cell_4a", 1), ("inflated", 2), ("cell_4b", 1)]
