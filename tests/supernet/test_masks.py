"""A path that is cut out computes what the whole width does with all other filters at zero.

The masked network knows nothing of the supernet's forward pass. It is the widest member, as it is
compiled alone. What a path has not is zero there, norms included: so every filter that is left out
stays zero through all layers, and a kernel has zeros around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle, product

import pytest
import torch
from emit.running import class_in
from torch import Tensor

from archdsl.spec import Spec
from archdsl.supernet.module import Sharing
from tests.mistakes import load_text
from tests.supernet.modules import FAIR, PREFIX, supernet

SPACE = """
use glore
use x3d
block any = each {t1_s3, t3_s3}
network rows(frames = 4, size = 12, classes: int = 3, attention: block | none = glore) {
  input video: 1 x frames x size^2
  table (mid = int(expansion * in.channels)) {
    | block | channels     | number | stride | expansion | attention         | se    |
    |-------|--------------|--------|--------|-----------|-------------------|-------|
    | any   | {4..12 by 4} | 1      | 1      | {2, 3}    | {none, attention} | true  |
    | any   | {8, 16}      | {1, 2} | 2      | 1.5       | none              | false |
  }
  in -> mean -> linear(classes)
}
"""
"""Channels, expansions, kernels, the number of blocks, and an attention: all that is shared.

A block with weights of zero is the identity behind a `relu` alone: the row that has one block or
two has no attention.
"""

Sizes = Mapping[str, list[set[int]]]
"""The sizes of each axis of each parameter, over all members."""


@pytest.fixture(scope="module")
def members() -> dict[tuple[str, ...], dict[str, torch.Size]]:
    """The shapes of the parameters of every member."""
    module = supernet(SPACE)
    found = {}
    for options in product(*module.CHOICES.values()):
        path = dict(zip(module.CHOICES, options, strict=True))
        with torch.device("meta"):
            member = module.Rows(**module.arguments(path))
        found[options] = {key: each.shape for key, each in member.named_parameters()}
    return found


def sizes_of(members: Mapping[tuple[str, ...], Mapping[str, torch.Size]]) -> Sizes:
    found: dict[str, list[set[int]]] = {}
    for shapes in members.values():
        for key, shape in shapes.items():
            axes = found.setdefault(key, [set() for _ in shape])
            for axis, size in zip(axes, shape, strict=True):
                axis.add(size)
    return found


def kept(sizes: set[int], size: int, axis: int, sharing: Sharing) -> list[int]:
    """The places that one of some sizes has, dealt by hand: one after the other, in a circle."""
    if axis > 1:
        around = (max(sizes) - size) // 2
        return [*range(around, around + size)]
    if not sharing.is_fair:
        return [*range(size)]
    circle = cycle(range(max(sizes)))
    hands = {own: [next(circle) for _ in range(own)] for own in sorted(sizes)}
    return sorted(hands[size])


def masked(
    whole: Mapping[str, Tensor], own: Mapping[str, torch.Size], sizes: Sizes, sharing: Sharing
) -> dict[str, Tensor]:
    """The weights of the widest member, zero where a path has none."""
    found = {}
    for key, weight in whole.items():
        mask = torch.zeros_like(weight)
        if key in own:
            axes = enumerate(zip(sizes[key], own[key], strict=True))
            places = [kept(all_, size, axis, sharing) for axis, (all_, size) in axes]
            mask[torch.meshgrid(*map(torch.tensor, places), indexing="ij")] = 1
        found[key] = weight * mask
    return found


def alone(spec: Spec, names: list[str], options: tuple[str, ...]) -> torch.nn.Module:
    """The network of a path, compiled by itself."""
    taken = dict(zip(names, options, strict=True))
    made: torch.nn.Module = class_in(spec.member("rows", taken).network("rows").source())()
    return made


def run(net: torch.nn.Module, weights: Mapping[str, Tensor], clips: Tensor) -> Tensor:
    """What a network computes with some weights, and the statistics of the clips."""
    net = net.double().train()
    assert not net.load_state_dict(weights, strict=False).unexpected_keys
    result: Tensor = net(clips).detach()
    return result


@pytest.mark.parametrize(
    "sharing",
    [pytest.param(FAIR, id="fair"), pytest.param(PREFIX, id="prefix", marks=pytest.mark.slow)],
)
def test_a_path_cut_out_is_the_whole_width_masked(
    sharing: Sharing, members: dict[tuple[str, ...], dict[str, torch.Size]]
) -> None:
    torch.manual_seed(0)
    net, spec = supernet(SPACE, sharing).Supernet().double(), load_text(SPACE)
    for weight in net.parameters():
        torch.nn.init.normal_(weight, std=0.3)  # scales that begin at zero would hide all
    sizes, clips = sizes_of(members), torch.randn(3, 1, 4, 12, 12).double()
    names = [*net.choices]
    widest = max(
        members, key=lambda options: sum(each.numel() for each in members[options].values())
    )
    whole = net.cut(dict(zip(names, widest, strict=True)))
    whole = {key: whole[key] for key in members[widest]}
    for key, weight in whole.items():
        assert [*weight.shape] == [max(axis) for axis in sizes[key]]
    wide, results = alone(spec, names, widest), []
    for options in [*members][::7]:
        cut = net.cut(dict(zip(names, options, strict=True)))
        small = alone(spec, names, options)
        assert cut.keys() == small.state_dict().keys()
        narrow = run(small, cut, clips)
        weights = masked(whole, members[options], sizes, sharing)
        assert (narrow - run(wide, weights, clips)).abs().max() < 1e-6
        results.append(narrow)
    differences = [(one - results[0]).abs().max() for one in results[1:]]
    assert min(differences) > 1e-3  # no two of these paths would do for each other
