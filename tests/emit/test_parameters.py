"""Learned tensors in the emitted module: their shapes, their first values, and when they repeat."""

from __future__ import annotations

import pytest
import torch

from emit.running import Load, both_outputs, network_class
from tests.build.harness import mistakes
from tests.mistakes import check

STARTS = """network starts() {
  input x: 64 x 96
  INIT
  x = x + parameter((64, 1), 0.25)
  x = x * parameter((96,), ones) + parameter((96,), 0)
  x = x + parameter((64, 96), truncated_normal, std = 0.5, least = -1, most = 0.5)
  x = x + parameter((64, 96), uniform, least = -3, most = -1)
  x = x + parameter((64, 96), uniform)
  x = x + parameter((64, 96), normal, std = 0.02)
  return x -> linear(8)
}
"""


@pytest.mark.parametrize("init", ["", "init linear: zeros"], ids=["constructor", "reset"])
def test_a_parameter_starts_as_it_says(load: Load, init: str) -> None:
    module = network_class(load(STARTS.replace("INIT", init)))()
    for tensor in module.parameters():
        if init:
            tensor.data.fill_(7)
    if init:
        module.reset_parameters()
    quarter, one, zero, cut, low, unit, normal = list(module.parameters())[:7]
    assert quarter.unique().tolist() == [0.25]
    assert one.unique().tolist() == [1]
    assert zero.unique().tolist() == [0]
    assert -1 <= cut.min() < -0.9
    assert 0.4 < cut.max() <= 0.5
    assert -3 <= low.min() < -2.9
    assert -1.1 < low.max() < -1
    assert 0 <= unit.min() < 0.1
    assert normal.std().item() == pytest.approx(0.02, rel=0.1)
    assert module(torch.zeros(2, 64, 96)).shape == (2, 64, 8)


def test_only_a_token_that_is_concatenated_has_the_batch(load: Load) -> None:
    network = load(
        """network n(features = 8) {
          input image: 3 x 8^2
          x = image -> conv(features, 4, stride = 4, padding = 0) -> flatten(positions) -> transpose
          token = x -> parameter((1, features), truncated_normal, std = 0.02)
          x = concat(token, x)
          return x + parameter(x.shape, normal, std = 0.02)
        }"""
    )
    source = network.source()
    assert "nn.Parameter(nn.init.trunc_normal_(torch.empty(1, 8), std=0.02))" in source
    assert "self.token.expand(x.shape[0], -1, -1)" in source
    assert "nn.Parameter(0.02 * torch.randn(5, 8))" in source
    for ours, theirs in both_outputs(network):
        torch.testing.assert_close(ours, theirs)


def test_operations_on_what_has_no_batch(load: Load) -> None:
    """A table of distances, turned into a bias for each head, as torchvision's Swin does it."""
    network = load(
        """block distances(w, heads) {
          rows = w -> slice(1, stop = w.shape[1] - 1) -> flip(0)
          return rows -> unflatten(1, (3, -1)) -> permute((1, 2, 0)) -> reshape((heads, -1, 6))
        }
        block doubled(x) { return 2 * x -> transpose(0, 1) }
        network n(heads = 3) {
          input x: 3 x 6^2
          bias = parameter((heads, 13, 3), normal) -> permute((2, 1, 0)) -> squared
          x = x + (parameter((6, 19), normal) -> distances(heads))
          y = parameter((6, 6), normal) -> doubled
          return softmax(x + bias + y) -> doubled
        }
        block squared(w) { return w -> slice(1, stop = w.shape[1] - 7) -> repeat((1, 1, 2)) }
        """
    )
    source = network.source()
    assert "[None" not in source
    assert "unsqueeze" not in source
    assert {tuple(p.shape) for p in network_class(network)().parameters()} == {
        (3, 13, 3),
        (6, 19),
        (6, 6),
    }
    # With and without a batch, the axes of a block have other numbers in torch.
    assert source.count("def doubled") == 2
    for ours, theirs in both_outputs(network):
        torch.testing.assert_close(ours, theirs)


def test_layer_scale(load: Load) -> None:
    network = load(
        """use residual
        use transformer
        network n(start = 1e-5) {
          input image: 8 x 4^2
          x = image -> layer_scale(start) -> layer_scale(0.1) -> flatten(positions) -> transpose
          scale = layer_scale(initial = 1e-4, channels = last)
          return x -> transformer_block(2, scale = scale)
        }"""
    )
    state = network_class(network)().state_dict()
    gammas = [value for key, value in state.items() if key.endswith("gamma")]
    assert [tuple(gamma.shape) for gamma in gammas] == [(8, 1, 1), (8, 1, 1), (8,), (8,)]
    assert torch.equal(gammas[1], torch.full((8, 1, 1), 0.1))
    assert torch.equal(gammas[2], torch.full((8,), 1e-4))
    for ours, theirs in both_outputs(network):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize(
    ("call", "code", "words", "message", "help"),
    [
        (
            "parameter((8,), 0.1, std = 0.02)",
            "shape",
            "std = 0.02",
            "`std` is for the initial `normal` or `truncated_normal`, but this is 0.1",
            None,
        ),
        (
            "parameter((8,), normal, std = -1)",
            "argument",
            "std = -1",
            "must be a number of at least 0, but this is the number -1",
            None,
        ),
        (
            "parameter((8,), normal, least = 0)",
            "shape",
            "least = 0",
            "`least` is for the initial `truncated_normal` or `uniform`, but this is `normal`",
            None,
        ),
        (
            "parameter((8,), uniform, least = 2)",
            "shape",
            "least = 2",
            "`least` must be below `most` (1), but this is 2",
            None,
        ),
        (
            "parameter((8,), xavier)",
            "name",
            "xavier",
            "`xavier` is not defined",
            "`initial` can be `zeros`, `ones`, `normal`, `truncated_normal` or `uniform`",
        ),
        (
            "parameter((8,), initial = truncated)",
            "name",
            "truncated",
            "`truncated` is not defined",
            "`truncated_normal`",
        ),
        (
            "batch_norm(parameter((8, 8, 8)))",
            "shape",
            "parameter((8, 8, 8))",
            "`batch_norm` takes a tensor for each sample, but this is one for all samples",
            "`x -> parameter(...)`",
        ),
    ],
)
def test_mistakes(call: str, code: str, words: str, message: str, help: str | None) -> None:
    text = f"network n() {{\n input x: 8 x 8^2\n y = x + {call}\n return y\n}}"
    assert check(mistakes(text), words, message, help).code == code
