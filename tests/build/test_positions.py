"""`index` and `count`: the place of a block among all blocks of a body that ask for it."""

from __future__ import annotations

from fractions import Fraction

from archdsl.network import Network
from tests.build.harness import build, mistakes
from tests.mistakes import check

TEXT = """block stem(x, channels) { return x -> conv(channels, 3) }
block unit(x, channels, drop = 0, stride = 1) {
  y = x -> conv(channels, 3, stride)
  return y + (y -> stochastic_depth(drop))
}
block gate(x) { return x * (x -> sigmoid) }
network n(depth = 1, rate = 0.2) {
  input x: 3 x 16^2
  table (drop = rate * index / count) {
    | stage | block | channels | number          | drop |
    |-------|-------|----------|-----------------|------|
    | conv1 | stem  | 4        | 1               | -    |
    | res1  | unit  | 4        | ceil(2 * depth) | -    |
    | res2  | unit  | 8        | ceil(2 * depth) | -    |
    | -     | unit  | 8        | 1               | 0.5  |
    | last  | stem  | 8        | 1               | -    |
  }
  relu
  table (half = index / 2, drop = rate * half * 2 / count) {
    | stage | block | channels | number |
    |-------|-------|----------|--------|
    | res3  | unit  | 8        | 1      |
  }
}
network deeper = n() + stretch(2)
network gated = n() + insert gate after (res1.*, res2.*)
network small = n(depth = 4) + contract(depth, params = 3500)
"""


def rates(network: Network) -> list[Fraction]:
    """The rates in percent, in the order of the blocks."""
    nodes = (node for node in network.graph if node.operation.name == "stochastic_depth")
    return [100 * Fraction(node.operation.p) for node in nodes]


def test_blocks_are_counted_over_all_tables() -> None:
    assert rates(build(TEXT, "n")) == [0, 4, 8, 12, 50, 16]


def test_another_depth_is_another_count() -> None:
    expected = [Fraction(20 * place, 9) for place in range(8)]
    assert rates(build(TEXT, "n", depth=2)) == [*expected, 50, Fraction(160, 9)]


def test_positions_survive_transforms_and_insertions() -> None:
    assert rates(build(TEXT, "gated")) == [0, 4, 8, 12, 50, 16]
    stretched = rates(build(TEXT, "deeper"))
    assert stretched[:3] == [0, Fraction(20, 9), Fraction(40, 9)]
    assert stretched[-1] == Fraction(160, 9)


def test_a_search_gives_the_network_with_its_own_positions() -> None:
    small = build(TEXT, "small")
    assert small.costs.total.params <= 3500
    count = len(rates(small)) - 1
    assert rates(small)[1] == Fraction(20, count)


def test_names_of_a_spec_come_first() -> None:
    text = TEXT.replace("depth = 1,", "depth = 1, count = 10,")
    assert rates(build(text, "n")) == [0, 2, 4, 6, 50, 8]


TABLE = """table (drop = index / 10) {
| block | channels | number |
|-------|----------|--------|
| unit  | 3        | d      |
}"""


def test_a_block_has_positions_of_its_own() -> None:
    text = (
        f"block body(x, d = 3) {{\n{TABLE}\n}}\nnetwork m() {{\ninput x: 3 x 8^2\nbody\nbody\n}}\n"
    )
    assert rates(build(TEXT + text, "m")) == [0, 10, 20, 0, 10, 20]


def test_a_table_in_a_loop_has_no_positions() -> None:
    text = f"network m() {{\ninput x: 3 x 8^2\nfor d in (1, 2) {{\n{TABLE}\n}}\n}}\n"
    found = mistakes(TEXT + text, "m")
    check(found, "drop = index / 10", "are known in tables outside of loops and conditions")


def test_a_number_that_changes_cannot_be_counted_ahead() -> None:
    text = f"network m() {{\ninput x: 3 x 8^2\nd = 1\n{TABLE}\nd = 2\n{TABLE}\n}}\n"
    found = mistakes(TEXT + text, "m")
    assert found[0].message.startswith("`d` is assigned more than once")
