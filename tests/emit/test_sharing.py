"""Shared layers in the emitted module: one module, called several times."""

from __future__ import annotations

import re

import pytest
import torch

from emit.running import Load, both_outputs, network_class
from tests.build.harness import mistakes

TWO_VIEWS = """block tower(x, channels) { return x -> conv(channels, 3) -> batch_norm -> mean }
network two_views(classes = 2) {
  input left: 3 x 8^2
  input right: 3 x 8^2
  share encoder = tower(channels = 4)
  return concat(left -> encoder, right -> encoder) -> linear(classes)
}
"""

LAYERS = """block layer(x, width) { return x + (x -> linear(width) -> gelu -> linear(x.shape[-1])) }
network layers() {
  input x: 4 x 8
  init linear: normal(std = 0.02)
  share same = layer(width = 16)
  share norm = layer_norm
  for i in range(12) { x = x -> same }
  return x -> norm -> linear(8) -> norm
}
"""


def test_a_module_is_held_once_and_called_twice(load: Load) -> None:
    network = load(TWO_VIEWS)
    source = network.source()
    assert source.count("Tower(") == 1 + source.count("class Tower(")
    assert "self.encoder(left), self.encoder(right)" in source
    keys = network_class(network)().state_dict()
    tower = ["conv.weight", "norm.weight", "norm.bias"]
    tower += [f"norm.{name}" for name in ("running_mean", "running_var", "num_batches_tracked")]
    assert list(keys) == [f"encoder.{key}" for key in tower] + ["linear.weight", "linear.bias"]


def test_both_views_give_gradients_to_one_set_of_weights(load: Load) -> None:
    module = network_class(load(TWO_VIEWS))().eval()
    left, right = torch.randn(2, 3, 8, 8), torch.zeros(2, 3, 8, 8)
    swapped = module.linear.weight.detach()[:, [4, 5, 6, 7, 0, 1, 2, 3]]
    expected = module(left, right)
    module.linear.weight.data.copy_(swapped)
    torch.testing.assert_close(module(right, left), expected)
    module(left, left).sum().backward()
    assert module.encoder.conv.weight.grad.abs().sum() > 0


def test_many_calls_are_a_loop(load: Load) -> None:
    network = load(LAYERS)
    source = network.source()
    assert re.search(r"for _ in range\(12\):\n +x = self\.same\(x\)\n", source)
    assert source.count("nn.LayerNorm(8)") == 1
    for ours, theirs in both_outputs(network):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("text", [TWO_VIEWS, LAYERS])
def test_a_shared_weight_is_one_parameter(load: Load, text: str) -> None:
    network = load(text)
    module = network_class(network)()
    assert sum(p.numel() for p in module.parameters()) == network.costs.total.params


def test_a_size_that_a_use_fixes_is_checked_for_every_use(load: Load) -> None:
    network = load(
        """block sized(x) {
          if x.height > 4 { x = x -> conv(8, 3) }
          return x -> slice(1, stop = x.height - 1)
        }
        network n() {
          input x: 8 x 16^2
          input z: 8 x 16^2
          share s = sized
          return x -> s, z -> s
        }"""
    )
    module, usual = network_class(network)(), torch.ones(1, 8, 16, 16)
    assert [y.shape for y in module(usual, usual)] == [(1, 8, 15, 16)] * 2
    for sizes in ((usual, usual[:, :, :4]), (usual[:, :, :4], usual)):
        with pytest.raises(ValueError, match="for `sized`"):
            module(*sizes)


def test_rounds_that_only_some_calls_have_are_told_apart(load: Load) -> None:
    """Not about sharing: a loop's later rounds are optional, each for another reason."""
    network = load(
        """block unit(x, channels) { return x + (x -> conv(channels, 3)) }
        block stage(x, number) {
          for i in range(number) { x = x -> unit(x.channels) }
          return x
        }
        network n() {
          input x: 4 x 8^2
          return x -> stage(2) -> stage(3) -> stage(5)
        }"""
    )
    module = network_class(network)()
    assert sum(p.numel() for p in module.parameters()) == network.costs.total.params


TIED = """block classify(x, classes) {
  share layer = linear(features = classes)
  y = x -> layer -> softmax
  return matmul(y, layer.weight)
}
network tied(vocabulary = 11, features = 4) {
  input tokens: 6 integers below 11
  share words = embedding(vocabulary = vocabulary, features)
  x = tokens -> words -> classify(3)
  return matmul(x, words.weight -> transpose) -> linear(vocabulary)
}
"""


def test_a_tied_weight_is_the_layers_own(load: Load) -> None:
    network = load(TIED)
    assert network.costs.total.params == 11 * 4 + 3 * (4 + 1) + 11 * (11 + 1)
    source = network.source()
    assert "x @ self.words.weight.transpose(-2, -1)" in source
    assert "@ self.layer.weight" in source
    module = network_class(network)(features=5)
    assert module(torch.zeros(2, 6, dtype=torch.long)).shape == (2, 6, 11)
    keys = {"words.weight", "classify.layer.weight", "classify.layer.bias"}
    assert set(module.state_dict()) == keys | {"linear.weight", "linear.bias"}
    for ours, theirs in both_outputs(network):
        torch.testing.assert_close(ours, theirs)


def test_a_layer_whose_weight_alone_is_used_stays(load: Load) -> None:
    network = load(
        """network n() {
          input x: 3 x 4
          share layer = linear(features = 2)
          y = x -> layer
          return matmul(x, layer.weight -> transpose)
        }"""
    )
    assert network.costs.total.params == 2 * 4 + 2
    for ours, theirs in both_outputs(network):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return x * layer.weight", "the weight of `layer` is known only after its first use"),
        ("y = x -> layer\n return y * layer.bias", "a shared layer has a `weight`, but no `bias`"),
        (
            "share c = conv(channels = 8)\n y = x -> c\n return y * c.weight",
            "only a shared `embedding` or `linear` has a `weight`, but this is the block `conv`",
        ),
        (
            "share m = mlp(hidden = 4)\n y = x -> m\n return y * m.weight",
            "only a shared `embedding` or `linear` has a `weight`",
        ),
    ],
)
def test_weights_that_cannot_be_tied(body: str, message: str) -> None:
    start = "use transformer\nnetwork n() {\n input x: 8 x 8\n share layer = linear(features = 8)\n"
    assert message in mistakes(f"{start} {body}\n}}")[0].message
