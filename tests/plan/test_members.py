"""Members of spaces, written as specs of their own: what `archdsl derive` prints."""

from __future__ import annotations

import random
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from archdsl.diagnostics import CompileError
from archdsl.ir.likeness import is_same_network
from archdsl.plan.decisions import Decided
from archdsl.spec import Spec, load

TABLE = """
block small(x, channels, mid, stride = 1) { return x -> conv(mid, 1) -> conv(channels, 3, stride) }
block large = small(mid = 64)
block unit = each {small, wide}
block wide(x, channels, mid, stride = 1) { return x -> conv(mid * {1, 2}) -> conv(channels) }
network net(width = {1, 2}, size = 8) {
  input x: 3 x {2, 4} x size^2
  table (mid = each {4, 8} * width) {
    | block | channels      | number | stride |
    |-------|---------------|--------|--------|
    | conv  | 4             | -      | -      |
    |-------|---------------|--------|--------|
    | unit  | {4..16 by 4}  | {1, 2} | 2      |
    | unit  | 8             | 1      | 1      |
  }
  y = in -> conv({2, 3})
  y -> conv(1) -> relu
}
"""

CELLS = """
use attention_cell
block any = attend(over = each {spatial, temporal}, by = each {dot, map})
cell pair {
  keys_values = {cell, operation}
  prepare(channels = 2, size = 2, frames = 2)
  op1 = any(f0)
  op2 = any({f0, op1})
  combine(op1, op2)
}
network net() {
  input x: 4 x 2 x 4^2
  a = x -> relu
  b = a -> relu
  b -> relu
}
network shared = net + insert pair after (a, b)
network apart = net + insert each pair after (a, b)
"""

SUMS = """
use attention_cell
block any = attend(over = each {spatial, temporal})
cell sums {
  prepare(channels = 2, size = 2, frames = 2)
  op1 = any(f0)
  op2 = any({f0, (f0, op1)})
  op3 = any(<= 2 of {f0, op1, op2})
  combine(op1, 1 of {op2, op3})
}
network net() {
  input x: 4 x 2 x 4^2
  a = x -> relu
  a -> relu
}
network summed = net + insert sums after a
"""

OPEN = """
use attention_cell
block any = attend(over = each {spatial, temporal}, by = map)
cell open_sizes(by = {map, dot}) {
  prepare(channels = 2, size = {none, 2}, frames = none)
  op1 = attend(f0, over = spatial, by = by)
  op2 = any(op1)
  combine(op2)
}
network net() {
  input x: 4 x 2 x 4^2
  open_sizes
}
"""

INSIDE = """
block leaf(x) { return x -> conv({2, 3}) }
block tree(x) { return x -> leaf }
network net() {
  input x: 4 x 2 x 4^2
  a = each tree(x)
  b = each tree(a)
  b -> relu
}
"""


def spec_of(text: str) -> Spec:
    # In a file of its own, as a spec is: text in memory counts as one of the library.
    with TemporaryDirectory() as folder:
        path = Path(folder) / "net.arch"
        path.write_text(text)
        return load(path)


def choices(decisions: tuple[Decided, ...], dice: random.Random) -> dict[str, str]:
    return {each.name: dice.choice(each.decision.options) for each in decisions}


def member(text: str, network: str, seed: int) -> tuple[Spec, dict[str, str]]:
    """A spec with a network `made`, a member of a space that is drawn by lot."""
    spec, dice = spec_of(text), random.Random(seed)
    made: dict[str, str] = {}
    # What is decided can depend on what was decided before.
    for _ in range(4):
        names = [f"{name} = {option}" for name, option in made.items()]
        derived = spec.derive("made", network, *([f"choose({', '.join(names)})"] if names else []))
        asked = derived.network("made").decisions
        open_ones = tuple([each for each in asked if each.decision.is_open])
        if not open_ones:
            return derived, made
        made |= choices(open_ones, dice)
    raise AssertionError("decisions never end")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("text", "network"),
    [(TABLE, "net"), (CELLS, "shared"), (CELLS, "apart"), (SUMS, "summed"), (OPEN, "net")],
)
def test_a_written_member_has_no_choices_and_is_the_member(
    text: str, network: str, seed: int
) -> None:
    spec, _ = member(text, network, seed)
    written = spec.standalone_text("made", "a test")
    assert "choose" not in written
    assert not re.search(r"\{[^{}\n]*,[^{}\n]*\}", written)  # no choice is left
    again = spec_of(written).network("made")
    assert again.decisions == ()
    assert is_same_network(again.graph, spec.network("made").graph)


def test_what_rows_decide_is_a_column() -> None:
    made = [
        "width = 2, x = 4, y.conv.channels = 3, stage1.row0.block = wide",
        "stage1.row0.channels = 12, stage1.row0.number = 2, stage1.row0.mid = 8",
        "stage1.row1.block = small, stage1.row1.mid = 4, wide.return.conv.channels = 2",
    ]
    text = (
        spec_of(TABLE)
        .derive("made", "net", f"choose({', '.join(made)})")
        .standalone_text("made", "a test")
    )
    assert "| wide  | 12       | 2      | 2      | 8 * width |" in text
    assert "| small | 8        | 1      | 1      | 4 * width |" in text
    assert "| conv  | 4        | -      | -      | -         |" in text
    assert "conv(mid * 2)" in text


def test_places_that_decide_alike_share_a_cell() -> None:
    spec = spec_of(CELLS)
    options = ["over = spatial", "by = dot"]
    same = [
        f"{place}.pair.{operation}.{option}"
        for place in ("a", "b")
        for operation in ("op1", "op2")
        for option in options
    ]
    wiring = [f"{place}.pair.op2.x = op1" for place in ("a", "b")]
    keys = [f"{place}.pair.keys_values = cell" for place in ("a", "b")]
    made = spec.derive("made", "apart", f"choose({', '.join([*same, *wiring, *keys])})")
    text = made.standalone_text("made", "a test")
    assert text.count("cell pair_a {") == 1
    assert "insert pair_a after (a, b)" in text
    assert "op2 = attend(op1, over = spatial, by = dot)" in text


def test_what_no_text_can_say_is_chosen() -> None:
    spec, made = member(INSIDE, "net", 1)
    assert len(made) == 2  # the same block decides twice
    text = spec.standalone_text("made", "a test")
    assert "network made = made_space + choose(" in text
    assert is_same_network(spec_of(text).network("made").graph, spec.network("made").graph)


def test_a_space_is_written_as_a_space() -> None:
    made = spec_of(TABLE).derive("made", "net", "choose(x = 4, stage1.row0.channels = {4, 12})")
    text = made.standalone_text("made", "a test")
    again = spec_of(text).network("made")
    assert [(each.name, each.decision.allowed) for each in again.decisions] == [
        (each.name, each.decision.allowed) for each in made.network("made").decisions
    ]
    assert "network made = made_space + choose(x = 4, stage1.row0.channels = {4, 12})" in text


def test_a_place_that_comes_and_goes_with_a_decision_is_refused() -> None:
    text = """
    block unit(x) { return x -> conv(4, 3) }
    network net() {
      input x: 4 x 2 x 4^2
      table { | block | number |
        |---|---|
        | unit | {1, 2} |
        | unit | 1 | }
    }
    network more = net + insert unit after stage1.*
    """
    with pytest.raises(CompileError, match=r"depends on `stage1\.row0\.number`"):
        spec_of(text).network("more")


def test_two_choices_never_share_a_decision() -> None:
    text = """
    block unit(x, k: int = {1, 3}) { return x -> conv(8, k) }
    network net() {
      input x: 4 x 2 x 4^2
      table { | block | k |
        |---|---|
        | unit | {1, 3} | }
      in -> unit
    }
    """
    with pytest.raises(
        CompileError, match=r"two choices of this network are both called `unit\.k`"
    ):
        spec_of(text).network("net")


def test_options_that_hang_on_another_decision_can_be_chosen_with_it() -> None:
    text = """
    network net(hi = {8, 16}) {
      input x: 4 x 2 x 4^2
      c = {4..hi by 4}
      x -> conv(c)
    }
    """
    made = spec_of(text).derive("made", "net", "choose(hi = 16, c = 16)").network("made")
    assert [(each.name, each.option) for each in made.decisions] == [("hi", "16"), ("c", "16")]
