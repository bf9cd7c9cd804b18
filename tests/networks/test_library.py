"""The library: every block is documented, and has the parameters of torch's counterpart."""

from __future__ import annotations

from collections import Counter

import pytest

from archdsl.program.loading import load_program
from archdsl.resources import folder
from archdsl.syntax import tree
from tests.build.harness import build

FILES = sorted(folder("library").glob("*.arch"))


def parameters(use: str, body: str, shape: str) -> int:
    return build(f"use {use}\nnetwork n() {{ input x: {shape}\n {body}\n}}").costs.total.params


def test_no_name_is_defined_twice() -> None:
    names = Counter(d.name for path in FILES for d in load_program(path).main.own)
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_and_block_is_documented(path: object) -> None:
    program = load_program(path)  # type: ignore[arg-type]
    assert program.main.file.doc
    assert not program.mistakes
    silent = [d.name for d in program.main.own if isinstance(d.node, tree.Block) and not d.node.doc]
    assert silent == []


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("multi_head_attention(4)", 4 * (32 * 32 + 32)),
        ("multi_head_attention(4, bias = false)", 4 * 32 * 32 + 32),
        ("mlp", 2 * 4 * 32 * 32 + 5 * 32),
        ("mlp(hidden = 8, act = relu)", 2 * 8 * 32 + 40),
        ("transformer_block(4)", 12 * 32 * 32 + 13 * 32),
    ],
)
def test_transformer(body: str, count: int) -> None:
    assert parameters("transformer", body, "5 x 32") == count
    assert parameters("transformer", body, "3 x 5 x 32") == count


def test_attention_on_another_context() -> None:
    text = "use transformer\nnetwork n() { input x: 5 x 32\n input y: 9 x 16\n"
    network = build(text + " return x -> multi_head_attention(4, y)\n}")
    assert network.outputs == ((5, 32),)
    assert network.costs.total.params == 2 * (32 * 32 + 32) + 2 * (16 * 32 + 32)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("basic_block(8)", 2 * (8 * 8 * 9 + 16)),
        ("basic_block(16, 2)", 8 * 16 * 9 + 16 * 16 * 9 + 8 * 16 + 3 * 32),
        ("bottleneck_block(8)", 8 * 2 + 2 * 2 * 9 + 2 * 8 + 4 + 4 + 16),
        ("bottleneck_block(8, groups = 2)", 8 * 2 + 2 * 9 + 2 * 8 + 4 + 4 + 16),
        ("bottleneck_block(8, stride = (1, 1))", 8 * 2 + 2 * 2 * 9 + 2 * 8 + 4 + 4 + 16),
    ],
)
def test_residual(body: str, count: int) -> None:
    assert parameters("residual", body, "8 x 6^2") == count


def test_conv_norm_act_without_norm_or_activation() -> None:
    assert parameters("conv_norm_act", "conv_norm_act(4)", "8 x 6^2") == 32 + 8
    assert parameters("conv_norm_act", "conv_norm_act(4, norm = none, act = none)", "8 x 6") == 32


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("temporal_dot_product", 3 * 6 * 6),
        ("spatial_dot_product(width = 7)", 3 * 6 * 7),
        ("spatiotemporal_dot_product(x, width = 7)", 3 * 6 * 7),
        ("temporal_map", (6 * 15 * 6 + 6) + (4 * 4 + 4) + 6 * 6),
        ("spatial_map(7)", (6 * 4 * 7 + 7) + (15 * 15 + 15) + 6 * 7),
        ("spatiotemporal_map(7)", (6 * 7 + 7) + (60 * 60 + 60) + 6 * 7),
        ("feature_gate", 6 * 6 + 6),
        ("attend(over = temporal, gate = true)", 3 * 6 * 6 + 6 * 6 + 6),
        ("attend(over = spatial, by = map)", (6 * 4 * 6 + 6) + (15 * 15 + 15) + 6 * 6),
        ("prepare(4, size = 2, frames = 4)", 6 * 4),
    ],
)
def test_attention_cell(body: str, count: int) -> None:
    assert parameters("attention_cell", body, "6 x 4 x 3 x 5") == count


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("glore", 2 * 16 * 8 + 16 * 4 + 4 * 4 + 8 * 8 + (8 + 4 + 4) + 32),
        ("glore(3, states = 5)", 2 * 16 * 5 + 16 * 3 + 3 * 3 + 5 * 5 + (5 + 3 + 3) + 32),
    ],
)
def test_glore(body: str, count: int) -> None:
    assert parameters("glore", body, "16 x 4 x 3 x 5") == count
    assert parameters("glore", body, "16 x 9 x 7") == count


@pytest.mark.parametrize("options", ["", "pool = false", "frames = 3"])
def test_non_local(options: str) -> None:
    body = f"non_local({options})"
    assert parameters("non_local", body, "16 x 4 x 6 x 5") == 4 * 16 * 8 + 3 * 8 + 16 + 32
