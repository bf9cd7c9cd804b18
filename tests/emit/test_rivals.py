"""X3D and S3D give the outputs of PyTorchVideo and torchvision, with the same weights."""

from __future__ import annotations

import pytest
import torch
from rivals import pytorchvideo_x3d, s3d
from torch import Tensor, nn

import archdsl
from emit.running import ROOT, network_class, randomise_norms

SIZES = {
    "x3d_xs": (4, 160, 2.2),
    "x3d_s": (13, 160, 2.2),
    "x3d_m": (16, 224, 2.2),
    "x3d_l": (16, 312, 5.0),
}
PRECISIONS = {torch.float32: 1e-5, torch.float64: 1e-10}
SMALL = 64
ROUNDED = ("x3d_l", "train", torch.float32)
"""Here rounding alone moves both implementations 1.4e-5 away from the result in float64."""


def _pair(name: str, size: int, classes: int = 400) -> tuple[nn.Module, nn.Module]:
    """Ours and PyTorchVideo's, with the same random weights."""
    frames, _, depth = SIZES[name]
    spec = archdsl.load(ROOT / "specs" / f"{name}.arch")
    ours = network_class(spec.network(shortcut_norm="where_channels_differ"))(classes)
    theirs = pytorchvideo_x3d(frames, size, depth, classes)
    randomise_norms(theirs)
    _transfer(theirs, ours)
    return ours, theirs


def _transfer(theirs: nn.Module, ours: nn.Module) -> None:
    """By name: `blocks.i` are the stem, the four stages and the head."""
    target = dict(ours.state_dict())
    for key, value in theirs.state_dict().items():
        target.pop(_renamed(key)).copy_(value)
    assert not target


def _renamed(key: str) -> str:
    _, number, rest = key.split(".", 2)
    if number == "0":
        return "conv1." + _replace(rest, {"conv.conv_t": "conv1", "conv.conv_xy": "conv2"})
    if number == "5":
        table = {"pool.pre_conv": "conv1", "pool.pre_norm": "norm", "pool.post_conv": "conv2"}
        return "head." + _replace(rest, {**table, "proj": "linear"})
    table = {
        "branch1_conv": "projection.conv",
        "branch1_norm": "projection.norm",
        "branch2.norm_b.1.block.0": "squeeze_excite.conv1",
        "branch2.norm_b.1.block.2": "squeeze_excite.conv2",
        "branch2.norm_b.0": "norm2",
        "branch2.conv_a": "conv1",
        "branch2.norm_a": "norm1",
        "branch2.conv_b": "conv2",
        "branch2.conv_c": "conv3",
        "branch2.norm_c": "norm3",
    }
    stage = f"res{int(number) + 1}"
    block = rest.removeprefix("res_blocks.")
    return f"{stage}." + _replace(block, table)


def _replace(key: str, table: dict[str, str]) -> str:
    for theirs, ours in table.items():
        if theirs in key:
            return key.replace(theirs, ours)
    return key


@pytest.mark.parametrize("name", ["x3d_xs", "x3d_s"])
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_same_outputs(name: str, mode: str) -> None:
    """Of small clips in float64: in float32, statistics of few values are mostly rounding."""
    _compare(name, SMALL, mode, torch.float64, PRECISIONS[torch.float64])


@pytest.mark.slow
@pytest.mark.parametrize("precision", PRECISIONS, ids=str)
@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_same_outputs_at_the_published_size(name: str, mode: str, precision: torch.dtype) -> None:
    tolerance = 2e-5 if (name, mode, precision) == ROUNDED else PRECISIONS[precision]
    _compare(name, SIZES[name][1], mode, precision, tolerance)


def _compare(name: str, size: int, mode: str, precision: torch.dtype, tolerance: float) -> None:
    ours, theirs = (module.to(precision) for module in _pair(name, size))
    shape = (2 if mode == "train" else 1, 3, SIZES[name][0], size, size)
    clip = torch.randn(shape, dtype=precision)
    assert _distance(ours, theirs, mode, clip) < tolerance
    statistics = dict(ours.named_buffers())
    for key, value in theirs.named_buffers():
        torch.testing.assert_close(statistics[_renamed(key)], value, rtol=1e-4, atol=1e-5)


def _distance(ours: nn.Module, theirs: nn.Module, mode: str, clip: Tensor) -> float:
    """The largest difference relative to the largest output, with the same dropout in both."""
    with torch.no_grad():
        a, b = (_run(module, mode, clip) for module in (ours, theirs))
    return ((a - b).abs().max() / b.abs().max()).item()


def _run(module: nn.Module, mode: str, clip: Tensor) -> Tensor:
    torch.manual_seed(1)
    return module.train(mode == "train")(clip)


S3D_CLIPS = {
    "train": (2, 3, 13, 209, 209),
    "eval": (1, 3, 25, 225, 225),
}
"""The first are the smallest that the head's window of 2 x 7 x 7 takes. In the second, the last
pooling has odd sizes, and the window has two positions."""


@pytest.mark.parametrize("mode", [pytest.param("train", marks=pytest.mark.slow), "eval"])
def test_s3d_of_torchvision(mode: str) -> None:
    theirs = s3d()()
    spec = archdsl.load(ROOT / "specs" / "s3d.arch")
    ours = network_class(spec.network("s3d_torchvision"))()
    randomise_norms(theirs)
    _transfer_in_order(theirs, ours)
    assert _distance(ours, theirs, mode, torch.randn(S3D_CLIPS[mode])) < 1e-5
    for mine, other in zip(ours.buffers(), theirs.buffers(), strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-5)


def _transfer_in_order(theirs: nn.Module, ours: nn.Module) -> None:
    """Both modules have their layers in the order of execution."""
    states = (module.state_dict().values() for module in (ours, theirs))
    for mine, other in zip(*states, strict=True):
        assert mine.shape == other.shape
        mine.copy_(other)
