"""What members have of the weights of a supernet: a path, its member, and what both compute."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import archdsl
from archdsl.diagnostics import CompileError
from archdsl.plan.decisions import picked
from archdsl.space.space import build_member, figures_of
from archdsl.supernet.module import Sharing
from tests.mistakes import load_text
from tests.supernet.modules import APART, FAIR, PREFIX, ROWS, imported, network, supernet

ROOT = Path(__file__).resolve().parents[2]
PATHS = 6


def paths(net: Any, count: int = PATHS) -> list[dict[str, str]]:
    generator = torch.Generator().manual_seed(0)
    return [net.sample(generator) for _ in range(count)]


@pytest.mark.parametrize("sharing", [FAIR, PREFIX, APART], ids=["fair", "prefix", "apart"])
def test_a_path_computes_what_its_member_does(sharing: Sharing) -> None:
    module = supernet(ROWS, sharing)
    torch.manual_seed(0)
    net = module.Supernet(classes=5)
    clips = torch.randn(2, 1, 4, 12, 12)
    for path in paths(net):
        for mode in (True, False):
            member = net.member(path).train()  # its norms have no statistics yet
            with torch.no_grad():
                assert torch.equal(net.train(mode)(clips, path), member(clips))
        assert net.cut(path).keys() == member.state_dict().keys()


def test_a_member_costs_what_the_compiler_says() -> None:
    net = supernet(ROWS).Supernet()
    request = network(ROWS)._request
    for path in paths(net):
        figures = figures_of(build_member(request, picked(path)))
        member = net.member(path).eval()
        assert sum(p.numel() for p in member.parameters()) == figures.params
        with FlopCounterMode(display=False) as counted, torch.no_grad():
            net.eval()(torch.zeros(1, 1, 4, 12, 12), path)
        assert counted.get_total_flops() == 2 * figures.macs


def test_gradients_reach_the_parts_that_a_path_has() -> None:
    module = supernet(ROWS)
    torch.manual_seed(1)
    net = module.Supernet()
    path = {name: options[0] for name, options in net.choices.items()}
    path["stage1.row0.expansion"] = "2"
    for weight in net.parameters():
        torch.nn.init.normal_(weight)  # scales that begin at zero would stop gradients
    net(torch.randn(2, 1, 4, 12, 12), path).square().sum().backward()
    reached = {name for name, weight in net.weights.items() if weight.grad is not None}
    own = {module.shared(key, weight) for key, weight in net.member(path).named_parameters()}
    assert reached == own
    assert not any("glore" in name for name in reached)
    conv = net.weights["stage1/0/conv2/weight"]
    touched = (conv.grad != 0).nonzero()
    # One of three frames of the kernel, the middle one.
    assert conv.shape[2:] == (3, 5, 5)
    assert touched[:, 2].unique().tolist() == [1]
    assert touched[:, 3].unique().tolist() == [1, 2, 3]


@pytest.mark.parametrize("number", range(3, 12))
def test_every_filter_is_in_as_many_members(number: int) -> None:
    dealt = supernet(ROWS).dealt
    for step in (1, 4):
        sizes = tuple(step * place for place in range(1, number + 1))
        times = Counter(f for size in sizes for f in dealt(sizes, size, "cpu").tolist())
        if number % 2:
            assert set(times.values()) == {(number + 1) // 2}
        assert max(times.values()) - min(times.values()) <= 1
        assert len(times) == max(sizes)


@pytest.mark.parametrize("sizes", [(12, 16, 20, 24, 28), (3, 7), (5, 6, 31)])
def test_any_list_is_dealt_within_one(sizes: tuple[int, ...]) -> None:
    dealt = supernet(ROWS).dealt
    times = Counter(f for size in sizes for f in dealt(sizes, size, "cpu").tolist())
    counts = [times[place] for place in range(max(sizes))]
    assert max(counts) - min(counts) <= 1
    assert dealt(sizes, max(sizes), "cpu").tolist() == [*range(max(sizes))]


def test_no_list_is_dealt_unevenly() -> None:
    """Whatever the numbers are: so none has to be refused."""
    dealt, chance = supernet(ROWS).dealt, random.Random(0)
    for _ in range(300):
        sizes = tuple(sorted(chance.sample(range(1, 80), chance.randint(2, 9))))
        times = Counter(f for size in sizes for f in dealt(sizes, size, "cpu").tolist())
        counts = [times[place] for place in range(max(sizes))]
        assert max(counts) - min(counts) <= 1, sizes


def test_initial_weights_are_those_of_the_widest() -> None:
    """Each is as a member initialises it, and scales that begin at zero do so."""
    torch.manual_seed(0)
    net = supernet(ROWS).Supernet()
    assert not any(weight.isnan().any() for weight in net.parameters())
    zero = {name for name, weight in net.weights.items() if not weight.any()}
    member = net.member({name: options[-1] for name, options in net.choices.items()})
    expected = {key for key, weight in member.named_parameters() if not weight.any()}
    assert zero == {key.replace(".", "/") for key in expected}
    conv = net.weights["stage1/1/conv1/weight"]
    assert conv.shape[:2] == (24, 12)
    assert 0 < conv.std() < 1


CELLS = """
use attention_cell
cell pair {
  keys_values = cell
  prepare(channels = 4, size = 4, frames = 4)
  op1 = attend(f0, over = temporal, by = {dot, map})
  op2 = attend(op1, over = {temporal, spatial})
  combine(op1, op2)
}
network plain() {
  input x: 8 x 4 x 8^2
  a = x -> conv(8)
  return a -> relu
}
network net = plain + insert pair after a
"""

MESSAGES = {
    "cells": (CELLS, "weights of the members of `net` cannot be shared: `pair` comes out"),
    "one network": (
        "network net() {\n  input x: 3 x 8 x 8\n  return x -> conv(4)\n}",
        "`net` is one network: nothing is open that a supernet could search",
    ),
    "requirement": (
        "network net() {\n  input x: 3 x 8 x 8\n  a = {2, 4}\n  b = {2, 4}\n"
        "  require a >= b\n  return x -> conv(a) -> conv(b)\n}",
        "some members of `net` do not exist, since a `require` is false for them",
    ),
    "inputs": (
        "network net() {\n  input x: 3 x 8 x {8, 16}\n  return x -> conv(4)\n}",
        "members of `net` take inputs of different sizes",
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_what_no_supernet_can_share_is_refused(name: str) -> None:
    text, message = MESSAGES[name]
    with pytest.raises(CompileError) as failure:
        load_text(text).network("net").supernet(FAIR)
    assert message in str(failure.value)


def test_kernels_without_a_common_middle_are_refused() -> None:
    text = "network net() {\n  input x: 3 x 8 x 8\n  return x -> conv(4, {2, 3})\n}"
    message = "kernels of this convolution have no middle in common: 2 and 3"
    with pytest.raises(CompileError, match=message):
        supernet(text)
    supernet(text, APART).Supernet()


def test_layers_that_only_some_members_have() -> None:
    """A switch is an argument of the member, and one of its weights is known by its name."""
    text = "network net() {\n  input x: 3 x 8 x 8\n  return x -> conv(4, bias = {true, false})\n}"
    net = supernet(text).Supernet()
    keys = [set(net.cut({"return.conv.bias": option})) for option in ("true", "false")]
    assert keys == [{"conv.weight", "conv.bias"}, {"conv.weight"}]


@pytest.mark.slow
def test_the_space_of_autox3d() -> None:
    """Twenty paths at full size, on no device: parameters and MACs are those of the members."""
    space = archdsl.load(ROOT / "specs" / "autox3d_space.arch").network("autox3d_space")
    module = imported(space.supernet(FAIR).text)
    net = module.Supernet()
    request = space._request
    for path in paths(net, 20):
        figures = figures_of(build_member(request, picked(path)))
        with torch.device("meta"):
            member = module.Autox3dSpace(**module.arguments(path)).eval()
            clip = torch.empty(1, 3, 13, 160, 160)
        assert sum(p.numel() for p in member.parameters()) == figures.params
        with FlopCounterMode(display=False) as counted:
            member(clip)
        assert counted.get_total_flops() == 2 * figures.macs
        cut = {key: value.shape for key, value in net.cut(path).items()}
        assert cut == {key: value.shape for key, value in member.state_dict().items()}


def test_names_of_a_spec_hide_nothing_of_the_module() -> None:
    text = """
    block supernet(x, channels) {
      return x -> conv(channels) -> relu
    }
    network dealt() {
      input choices: 3 x 8 x 8
      shared = choices -> supernet({2, 4})
      return shared -> supernet(2)
    }
    """
    net = supernet(text).Supernet()
    assert net(torch.zeros(1, 3, 8, 8), net.sample(torch.Generator())).shape == (1, 2, 8, 8)
