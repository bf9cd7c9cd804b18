"""The law of choices: a member is the network that has the options in place of the choices."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from archdsl.ir.likeness import is_same_network
from archdsl.plan.decisions import member_name
from archdsl.spec import Spec
from tests.build.spaces import Space, Taken, Written, spaces
from tests.laws import law
from tests.mistakes import load_text


def chosen(spec: Spec, made: dict[str, str]) -> Spec:
    options = ", ".join(f"{name} = {option}" for name, option in made.items())
    return spec.derive("member", "net", f"choose({options})")


@law(spaces(), st.integers(0, 2**16), few=25, many=400)
def test_a_member_is_the_text_with_options_in_place_of_choices(space: Space, seed: int) -> None:
    taken = Taken(random.Random(seed))
    alone = load_text(space.text(taken)).network("net")
    member = chosen(load_text(space.text(Written())), taken.made).network("member")
    assert {each.name: each.option for each in member.decisions} == taken.made
    assert member.open_decisions == ()
    assert is_same_network(member.graph, alone.graph)
    assert alone.decisions == ()
