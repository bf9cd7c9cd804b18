"""`share`: what counts once, what counts each time, and which uses cannot share layers."""

from __future__ import annotations

import pytest

from archdsl.ir.likeness import is_same_network
from tests.build.harness import build, build_body, mistakes_in
from tests.mistakes import check

TOWER = "block tower(x, channels) { return x -> conv(channels, 3) -> batch_norm -> relu }\n"

TABLE = """block unit(x, width) {
  share inner = conv(channels = x.channels, kernel = 3)
  return x -> inner -> relu -> inner -> conv(x.channels, width)
}
network n(depth = 1) {
  input x: 8 x 8^2
  share layer = conv(channels = 8, kernel = 3)
  table {
    | stage | block | number    | width |
    |-------|-------|-----------|-------|
    | res1  | unit  | ceil(2 * depth) | 1     |
    | res2  | layer | ceil(3 * depth) | -     |
  }
}
network smaller = n(depth = 3) + contract(depth, params = 3136)
"""


def test_parameters_count_once_and_multiply_adds_each_time() -> None:
    once = build_body("return x -> tower(8)", TOWER).costs.total
    body = "share t = tower(channels = 8)\nreturn x -> t -> t -> t"
    shared = build_body(body, TOWER).costs.total
    assert shared.params == once.params
    assert (shared.macs, shared.activations) == (3 * once.macs, 3 * once.activations)


def test_one_set_of_layers_takes_several_sizes() -> None:
    body = "share t = tower(channels = 4)\nreturn x -> t, x -> max_pool(2) -> t"
    assert build_body(body, TOWER).outputs == ((4, 8, 8), (4, 4, 4))


def test_a_shared_network_is_another_network() -> None:
    own = build_body("return x -> tower(8) -> tower(8)", TOWER)
    shared = build_body("share t = tower(channels = 8)\nreturn x -> t -> t", TOWER)
    renamed = build_body("share s = tower(channels = 8)\ny = x -> s\nreturn y -> s", TOWER)
    assert not is_same_network(own.graph, shared.graph)
    assert is_same_network(shared.graph, renamed.graph)


def test_the_order_of_execution_of_uses_does_not_count() -> None:
    share = "share t = tower(channels = 8)\ny = x -> relu\n"
    first = build_body(f"{share}a = x -> t\nb = y -> t\nreturn a, b", TOWER)
    last = build_body(f"{share}b = y -> t\na = x -> t\nreturn a, b", TOWER)
    assert is_same_network(first.graph, last.graph)


def test_sums_of_a_search_count_shared_layers_once() -> None:
    inner, outer, layer = 8 * 8 * 9, 8 * 8, 8 * 8 * 9
    assert build(TABLE, "n", depth=2).costs.total.params == 4 * (inner + outer) + layer == 3136
    # If the search counted every use, it would stop at a smaller network.
    assert build(TABLE, "smaller").costs.total.params == 3136


def test_a_share_in_a_loop_is_new_in_each_round() -> None:
    body = "for i in range(3) {\nshare c = conv(channels = 8)\nx = x -> c -> c\n}\nreturn x"
    assert build_body(body).costs.total.params == 3 * 8 * 8


def test_a_share_in_a_shared_block() -> None:
    block = (
        "block twice(x) {\nshare c = conv(channels = x.channels)\nreturn x -> c -> relu -> c\n}\n"
    )
    body = "share t = twice\nreturn x -> t -> relu -> t"
    network = build_body(body, block)
    assert network.costs.total.params == 8 * 8
    assert network.costs.total.macs == 4 * 8 * 8 * 64


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return x -> t, x -> conv(4) -> t", "`conv` needs other weights here"),
        ("return x -> t, x -> flatten -> reshape((8, 64)) -> t", "`conv` needs other weights here"),
    ],
)
def test_uses_that_need_other_weights_are_refused(body: str, reason: str) -> None:
    found = mistakes_in(f"share t = tower(channels = 8)\n{body}", TOWER)
    mistake = check(found, "t", f"`t` cannot share its layers: {reason}")
    assert [words for words, _ in mistake.also] == ["t", "share t = tower(channels = 8)"]


def test_a_block_that_chooses_by_size_cannot_be_shared_over_sizes() -> None:
    block = """block sized(x) {
  if x.height > 4 { x = x -> max_pool(2) }
  return x -> conv(8)
}
"""
    found = mistakes_in("share s = sized\nreturn x -> s -> s", block)
    check(found, "s", "it consists of other operations here")


def test_one_tensor_twice_is_not_two_tensors() -> None:
    block = "block both(a, b) { return (a -> conv(8)) + (b -> conv(8)) }\n"
    found = mistakes_in("share s = both\nreturn s(x, x) + s(x, x -> relu)", block)
    check(found, "s(x, x -> relu)", "its operations are connected differently here")


def test_insertions_change_all_uses_or_none() -> None:
    text = f"""{TOWER}
network n() {{
  input x: 8 x 8^2
  share t = tower(channels = 8)
  return x -> t -> t
}}
block gate(x) {{ return x * (x -> sigmoid) }}
network one = n() + insert gate after t1.conv
"""
    with pytest.raises(Exception, match="`t` cannot share its layers: it consists of other"):
        build(text, "one")
