"""The emitted `StochasticDepth` is torchvision's, and rates are expressions over a network."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from emit.running import Load, network_class

TEXT = """block unit(x, drop = 0) { return x + (x -> conv(4, 3) -> stochastic_depth(drop)) }
network n(drop = 0.2) {
  input x: 4 x 4^2
  table (drop = 0.4 * index / (count - 1)) {
    | stage | block | number |
    |-------|-------|--------|
    | res1  | unit  | 4      |
    | res2  | unit  | 5      |
  }
}
"""


def _torchvision(x: Tensor, p: float, mode: str, training: bool) -> Tensor:
    """As in torchvision/ops/stochastic_depth.py."""
    if not training or p == 0.0:
        return x
    survival_rate = 1.0 - p
    size = [x.shape[0]] + [1] * (x.ndim - 1) if mode == "row" else [1] * x.ndim
    noise = torch.empty(size, dtype=x.dtype, device=x.device)
    noise = noise.bernoulli_(survival_rate)
    if survival_rate > 0.0:
        noise.div_(survival_rate)
    return x * noise


@pytest.mark.parametrize("per", ["sample", "batch"])
@pytest.mark.parametrize("p", ["0", "0.3", "1"])
@pytest.mark.parametrize("training", [True, False])
def test_it_is_torchvisions(load: Load, per: str, p: str, training: bool) -> None:
    text = f"network n() {{ input x: 3 x 4 x 5^2\n return x -> stochastic_depth({p}, {per}) }}"
    module = network_class(load(text))().train(training)
    x, mode = torch.randn(64, 3, 4, 5, 5), {"sample": "row"}.get(per, per)
    torch.manual_seed(3)
    ours = module(x)
    torch.manual_seed(3)
    assert torch.equal(ours, _torchvision(x, float(p), mode, training))


def test_another_mode_is_refused(load: Load) -> None:
    module = network_class(load(TEXT))()
    with pytest.raises(ValueError, match="mode must be 'row' or 'batch', but this is 'sample'"):
        type(module.res1[1].stochastic_depth)(0.5, "sample")


def test_rates_are_written_as_in_the_spec(load: Load) -> None:
    network = load(TEXT)
    assert "*(Unit(drop=0.4 * (i + 4) / 8) for i in range(5))" in network.source()
    modules = network_class(network)().modules()
    rates = [m.p for m in modules if type(m).__name__ == "StochasticDepth"]
    assert rates == pytest.approx([0.4 * place / 8 for place in range(9)])


def test_a_module_brings_the_class_only_where_it_needs_it(load: Load) -> None:
    assert load(TEXT).source().count("class StochasticDepth(nn.Module):") == 1
    plain = load("network n() { input x: 3 x 4^2\n return x -> dropout(0.5) }")
    assert "StochasticDepth" not in plain.source()
    module = network_class(load(TEXT))()
    assert isinstance(module.res1[0].stochastic_depth, nn.Module)


def test_a_block_may_have_its_name(load: Load) -> None:
    text = """block stochastic_depth2(x) { return x -> conv(3) -> stochastic_depth(0.5) }
    block stochasticDepth(x) { return x -> conv(3) }
    network n() { input x: 3 x 4^2
    return x -> stochastic_depth2 -> stochasticDepth }"""
    assert network_class(load(text))()(torch.ones(1, 3, 4, 4)).shape == (1, 3, 4, 4)
