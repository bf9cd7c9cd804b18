"""Emitted code reads like the text: its names, its lines, and nothing that does nothing."""

from __future__ import annotations

import re

import pytest
import torch

from emit.running import Load, both_outputs


def forward_of(source: str, name: str) -> list[str]:
    """The lines of a class's `forward`, without indentation."""
    body = source.partition(f"class {name}(")[2].partition("def forward(")[2]
    return [line.strip() for line in re.split(r"\n\n", body)[0].splitlines()[1:]]


def test_values_keep_the_names_of_the_text(load: Load) -> None:
    source = load(
        """block attend(x, heads) {
          width = x.shape[-1] / heads
          query, key, value = x -> linear(3 * x.shape[-1]) -> chunk(3, axis = -1)
          q = query -> unflatten(-1, (heads, width)) -> transpose(0, 1)
          k = key -> unflatten(-1, (heads, width)) -> transpose(0, 1)
          v = value -> unflatten(-1, (heads, width)) -> transpose(0, 1)
          scores = matmul(q / sqrt(width), transpose(k))
          scores = scores -> softmax
          return matmul(scores, v) -> transpose(0, 1) -> flatten(1)
        }
        network tiny(size = 4) { input image: 12 x size^2
          image -> flatten(positions) -> transpose -> attend(2) -> attend(3) }"""
    ).source()
    assert forward_of(source, "Attend") == [
        "query, key, value = self.linear(x).chunk(3, dim=-1)",
        "q = torch.unflatten(query, -1, (self.heads, self.width)).transpose(1, 2)",
        "k = torch.unflatten(key, -1, (self.heads, self.width)).transpose(1, 2)",
        "v = torch.unflatten(value, -1, (self.heads, self.width)).transpose(1, 2)",
        "scores = q / self.divisor @ k.transpose(-2, -1)",
        "scores = self.softmax(scores)",
        "x = (scores @ v).transpose(1, 2).flatten(2)",
        "return x",
    ]


def test_branches_leave_a_value_under_its_name(load: Load) -> None:
    source = load(
        """block unit(x, channels, stride = 1) {
          skip = x if stride == 1 else (x -> conv(channels, stride = stride))
          y = x -> conv(channels, 3, stride) -> relu
          if channels > 6 { y = y -> conv(channels) -> batch_norm }
          return skip + y
        }
        network tiny(size = 8) { input image: 6 x size^2
          image -> unit(6) -> unit(8, 2) -> unit(8) }"""
    ).source()
    assert forward_of(source, "Unit") == [
        "skip = self.conv1(x)",
        "y = self.relu(self.conv2(x))",
        "if self.channels > 6:",
        "y = self.norm(self.conv3(y))",
        "x = skip + y",
        "return x",
    ]


@pytest.mark.parametrize(
    "step",
    [
        "roll((1, 2), shift = (0, 0))",
        "permute((0, 1, 2))",
        "transpose(1, 1)",
        "flatten(1, 1)",
        "unflatten(1, (-1,))",
        "slice(1)",
        "pad(0)",
        "expand((-1, -1, -1))",
        "repeat(1)",
        "multiply(1)",
        "add(0)",
        "concat",
    ],
)
def test_what_does_nothing_is_left_out(load: Load, step: str) -> None:
    network = load(
        f"""network tiny(size = 8) {{ input image: 6 x size^2
          y = image -> conv(4)
          y -> {step} -> relu }}"""
    )
    lines = ["y = self.conv(image)", "x: Tensor = self.relu(y)", "return x"]
    assert forward_of(network.source(), "Tiny") == lines
    ((ours, theirs),) = both_outputs(network)
    torch.testing.assert_close(ours, theirs)


def test_a_shift_that_is_an_argument_is_kept(load: Load) -> None:
    source = load(
        """block moved(x, shift) { return x -> roll((1, 2), shift = shift) }
        network tiny(size = 8) { input image: 6 x size^2
          image -> moved((0, 0)) -> moved((1, 2)) }"""
    ).source()
    assert "return x.roll(shift, (2, 3))" in source


def test_a_root_is_written_as_a_root(load: Load) -> None:
    source = load(
        "network tiny(size = 8) { input image: 6 x size^2\nimage / sqrt(6) -> relu }"
    ).source()
    assert "self.relu(image / math.sqrt(6))" in source
