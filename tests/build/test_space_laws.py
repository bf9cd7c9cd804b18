"""The law of choices: a member is the network that has the options in place of the choices."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import strategies as st

from archdsl.build.machine import build
from archdsl.build.request import Budget, Request
from archdsl.ir.likeness import is_same_network
from archdsl.plan.decisions import Decision, member_name
from archdsl.spec import Spec
from tests.build.spaces import Space, Taken, Written, spaces
from tests.laws import law
from tests.mistakes import load_text

INSERTED = """
block leaf(x, c = {4, 6}) {
  y = x -> conv(c, {1, 3}) -> relu
  return y -> conv(x.channels)
}
network plain(width = 4) {
  input x: 3 x 2 x 4^2
  a = x -> conv(width)
  b = a -> relu
  c = b -> sigmoid
  return c
}
network net = plain(width = {2, 4}) + insert (leaf after a, each leaf after (b, c))
"""

WRITTEN_OUT = """
block leaf(x, c, k) {{
  y = x -> conv(c, k) -> relu
  return y -> conv(x.channels)
}}
network plain(width = 4) {{
  input x: 3 x 2 x 4^2
  a = x -> conv(width)
  b = a -> relu
  c = b -> sigmoid
  return c
}}
network net = plain(width = {width}) + insert (
  leaf(c = {shared[0]}, k = {shared[1]}) after a,
  leaf(c = {b[0]}, k = {b[1]}) after b,
  leaf(c = {c[0]}, k = {c[1]}) after c,
)
"""


def chosen(spec: Spec, made: Mapping[str, str], *changes: str) -> Spec:
    """A spec with the network `member`, of which decisions are made."""
    options = ", ".join(f"{name} = {option}" for name, option in made.items())
    return spec.derive("member", "net", f"choose({options})", *changes)


@law(spaces(), st.integers(0, 2**16), few=25, many=400)
def test_a_member_is_the_text_with_options_in_place_of_choices(space: Space, seed: int) -> None:
    taken = Taken(random.Random(seed))
    alone = load_text(space.text(taken)).network("net")
    member = chosen(load_text(space.text(Written())), taken.made).network("member")
    assert {each.name: each.option for each in member.decisions} == taken.made
    assert member.open_decisions == ()
    assert is_same_network(member.graph, alone.graph)
    assert alone.decisions == ()


@law(spaces(), st.integers(0, 2**16), few=8, many=100)
def test_decisions_are_asked_for_by_name_and_by_name_alone(space: Space, seed: int) -> None:
    """Whoever picks, in a build or by `choose`: the member is the same, and has one name."""
    taken = Taken(random.Random(seed))
    space.text(taken)
    spec = load_text(space.text(Written()))

    def pick(decision: Decision) -> int:
        return decision.options.index(taken.made[decision.name])

    request = Request.of(spec.program, "net", spec.network("net").plan, pick=pick)
    built, member = build(request, Budget()), chosen(spec, taken.made).network("member")
    assert is_same_network(built.graph, member.graph)
    made = {each.name: each.option for each in built.decisions}
    assert member_name("net", made) == member_name("net", taken.made)


@pytest.mark.parametrize("seed", range(4))
def test_an_insertion_decides_once_or_at_each_place(seed: int) -> None:
    dice = random.Random(seed)

    def leaf() -> tuple[str, str]:
        return dice.choice("46"), dice.choice("13")

    width, shared, b, c = dice.choice("24"), leaf(), leaf(), leaf()
    written = WRITTEN_OUT.format(width=width, shared=shared, b=b, c=c)
    places = {"leaf": shared, "b.leaf": b, "c.leaf": c}
    made = {f"{place}.c": channels for place, (channels, _) in places.items()}
    made |= {f"{place}.y.conv.kernel": kernel for place, (_, kernel) in places.items()}
    member = chosen(load_text(INSERTED), {**made, "width": width}).network("member")
    assert member.open_decisions == ()
    assert is_same_network(member.graph, load_text(written).network("net").graph)
