"""`choose`: what is left of a space, in which order whatever is decided."""

from __future__ import annotations

import pytest

from archdsl.ir.likeness import is_same_network
from archdsl.network import Network
from archdsl.spec import Spec
from tests.mistakes import load_text

SPACE = """
block leaf(x, c = {4, 8}) { return x -> conv(c, {1, 3}) }

network net(width = {1, 2, 4}) {
  input x: 3 x 16^2
  act = {relu, conv(channels = {4, 8 * width})}
  y = x -> conv(8 * width, kernel = {-1 + 2, 3, 5}) -> act
  return y -> leaf -> mean
}

network other = net(width = {4, 8})
"""


@pytest.fixture(scope="module")
def spec() -> Spec:
    return load_text(SPACE)


def chosen(spec: Spec, *choices: str, base: str = "net") -> Network:
    return spec.derive("made", base, *(f"choose({each})" for each in choices)).network("made")


def left(network: Network) -> dict[str, list[str]]:
    """The options that are still open."""
    decisions = (each.decision for each in network.decisions)
    return {d.name: [d.options[i] for i in d.allowed] for d in decisions if d.is_open}


def test_what_is_not_named_stays_open(spec: Spec) -> None:
    assert left(chosen(spec, "leaf.c = 8")) == {
        "width": ["1", "2", "4"],
        "act": ["relu", "conv(channels = {4, 8 * width})"],
        "y.conv.kernel": ["-1 + 2", "3", "5"],
        "leaf.return.conv.kernel": ["1", "3"],
    }


def test_fewer_options_are_left_in_the_order_of_the_text(spec: Spec) -> None:
    made = chosen(spec, "width = {4, 2}, y.conv.kernel = {3, -1 + 2}")
    assert left(made)["width"] == ["2", "4"]
    assert left(made)["y.conv.kernel"] == ["-1 + 2", "3"]
    # The first that is left is what the space is where nobody says otherwise.
    assert next(each.option for each in made.decisions if each.name == "width") == "2"


def test_the_ends_are_those_of_what_is_left(spec: Spec) -> None:
    for end, width in (("first", "2"), ("last", "4")):
        made = chosen(spec, "width = {2, 4}", f"width = {end}")
        assert {each.name: each.option for each in made.decisions}["width"] == width
        assert "width" not in left(made)


def test_what_hangs_on_an_option_is_decided_in_the_same_call(spec: Spec) -> None:
    made = chosen(spec, "act.conv.channels = 4, act = last, width = 1")
    assert "act.conv.channels" not in left(made)
    assert {each.name: each.option for each in made.decisions}["act.conv.channels"] == "4"


def test_decisions_can_be_made_one_by_one_in_any_order(spec: Spec) -> None:
    at_once = chosen(spec, "width = 2, act = relu, leaf.c = 8, y.conv.kernel = 3")
    later = chosen(spec, "leaf.c = 8", "width = 2, act = relu", "y.conv.kernel = 3")
    assert is_same_network(at_once.graph, later.graph)
    assert left(at_once) == left(later) == {"leaf.return.conv.kernel": ["1", "3"]}


def test_a_choice_given_to_a_parameter_has_its_name(spec: Spec) -> None:
    assert left(chosen(spec, "leaf.c = 4", base="other"))["width"] == ["4", "8"]
    made = chosen(spec, "width = 8", base="other")
    assert "width" not in left(made)
    assert made.decisions[0].option == "8"


def test_options_that_only_some_members_have_can_be_left() -> None:
    text = """
    network net(hi = {8, 16, 24}) {
      input x: 4 x 2 x 4^2
      c = {4..hi by 4}
      x -> conv(c)
    }
    network wide = net + choose(c = 24)
    network few = net + choose(c = {4, 8, 20})
    network same = net + choose(hi = {8, 16, 24})
    network narrow = net + choose(c = {4, 8})
    """
    spec = load_text(text)
    assert {name: len(spec.network(name).members.decisions["c"]) for name in ("wide", "few")} == {
        "wide": 1,
        "few": 3,
    }
    counts = {name: spec.network(name).walk.members for name in ("wide", "few", "narrow")}
    assert counts == {"wide": 1, "few": 2 + 2 + 3, "narrow": 6}
    warned = {n: [d.message for d in spec.network(n).diagnostics] for n in ("same", "narrow")}
    assert warned == {"same": ["this decides nothing"], "narrow": []}
