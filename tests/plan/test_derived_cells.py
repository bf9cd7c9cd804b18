"""Cells of a supergraph's members, written as their author would."""

from __future__ import annotations

from pathlib import Path

import pytest
from supernet.supergraphs import SMALL

import archdsl
from archdsl.spec import Spec
from tests.mistakes import load_text

SPECS = Path(__file__).resolve().parents[2] / "specs"


def text_of(spec: Spec, space: str, *options: str) -> str:
    """A member as a spec; where it gives another network, that is an error."""
    return spec.derive("member", space, f"choose({', '.join(options)})").standalone_text(
        "member", "a test"
    )


def cell_in(text: str, name: str = "sg") -> list[str]:
    lines = text[text.index(f"cell {name} ") :].splitlines()
    return [line.strip() for line in lines[1 : lines.index("}")]]


TAKEN = (
    "sg.combine = (level2[1],)",
    "sg.level2.1.reads = (inputs[3],)",
    "sg.level1.3.gated = feature_gate(attended)",
    *(f"sg.level1.{node}.gated = attended" for node in (0, 1, 2, 4, 5)),
    *(f"sg.level2.{node}.gated = attended" for node in range(6)),
    *(f"sg.level2.{node}.reads = (inputs[0],)" for node in (0, 2, 3, 4, 5)),
)


@pytest.mark.parametrize("space", ["small", "agnostic"])
def test_levels_are_written_out(space: str) -> None:
    text = text_of(load_text(SMALL), space, *TAKEN)
    assert "choose" not in text
    assert cell_in(text) == [
        "keys_values = cell",
        "prepare(channels = 4, size = 3, frames = 4)",
        "op1 = attend(f0, over = temporal, by = map, gate = true)",
        "op2 = attend(op1, over = spatial)",
        "combine(op2)",
    ]


def test_several_inputs_are_a_tuple() -> None:
    spec = load_text(SMALL.replace("beta = 1", "beta = 2").replace("alpha = 1", "alpha = 2"))
    taken = [each.replace("(inputs[3],)", "(inputs[3], inputs[5])") for each in TAKEN]
    taken[0] = "sg.combine = (level1[0], level2[1])"
    text = text_of(spec, "small", *taken)
    assert cell_in(text)[-3:] == [
        "op3 = attend(f0, over = spatiotemporal, by = map)",
        "op4 = attend((op2, op3), over = spatial)",
        "combine(op1, op4)",
    ]


def test_words_of_a_node_are_those_of_the_operation() -> None:
    plain = load_text(SMALL.replace("over = spatial)", "over = spatial, phi = none)"))
    assert "op2 = attend(op1, over = spatial, phi = none)" in cell_in(
        text_of(plain, "small", *TAKEN)
    )


def test_what_a_cell_cannot_say_is_chosen() -> None:
    """A node with another width is no operation of a cell in words."""
    wide = load_text(SMALL.replace("over = spatial)", "over = spatial, width = 2)"))
    assert "level2 = each level(level1, kinds, beta)" in text_of(wide, "small", *TAKEN)


@pytest.mark.slow
@pytest.mark.parametrize("space", ["i3d_sg1", "i3d_sg2", "i3d_sg3", "i3d_sg1_specific"])
def test_members_of_published_supergraphs(space: str) -> None:
    spec = archdsl.load(SPECS / "supergraphs.arch")
    text = text_of(spec, space, *(f"{name} = last" for name in spec.network(space).open_decisions))
    assert "choose" not in text
