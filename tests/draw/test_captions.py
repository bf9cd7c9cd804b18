"""What boxes say of their parameters: neighbours the same kinds of facts, repeats what varies."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

import archdsl
from archdsl.draw.captions import lines
from archdsl.draw.picture import boxes
from archdsl.draw.words import fact
from archdsl.network import Network
from tests.build.harness import build, build_body
from tests.draw.harness import GALLERY, ROOT, of_file, picture

BLOCK = (
    "block b(x, channels = 8, k = 1, act: block = relu, wide = false) { return x -> conv(8, k) }\n"
)


def said(network: Network, title: str) -> list[tuple[str, ...]]:
    found = boxes(picture(network).main.items)
    return [box.details.facts for box in found if box.title == title and box.details]


def row(columns: str, cells: str, given: str = "") -> Network:
    table = f"table {given} {{\n| block | {columns} |\n| b | {cells} |\n}}"
    return build(f"{BLOCK}network n() {{\ninput x: 8 x 8^2\n{table}\n}}\n")


def test_what_one_box_shows_its_kind_shows() -> None:
    network = build_body("x -> b -> b(act = tanh, k = 3) -> b(act = tanh, k = (1, 3))", BLOCK)
    assert said(network, "b") == [
        ("k 1", "act relu"),
        ("k 3", "act tanh"),
        ("k (1, 3)", "act tanh"),
    ]
    # As its default, or as the same word, in all boxes: nothing to tell.
    assert said(build_body("x -> b -> relu -> b", BLOCK), "b") == [(), ()]


def test_a_flag_is_told_where_it_is_set() -> None:
    network = build_body("x -> b(wide = true) -> b(k = 3)", BLOCK)
    assert said(network, "b") == [("k 1", "wide"), ("k 3",)]
    assert fact("bias", [False], True) == "no bias"
    assert fact("bias", [False], False) == ""


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ("(k = 3)", "k 3"),
        ("(k = (3, 5, 5, 5)[i])", "k 3→5"),
        ("(k = 2 * i + 1)", "k 1..7"),
        ("(k = (3, 1)[i % 2])", "k 3 / 1"),
        ("(k = ((1, 3), (3, 1))[i % 2])", "k (1, 3) / (3, 1)"),
        ("(wide = i % 2 == 0)", "wide in 2 of 4"),
    ],
)
def test_a_repeated_row_shows_what_varies(cells: str, told: str) -> None:
    network = row("number", "4", cells)
    assert said(network, "b") == [(told,)]


def test_values_are_listed_in_the_order_in_which_they_are_written() -> None:
    kernels = [(5, 3, 3), (1, 3, 3), (5, 3, 3), (3, 3, 3)]
    assert fact("kernel", kernels, (3, 3, 3)) == "kernel 5×3×3 / 1×3×3 / 3×3×3"
    assert fact("kernel", [*kernels, (7, 3, 3)], None).endswith(" / …")


def test_numbers_of_a_row_that_its_block_does_not_take_are_facts() -> None:
    network = archdsl.load(ROOT / "specs/autox3d_s.arch").network()
    assert said(network, "t1_s3")[0][:3] == ("expansion 2.25", "mid 108", "kernel 1×3×3")
    assert said(network, "t3_s3")[2] == (
        "expansion 4.5",
        "mid 72→216",
        "kernel 3×3×3",
        "stride 2→1",
        "se in 1 of 2",
    )


def test_operations_of_rows_have_facts() -> None:
    network = build(
        "network n() {\ninput x: 8 x 8^2\ntable {\n| block | kernel | channels | number |\n"
        "| conv | 3 | 8 | 2 |\n| conv | 1 | 4 | 1 |\n}\n}\n"
    )
    assert said(network, "conv") == [("kernel 3",), ("kernel 1",)]


def test_facts_that_do_not_fit_are_told_to_be_there() -> None:
    facts = [f"parameter{number} 1234567" for number in range(8)]
    packed = lines(facts)
    assert len(packed) == 3
    assert packed[-1].endswith("…")
    assert all(len(line) <= 36 for line in packed)


@pytest.mark.parametrize("path", GALLERY[::7], ids=lambda path: path.stem)
def test_neighbours_of_a_kind_show_the_same_parameters(path: Path) -> None:
    shown = of_file(path)
    for one, other in pairwise(boxes(shown.main.items) if shown else ()):
        if one.title == other.title and one.details and other.details:
            names = [
                {fact.split()[0] for fact in box.facts} for box in (one.details, other.details)
            ]
            assert not {"kernel", "mid", "expansion", "stride"} & (names[0] ^ names[1])


def test_costs_stand_on_boxes_and_frames() -> None:
    shown = picture(archdsl.load(ROOT / "specs/x3d_s.arch").network())
    by_title = {box.title: box for box in boxes(shown.main.items)}
    assert by_title["conv1: stem"].costs == "63.90 M MACs, 816 params"
    stage = next(item for item in shown.main.items if item.title == "res2")
    assert (stage.costs, stage.share) == ("15.42 k params", "17.6 %")
    fvcore = picture(archdsl.load(ROOT / "specs/x3d_s.arch").network(), None, "fvcore")
    assert next(iter(boxes(fvcore.main.items[1:]))).costs.startswith("67.89 M FLOPs, ")
