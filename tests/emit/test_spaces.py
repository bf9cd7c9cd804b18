"""Members of spaces as modules: one text, decided differently at several places."""

from __future__ import annotations

import random

import pytest
import torch
from torch import nn

from archdsl.build.machine import build
from archdsl.build.request import Budget, Request
from archdsl.network import Network
from archdsl.plan.decisions import Decision
from emit.running import network_class
from tests.build.spaces import (
    Anew,
    Blocks,
    Conditional,
    Derivations,
    Loops,
    Passed,
    Ranges,
    Space,
    Table,
    Written,
)
from tests.mistakes import load_text

KINDS = """(
    attend(over = temporal),
    attend(over = spatial),
    attend(over = temporal, by = map),
    attend(over = spatial, by = map),
  )"""

SUPERGRAPH = f"""
use attention_cell
cell supergraph {{
  keys_values = cell
  prepare(channels = 4, size = 4, frames = 4)
  level1 = each level(f0, {KINDS})
  level2 = each level(level1, {KINDS}, 2)
  combine(3 of {{level1, level2}})
}}
network plain() {{
  input x: 8 x 4 x 8^2
  a = x -> conv(8)
  b = a -> conv(8)
  c = b -> conv(8)
  return c -> relu
}}
network net = plain + insert each supergraph after (a, b, c)
"""


def member(text: str, dice: random.Random) -> Network:
    """A member that is drawn by lot."""
    spec = load_text(text)

    def pick(decision: Decision) -> int:
        return dice.choice(decision.allowed)

    plan = spec.network("net").plan
    built = build(Request.of(spec.program, "net", plan, pick=pick), Budget())
    made = ", ".join(f"{each.name} = {each.option}" for each in built.decisions)
    return spec.derive("made", "net", f"choose({made})").network("made")


def check_module(network: Network) -> None:
    (shape,) = network.inputs.values()
    with torch.device("meta"):
        module: nn.Module = network_class(network)().eval()
        output = module(torch.empty(1, *shape))
    assert (tuple(output.shape[1:]),) == network.outputs
    assert sum(each.numel() for each in module.parameters()) == network.costs.total.params


@pytest.mark.parametrize(
    "seed", [8, 16, *(pytest.param(s, marks=pytest.mark.slow) for s in range(40, 80))]
)
def test_blocks_of_which_each_place_reads_other_parts(seed: int) -> None:
    """A round of a loop that one place reads, and another does not, is behind no condition."""
    check_module(member(SUPERGRAPH, random.Random(seed)))


@pytest.mark.parametrize("seed", range(2))
def test_members_of_random_spaces(seed: int) -> None:
    pieces = (Ranges(0, True), Conditional(1), Blocks(2, [True, False]), Anew(3), Derivations(4))
    space = Space((*pieces, Loops(5, True), Passed(6), Table(7, 3)))
    check_module(member(space.text(Written()), random.Random(seed)))
