"""Supergraphs as networks: against equations written by hand, and against their members."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch
from emit.running import class_in
from torch import Tensor, nn

import archdsl
from archdsl.build.connections import Weighing
from archdsl.supergraphs.network import Supergraph, supergraph
from supernet.supergraphs import SMALL
from tests.build.harness import build
from tests.mistakes import Mistake, load_text, mistakes_of

SPECS = Path(__file__).resolve().parents[2] / "specs"
OVER = ("temporal", "spatial", "spatiotemporal")
KINDS = [(over, by) for by in ("dot", "map") for over in OVER]
CLIPS = 2


def instance(network: archdsl.Network) -> nn.Module:
    """Its module with random weights, those that begin at zero included."""
    torch.manual_seed(1)
    made = class_in(network.source())()
    for parameter in made.parameters():
        nn.init.normal_(parameter, std=0.3)
    return made.eval().double()


def clips(network: archdsl.Network) -> Tensor:
    (shape,) = network.inputs.values()
    generator = torch.Generator().manual_seed(2)
    return torch.randn(CLIPS, *shape, generator=generator, dtype=torch.double)


# Against equations


AXES = {
    "temporal": (0, 2, 1, 3, 4),
    "spatial": (0, 3, 4, 1, 2),
    "spatiotemporal": (0, 2, 3, 4, 1),
}
"""The axes of a feature map as its 2-D view has them: first those that attend to each other."""
COUNT = {"temporal": 1, "spatial": 2, "spatiotemporal": 3}


def rows(x: Tensor, over: str) -> Tensor:
    """The 2-D view of a feature map."""
    return x.permute(AXES[over]).flatten(1, COUNT[over]).flatten(2)


def back(y: Tensor, over: str, like: Tensor) -> Tensor:
    """A 2-D view as a feature map."""
    order = torch.tensor(AXES[over])
    return y.view(*like.permute(AXES[over]).shape).permute(*order.argsort().tolist())


def attended(x: Tensor, f0: Tensor, over: str, by: str, layers: nn.Module) -> Tensor:
    """Equation B of AttentionNAS, or attention by map."""
    if by == "map":
        weights = layers.relate(layers.squeeze(rows(x, over)).mean(-1)).sigmoid()
        return back(rows(layers.value(x), over) * weights[:, :, None], over, x)
    query, key, value = (
        rows(layer(read), over)
        for layer, read in ((layers.query, x), (layers.key, f0), (layers.value, f0))
    )
    return back((query @ key.transpose(1, 2)).softmax(-1) @ value, over, x)


def level(inputs: list[Tensor], f0: Tensor, layers: nn.Module) -> list[Tensor]:
    """Each node reads a weighted sum of the inputs, and mixes its output with the gated one."""
    outputs = []
    for number, (over, by) in enumerate(KINDS, 1):
        x = inputs[0]
        if len(inputs) > 1:
            shares = getattr(layers, f"reads{number}").weights.softmax(0)
            x = sum((w * each for w, each in zip(shares, inputs, strict=True)), torch.tensor(0.0))
        y = attended(x, f0, over, by, getattr(layers, f"attended{number}"))
        gate = getattr(layers, f"feature_gate{number}").conv(y.mean((2, 3, 4), keepdim=True))
        plain, gated = getattr(layers, f"gated{number}").weights.softmax(0)
        outputs.append(plain * y + gated * y * gate.sigmoid())
    return outputs


def test_supergraph_computes_what_its_equations_say() -> None:
    found = supergraph(build(SMALL, "small"), Weighing())
    module, video = instance(found.network), clips(found.network)
    cell = module.sg
    x = module.stem(video)
    f0 = cell.f0(x)
    first = level([f0], f0, cell.level1)
    nodes = [*first, *level(first, f0, cell.level2)]
    sink = cell.weighted_sum.weights.softmax(0)
    mixed = sum((w * y for w, y in zip(sink, nodes, strict=True)), torch.tensor(0.0))
    expected = module.head(cell.combine(x, mixed))
    assert (module(video) - expected).abs().max() < 1e-6 * expected.abs().max()


# Against members


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", ["small", "agnostic", "specific"])
def test_weights_on_one_option_give_the_member(name: str, seed: int) -> None:
    """With all the weight of each connection on one option, it is the member of these options."""
    space, dice = build(SMALL, name), random.Random(seed)
    found = supergraph(space, Weighing())
    taken = {each.decision.name: dice.randrange(len(each.items)) for each in found.connections}
    member = chosen(name, found, taken)
    module, alone = instance(found.network), instance(member)
    state = module.state_dict()
    for decision, keys in found.parameters.items():
        for key in keys:
            state[key] = torch.full_like(state[key], -1e4)
            state[key][taken[decision]] = 0
    module.load_state_dict(state)
    places = found.network.module.paths
    own = alone.state_dict()
    for place, path in member.module.paths.items():
        for key in [key for key in own if key.startswith(f"{path}.")]:
            own[key] = state[f"{places[place]}{key.removeprefix(path)}"]
    alone.load_state_dict(own)
    video = clips(space)
    torch.testing.assert_close(module(video), alone(video), rtol=1e-9, atol=1e-9)


def chosen(name: str, found: Supergraph, taken: dict[str, int]) -> archdsl.Network:
    options = (
        f"{each.decision.name} = "
        + ("({},)" if each.is_selection else "{}").format(each.items[taken[each.decision.name]])
        for each in found.connections
    )
    return (
        load_text(SMALL).derive("member", name, f"choose({', '.join(options)})").network("member")
    )


# Names


def test_keys_follow_from_decisions() -> None:
    keys = supergraph(build(SMALL, "small"), Weighing()).parameters
    assert keys["sg.combine"] == ("sg.weighted_sum.weights",)
    assert keys["sg.level1.0.gated"] == ("sg.level1.gated1.weights",)
    assert keys["sg.level2.4.reads"] == ("sg.level2.reads5.weights",)
    assert len(keys) == 6 + 12 + 1


def test_an_agnostic_cell_has_weights_at_each_place() -> None:
    keys = supergraph(build(SMALL, "agnostic"), Weighing()).parameters
    assert keys["sg.combine"] == ("sg1.weighted_sum.weights", "sg2.weighted_sum.weights")


def test_a_specific_cell_decides_at_each_place() -> None:
    keys = supergraph(build(SMALL, "specific"), Weighing()).parameters
    assert keys["first.combine"] == ("first.weighted_sum.weights",)
    assert keys["second.combine"] == ("second.weighted_sum.weights",)


FAST = ("i3d_sg2_specific", "i3d_r50_sg1")
PUBLISHED = [
    pytest.param(name, marks=() if name in FAST else pytest.mark.slow)
    for name in archdsl.load(SPECS / "supergraphs.arch").networks
]


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_supergraphs_are_networks(name: str) -> None:
    found = supergraph(archdsl.load(SPECS / "supergraphs.arch").network(name), Weighing())
    with torch.device("meta"):
        module = class_in(found.network.source())()
    state = module.state_dict()
    for connection in found.connections:
        keys = found.parameters[connection.decision.name]
        assert {state[key].shape for key in keys} == {(len(connection.items),)}
    learned = sum(p.numel() for p in module.parameters())
    assert learned == found.network.costs.total.params


def test_sigmoid_weighs_each_by_itself() -> None:
    found = supergraph(build(SMALL, "small"), Weighing("sigmoid", 2))
    text = found.network.source()
    assert "self.weighted_sum = GatedSum(12, temperature=2)" in text


def test_what_is_decided_stays_decided() -> None:
    spec = load_text(SMALL).derive("left", "small", "choose(sg.combine = (level2[0],))")
    found = supergraph(spec.network("left"), Weighing())
    assert "sg.combine" not in found.parameters
    assert "self.combine(x, " in found.network.source()


# What cannot be searched so


def mistakes(choice: str) -> list[Mistake]:
    text = f"network n() {{ input x: 8 x 4 x 8^2\n y = x -> conv(8)\n {choice} }}"
    return mistakes_of(lambda: supergraph(load_text(text).network("n"), Weighing()))


def test_only_tensors_are_mixed() -> None:
    (mistake,) = mistakes("return y -> conv({8, 16}, 3) -> relu")
    assert mistake.code == "choice"
    assert mistake.words == "8"
    must = "a choice that is searched by gradients must be between tensors"
    assert mistake.message == f"{must}, but `8` is the number 8"
    assert (
        mistake.help == "write it between results, as in `{a(x), b(x)}`, or decide it with `choose`"
    )


def test_blocks_are_no_tensors() -> None:
    (mistake,) = mistakes("act = {relu, sigmoid}\n return y -> act")
    assert mistake.message.endswith("but `relu` is the block `relu`")


def test_tuples_are_no_tensors() -> None:
    (mistake,) = mistakes("read = {(y,), (y, x)}\n return weighted_sum(read)")
    assert mistake.help == "of several tensors, write `<= 2 of {a, b, c}`"


def test_options_have_one_shape() -> None:
    (mistake,) = mistakes("z = {y, conv(y, 16)}\n return z -> relu")
    assert mistake.words == "{y, conv(y, 16)}"
    assert mistake.message.endswith("but `y` is 8 x 4 x 8^2, and `conv(y, 16)` 16 x 4 x 8^2")


def test_a_selection_is_open_or_decided() -> None:
    change = "choose(sg.level2.0.reads = {(inputs[0],), (inputs[1],)})"
    spec = load_text(SMALL).derive("left", "small", change)
    (mistake,) = mistakes_of(lambda: supergraph(spec.network("left"), Weighing()))
    assert mistake.message.startswith("`sg.level2.0.reads` must be decided or open")


def test_one_network_is_no_space() -> None:
    (mistake,) = mistakes("return y")
    assert mistake.message == "`n` is one network: there is nothing to search for"
