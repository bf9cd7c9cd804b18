"""The canonical name of a network, and its counts: equal for two spellings of one network."""

from __future__ import annotations

from itertools import combinations, permutations, product
from pathlib import Path
from typing import NamedTuple

import pytest
from steps import grows_in_proportion

import archdsl
from archdsl.ir.alike.canonical import canonical_name
from archdsl.ir.alike.counts import Counts, count
from archdsl.ir.graph import Graph
from archdsl.ir.likeness import is_same_network

ROOT = Path(__file__).resolve().parents[2]


class Likeness(NamedTuple):
    """All that does not depend on the spelling of a network."""

    canonical: str
    counts: Counts


def likeness(graph: Graph) -> Likeness:
    return Likeness(canonical_name(graph), count(graph))


GPB_LIKE = {
    "op1": "attend(f0, over = spatial, by = map, phi = sigmoid)",
    "op2": "attend(op1, over = temporal, by = dot)",
    "op3": "attend(f0, over = spatiotemporal, by = dot)",
    "op4": "attend(op2, over = spatial, by = dot)",
}


def graph(folder: Path, body: str, before: str = "") -> Graph:
    path = folder / "n.arch"
    path.write_text(f"{before}\nnetwork n() {{\n{body}\n}}\n")
    return archdsl.load(path).network("n").graph


def cell(folder: Path, statements: dict[str, str], combined: str, keys: str = "cell") -> Likeness:
    """The likeness of a small network with one cell."""
    lines = "\n".join(f"  {name} = {call}" for name, call in statements.items())
    prepared = "  prepare(channels = 4, size = 6, frames = 4)"
    text = f"use attention_cell\ncell c {{\n  keys_values = {keys}\n{prepared}\n{lines}\n"
    text += f"  combine({combined})\n}}\n"
    return likeness(graph(folder, "  input x: 8 x 4 x 6^2\n  return x -> c", text))


# Spellings of one network


def test_order_of_combined_operations_is_ignored(tmp_path: Path) -> None:
    orders = [", ".join(order) for order in permutations(GPB_LIKE)][::5]
    assert len({cell(tmp_path, GPB_LIKE, order).canonical for order in orders}) == 1


def test_names_of_operations_are_ignored(tmp_path: Path) -> None:
    other = {
        "op1": GPB_LIKE["op3"],
        "op2": GPB_LIKE["op1"],
        "op3": GPB_LIKE["op2"].replace("op1", "op2"),
        "op4": GPB_LIKE["op4"].replace("op2", "op3"),
    }
    one, two = (cell(tmp_path, ops, "op1, op2, op3, op4") for ops in (GPB_LIKE, other))
    assert one == two


@pytest.mark.parametrize("names", ["op1, op2, op3, op4", "op4, op1, op3, op2"])
def test_twins_are_told_apart_by_what_reads_them(tmp_path: Path, names: str) -> None:
    """Two equal operations, and two equal ones that read one each, in either pairing."""
    twins = dict.fromkeys(("op1", "op2"), "attend(f0, over = temporal)")
    first, second = (f"attend({op}, over = spatial)" for op in twins)
    straight = {**twins, "op3": first, "op4": second}
    crossed = {**twins, "op3": second, "op4": first}
    both = {**twins, "op3": first, "op4": first}
    assert cell(tmp_path, straight, names) == cell(tmp_path, crossed, names)
    assert cell(tmp_path, straight, names) != cell(tmp_path, both, names)


def test_weighted_sum_has_no_order(tmp_path: Path) -> None:
    ops = {
        "op1": "attend(f0, over = temporal)",
        "op2": "attend(f0, over = spatial)",
        "op3": "attend((op1, op2), over = spatial)",
    }
    other = {**ops, "op3": "attend((op2, op1), over = spatial)"}
    assert cell(tmp_path, ops, "op1, op3") == cell(tmp_path, other, "op3, op1")


def test_a_weighted_sum_of_one_is_that_one(tmp_path: Path) -> None:
    ops = {"op1": "attend(f0, over = temporal)", "op2": "attend(op1, over = spatial)"}
    several = {name: call.replace("(op1,", "((op1,),") for name, call in ops.items()}
    assert several != ops
    assert cell(tmp_path, ops, "op1, op2") == cell(tmp_path, several, "op1, op2")


def test_keys_and_values_say_nothing_without_a_dot_product(tmp_path: Path) -> None:
    last = "attend(op1, over = spatial, by = {})"
    maps = {"op1": "attend(f0, over = temporal, by = map)", "op2": last.format("map")}
    dots = {**maps, "op2": last.format("dot")}
    for ops, is_one in ((maps, True), (dots, False)):
        names = {cell(tmp_path, ops, "op1, op2", keys).canonical for keys in ("cell", "operation")}
        assert (len(names) == 1) == is_one


def test_all_small_cells_by_brute_force(tmp_path: Path) -> None:
    """64 spellings of two operations: as many names as trees that differ."""
    found: dict[str, set[object]] = {}
    for keys, read, *labels in product(("cell", "operation"), ("f0", "op1"), *[_LABELS] * 2):
        reads = ("f0", read)
        ops = {
            f"op{k}": f"attend({reads[k - 1]}, over = {over}, by = {by}, phi = sigmoid)"
            for k, (over, by) in enumerate(labels, start=1)
        }
        name = cell(tmp_path, ops, "op1, op2", keys).canonical
        # Where a dot product reads f0, the operation's input is the cell's.
        is_told = read == "op1" and labels[1][1] == "dot"
        tree = tuple(labels) if read == "op1" else tuple(sorted(labels))
        found.setdefault(name, set()).add((keys if is_told else "", read, tree))
    assert all(len(trees) == 1 for trees in found.values())
    assert len(found) == len(set.union(*found.values())) == 10 + 16 + 8


_LABELS = list(product(("temporal", "spatial"), ("map", "dot")))


# Networks that differ

BODY = """  input a: 3 x 8^2
  input b: 3 x 8^2
  init conv: he_fan_out
  x = a -> conv(4, 3) -> batch_norm -> relu
  y = b -> conv(4, 3) -> relu
  z = concat(x, y)
  return z -> dropout(0.5) -> adaptive_avg_pool -> flatten -> linear(5)
"""


@pytest.mark.parametrize(
    ("old", "new", "is_one"),
    [
        ("a -> conv(4, 3)", "b -> conv(4, 3)", False),
        ("dropout(0.5)", "dropout(0.2)", False),
        ("he_fan_out", "xavier", False),
        ("y = b -> conv(4, 3)", "y = b -> conv(4, 3, bias = true)", False),
        # `flatten` is followed no further, so the order counts, though it need not.
        ("concat(x, y)", "concat(y, x)", False),
        ("concat(x, y)\n", "concat(x, y) -> conv(4)\n", False),
        ("z = concat(x, y)", "z = x + y", False),
    ],
)
def test_what_makes_another_network(tmp_path: Path, old: str, new: str, is_one: bool) -> None:
    names = [likeness(graph(tmp_path, body)).canonical for body in (BODY, BODY.replace(old, new))]
    assert (names[0] == names[1]) == is_one


@pytest.mark.parametrize(
    ("reader", "is_one"),
    [
        ("conv(4)", True),
        ("batch_norm -> relu -> max_pool(2) -> conv(4)", True),
        ("interpolate(16) -> sigmoid -> conv(4, 3)", True),
        ("mean(0)", True),
        ("softmax(0) -> sum(0)", True),
        ("conv(8, groups = 8)", False),
        ("slice(0, 4)", False),
        ("channel_shuffle(2) -> conv(4)", False),
        ("relu", False),
    ],
)
def test_order_of_a_concatenation(tmp_path: Path, reader: str, is_one: bool) -> None:
    """It is lost where a layer weighs all channels alike, and counts where places differ."""
    head = "  input a: 3 x 8^2\n  x = a -> conv(4)\n  y = a -> conv(4, 3)\n"
    one, two = (
        likeness(graph(tmp_path, f"{head}  return concat({pair}) -> {reader}\n"))
        for pair in ("x, y", "y, x")
    )
    assert (one.canonical == two.canonical) == is_one


def test_order_counts_where_weights_are_shared(tmp_path: Path) -> None:
    """The second use has the channels in the first one's order."""
    block = "block c(x) { return x -> conv(4) }\n"
    text = "  input a: 3 x 8^2\n  x = a -> conv(4)\n  y = a -> conv(4, 3)\n  share s = c()\n"
    one, two = (
        likeness(graph(tmp_path, f"{text}  return s(concat(x, y)) + s(concat({pair}))\n", block))
        for pair in ("x, y", "y, x")
    )
    assert one.canonical != two.canonical


def test_one_layer_used_twice_is_not_two_layers(tmp_path: Path) -> None:
    shared = graph(tmp_path, "  input x: 3 x 8^2\n  y = x -> conv(3)\n  return y + y\n")
    two = graph(tmp_path, "  input x: 3 x 8^2\n  return conv(x, 3) + conv(x, 3)\n")
    assert likeness(shared).canonical != likeness(two).canonical


# All specs


def test_networks_of_the_specs() -> None:
    """Equal names are equal networks, and equal networks have equal names and counts."""
    files = ("i3d_attention", "tiny", "x3d_s", "x3d_m")
    specs = [archdsl.load(ROOT / "specs" / f"{name}.arch") for name in files]
    graphs = [spec.network(name).graph for spec in specs for name in spec.networks]
    likes = [likeness(each) for each in graphs]
    for (a, one), (b, two) in combinations(zip(graphs, likes, strict=True), 2):
        assert (one.canonical == two.canonical) == is_same_network(a, b)
        assert is_same_network(a, b) <= (one == two)


def test_time_grows_with_the_network(tmp_path: Path) -> None:
    """Also where each block has two branches that are equal."""
    brick = "  x = concat(x -> conv(4), x -> conv(4)) -> conv(4)\n"
    graphs = {
        blocks: graph(tmp_path, f"  input x: 4 x 8^2\n{brick * blocks}  return x\n")
        for blocks in (40, 80)
    }
    assert grows_in_proportion(lambda blocks: likeness(graphs[blocks]), 40)


def test_counts_tell_what_two_cells_have_in_common(tmp_path: Path) -> None:
    one = cell(tmp_path, GPB_LIKE, "op1, op2, op3, op4").counts
    assert one["nodes"]["attend(by=dot)"] == 3
    assert one["nodes"]["attend(by=map, over=spatial)"] == 1
    assert one["edges"]["attend(over=temporal) > attend(over=spatial)"] == 1
    path = "attend(over=spatial) > attend(over=temporal) > attend(over=spatial)"
    assert one["paths"][path] == 1
