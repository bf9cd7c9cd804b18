"""Video Swin is torchvision's `swin3d_t`: its tensors by their keys, its outputs at any size."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from emit.running import network_class
from rivals import let_torchvision_load
from torch import Tensor, nn

import archdsl

SPEC = archdsl.load(Path(__file__).parent / "swin3d_t.arch")

_PARTS = {
    "attended.relative_position_bias.biases": "attn.relative_position_bias_table",
    "attended.qkv": "attn.qkv",
    "attended.linear": "attn.proj",
    "mlp.linear1": "mlp.0",
    "mlp.linear2": "mlp.3",
    "linear": "reduction",
}
_ENDS = {"stem.embedded": "patch_embed.proj", "stem.norm": "patch_embed.norm", "linear": "head"}


def swin_key(key: str) -> str:
    """torchvision's name of one of our tensors."""
    layer, _, leaf = key.rpartition(".")
    stage, _, rest = key.partition(".")
    if not stage[-1].isdigit():
        return f"{_ENDS.get(layer, layer)}.{leaf}"
    for ours, theirs in _PARTS.items():
        if rest.partition(".")[2].startswith(ours) or rest.startswith(ours):
            rest = rest.replace(ours, theirs)
            break
    number = 2 * int(stage[-1]) - (1 if stage.startswith("merge") else 2)
    return f"features.{number}.{rest}"


@pytest.fixture(scope="module")
def pair() -> tuple[nn.Module, nn.Module]:
    """Our module as it is compiled for 16 x 224^2, and theirs, with the same weights."""
    let_torchvision_load()
    video = pytest.importorskip("torchvision.models.video", exc_type=ImportError)
    ours, theirs = network_class(SPEC.network())().eval(), video.swin3d_t().eval()
    for tensor in theirs.parameters():
        tensor.data += 0.02 * torch.randn(tensor.shape)
    known = {k: v for k, v in theirs.state_dict().items() if "index" not in k}
    weights = ours.state_dict()
    assert {swin_key(key) for key in weights} == set(known)
    ours.load_state_dict({key: known[swin_key(key)] for key in weights})
    return ours.double(), theirs.double()


@pytest.mark.parametrize(
    "size",
    [
        (16, 64, 64),
        (7, 61, 50),  # windows do not divide it
        (2, 32, 40),  # shorter than a window
    ],
)
def test_outputs_are_torchvisions(pair: tuple[nn.Module, nn.Module], size: tuple[int, ...]) -> None:
    clip = torch.randn(1, 3, *size, dtype=torch.float64)
    with torch.no_grad():
        outputs: list[Tensor] = [module(clip) for module in pair]
    torch.testing.assert_close(*outputs, rtol=1e-10, atol=1e-10)


def test_the_module_is_code_to_merge() -> None:
    """One class for a block, sizes of windows by name, and nothing that does nothing."""
    source = SPEC.network().source()
    assert [line for line in source.splitlines() if line.startswith("class ")] == [
        f"class {name}:"
        for name in (
            "StochasticDepth(nn.Module)",
            "PatchEmbedding(nn.Module)",
            "RelativePositionBias(nn.Module)",
            "ShiftedWindowAttention(nn.Module)",
            "MLP(nn.Module)",
            "SwinBlock(nn.Module)",
            "PatchMerging(nn.Module)",
            "Checkpointed(nn.Sequential)",
            "Swin3DT(nn.Module)",
        )
    ]
    assert "t = min(self.window[0], frames)" in source
    assert "ValueError" not in source.partition("class PatchEmbedding")[2]
    for number in ("392", "2535", "roll((0"):
        assert number not in source


def test_where_sizes_agree_by_chance_nothing_is_fixed() -> None:
    """Of this clip, windows of stage 3 have as many places as heads have features."""
    assert 'ValueError("video' not in SPEC.network(frames=4, size=64).source()
