"""Inputs of integers, and embeddings: compiled, initialised, inferred at other sizes, refused."""

from __future__ import annotations

import pytest
import torch

import archdsl
from archdsl.ir.integers import Range
from emit.running import Load, both_outputs, class_in, network_class
from tests.build.harness import mistakes
from tests.mistakes import check, mistakes_of

TOKENS = """network model(length = 6, vocabulary = 11, features = 4) {
  input tokens: length integers below vocabulary
  input kinds: length integers below 2
  init embedding: normal(std = 0.02)
  x = tokens -> embedding(vocabulary, features, padding_index = 3)
  x = x + (kinds -> embedding(2, features))
  places = parameter((9, features), normal) -> slice(0, stop = tokens.shape[0])
  return x + places -> linear(vocabulary)
}
"""


def test_the_module_takes_integers(load: Load) -> None:
    network = load(TOKENS)
    source = network.source()
    assert "Input `tokens`: 6 integers below 11." in source
    assert 'INPUTS = {"tokens": (6,), "kinds": (6,)}' in source
    assert 'BELOW = {"tokens": 11, "kinds": 2}' in source
    assert network.costs.total.params == 11 * 4 + 2 * 4 + 9 * 4 + 4 * 11 + 11
    assert network.costs.total.macs == 6 * 4 * 11
    for ours, theirs in both_outputs(network):
        torch.testing.assert_close(ours, theirs)


def test_padding_starts_as_zero_whatever_the_rule(load: Load) -> None:
    module = network_class(load(TOKENS))()
    for _ in range(2):
        weight = module.embedding1.weight
        assert weight[3].count_nonzero() == 0
        assert weight[4].count_nonzero() == 4
        assert weight.std() < 0.1
        module.reset_parameters()


def test_a_shorter_text(load: Load) -> None:
    network = load(TOKENS)
    module = network_class(network)()
    for length in (1, 4, 9):
        other = network.at(tokens=(length,), kinds=(length,))
        tokens = torch.randint(0, 11, (2, length))
        kinds = torch.randint(0, 2, (2, length))
        assert other.outputs == ((length, 11),)
        assert module(tokens, kinds).shape == (2, length, 11)
        # The bounds are still known at the other size.
        assert other.graph.type(other.graph.inputs["tokens"]).integers == Range(0, 10)
    with pytest.raises(archdsl.CompileError):
        network.at(tokens=(10,), kinds=(10,))


def test_a_text_whose_length_is_fixed_is_refused_at_another(load: Load) -> None:
    network = load(
        "network n() {\n input tokens: 6 integers below 9\n"
        " x = tokens -> embedding(9, 4)\n"
        " return x + parameter(x.shape) -> flatten -> linear(2)\n}"
    )
    module = class_in(network.source())()
    with pytest.raises(ValueError, match="tokens must be 6 for `"):
        module(torch.zeros(2, 5, dtype=torch.long))


def test_memory_and_bytes_of_integers(load: Load) -> None:
    """An integer has 8 bytes, and of a table is read what is looked up."""
    network = load(
        "network n() {\n input t: 10 integers below 1000\n return t -> embedding(1000, 8)\n}"
    )
    assert network.costs.total.bytes_moved == 8 * 10 + 4 * 80 + 4 * 80
    gathered = load(
        "network n() {\n input t: 10 integers below 1000\n w = parameter((1000, 8))\n"
        " return w -> gather(t)\n}"
    )
    assert gathered.costs.total.bytes_moved == network.costs.total.bytes_moved


@pytest.mark.parametrize(
    ("statements", "code", "words", "message", "help"),
    [
        ("return t -> conv(8)", "shape", "conv(8)", "`conv` takes real numbers", "`embedding`"),
        (
            "return t -> embedding(8, 4)",
            "shape",
            "8",
            "`vocabulary` must be above all integers of 4 x 4 in 0..8, but this is 8",
            None,
        ),
        (
            "return t - 1 -> embedding(9, 4)",
            "shape",
            "embedding(9, 4)",
            "`embedding` takes integers of at least 0, but this is 4 x 4 in -1..7",
            None,
        ),
        (
            "return t / 2 -> embedding(9, 4)",
            "shape",
            "embedding(9, 4)",
            "`embedding` takes integers, but this is 4 x 4",
            "1024 integers below 50257",
        ),
        (
            "return t -> embedding(9, 4, padding_index = 9)",
            "shape",
            "padding_index = 9",
            "`padding_index` must be below `vocabulary` (9), but this is 9",
            None,
        ),
        (
            "input u: 4 integers below 5 / 2\n return u",
            "input",
            "5 / 2",
            "integers must be below an integer of at least 1, but this is the number 2.5",
            "`5 // 2`",
        ),
        ("input u: 4 below 5\n return u", "syntax", "below", "unexpected `below`", None),
        ("input u: 4 integers\n return u", "syntax", "", "expected `below`", None),
    ],
)
def test_mistakes(statements: str, code: str, words: str, message: str, help: str | None) -> None:
    found = mistakes(f"network n() {{\n input t: 4 x 4 integers below 9\n {statements}\n}}")
    mistake = check(found, words, message, help)
    assert mistake.code == code


def test_a_recipe_trains_on_videos_only(load: Load) -> None:
    network = load(
        """network n() {
          input clip: 3 x 4 x 8^2 integers below 256
          return clip -> embedding(256, 2) -> mean -> linear(3)
        }
        recipe r for n {
          epochs 1
          batch 8
          optimizer sgd(lr = 0.1)
          clip(frames = 4, stride = 1)
          resize 8
          crop 8
          test views(clips = 1, crops = 1, size = 8)
        }"""
    )
    wanted = "must take one video, 3 x T x H x W, but `n` takes 3 x 4 x 8^2 in 0..255"
    assert wanted in next(mistake.message for mistake in mistakes_of(network.recipe))
