"""torchvision's networks over images, made small, and networks over videos that start from them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from emit.running import ROOT, randomise_norms
from rivals import let_torchvision_load
from torch import Tensor, nn

NARROW = 8
"""What the widths of Inception-v1 are divided by."""


@dataclass(frozen=True)
class Flat:
    """A network over images and its features before the mean over positions."""

    network: nn.Module
    features: Callable[[Tensor], Tensor]


def torchvision(name: str) -> Any:
    """A module of torchvision.models, or a skipped test."""
    let_torchvision_load()
    pytest.importorskip("torchvision.models", exc_type=ImportError)
    return importlib.import_module(f"torchvision.models.{name}")


def finished(network: nn.Module) -> nn.Module:
    """A network as if it had been trained: no norm has its initial statistics."""
    randomise_norms(network)
    return network.double().eval()


def googlenet() -> Flat:
    """GoogLeNet with narrow modules, and its pools as in I3D: padded on both sides."""
    names = torchvision("googlenet")

    def narrow(kind: Callable[..., nn.Module], *widths: int, **options: Any) -> nn.Module:
        return kind(*(width if width == 3 else width // NARROW for width in widths), **options)

    def auxiliary(width: int, classes: int, **options: Any) -> nn.Module:
        return names.InceptionAux(width // NARROW, classes, **options)

    blocks = [partial(narrow, names.BasicConv2d), partial(narrow, names.Inception), auxiliary]
    network = names.GoogLeNet(blocks=blocks, init_weights=False)
    network.fc = nn.Linear(1024 // NARROW, 1000)
    for name in ("maxpool1", "maxpool2", "maxpool3"):
        setattr(network, name, nn.MaxPool2d(3, 2, 1))
    parts = [part for name, part in network.named_children() if "aux" not in name]
    return Flat(finished(network), nn.Sequential(*parts[: parts.index(network.avgpool)]))


def resnet() -> Flat:
    """ResNet-50 with one block in each stage."""
    names = torchvision("resnet")
    network = names.ResNet(names.Bottleneck, [1, 1, 1, 1])
    return Flat(finished(network), nn.Sequential(*list(network.children())[:-2]))


def mobilenet_v2() -> Flat:
    names = torchvision("mobilenetv2")
    network = names.MobileNetV2(inverted_residual_setting=[[1, 16, 1, 1], [6, 24, 2, 2]])
    return Flat(finished(network), network.features)


def mobilenet_v3() -> Flat:
    names = torchvision("mobilenetv3")
    settings = [
        names.InvertedResidualConfig(16, 3, 16, 16, True, "RE", 1, 1, 1),
        names.InvertedResidualConfig(16, 5, 64, 24, False, "HS", 2, 1, 1),
        names.InvertedResidualConfig(24, 3, 48, 24, True, "HS", 1, 1, 1),
    ]
    network = names.MobileNetV3(settings, last_channel=64)
    return Flat(finished(network), network.features)


def inception_spec(name: str) -> str:
    """`specs/i3d.arch` or `specs/s3d.arch` with narrow modules."""
    text = (ROOT / "specs" / f"{name}.arch").read_text().partition("\nrecipe")[0]
    rows = [line for line in text.splitlines() if line.strip().startswith("|")]
    for row in rows:
        text = text.replace(row, _narrow_row(row, rows[0]))
    return text.replace("use attention_nas\n", "")


def _narrow_row(row: str, head: str) -> str:
    cells, columns = row.split("|"), [cell.strip() for cell in head.split("|")]
    for place, column in enumerate(columns):
        if column in ("channels", "point", "near", "far", "pooled") and row != head:
            cells[place] = re.sub(r"\d+", lambda found: str(int(found[0]) // NARROW), cells[place])
        if column == "expect" and row != head and "-" * 3 not in cells[place]:
            cells[place] = " - "
    return "|".join(cells)


RESNET = """
use conv_norm_act
use inception
use residual
block inflated = bottleneck_block(kernel = (1, 3, 3))
network net(frames = 5, size = 32, classes: int = 7) {
  input video: 3 x frames x size^2
  table (narrow = (span, 1, 1)) {
    | stage | block         | channels | kernel    | span | stride    |
    |-------|---------------|----------|-----------|------|-----------|
    | conv1 | conv_norm_act | 64       | (5, 7, 7) | -    | (1, 2, 2) |
    | pool1 | pool_1x3x3    | -        | -         | -    | -         |
    | res2  | inflated      | 256      | -         | 3    | 1         |
    | res3  | inflated      | 512      | -         | 1    | (1, 2, 2) |
    | res4  | inflated      | 1024     | -         | 3    | (1, 2, 2) |
    | res5  | inflated      | 2048     | -         | 1    | (1, 2, 2) |
  }
  classifier(classes)
}
"""

MOBILENET_V2 = """
use conv_norm_act
use inverted_residual
block stem = conv_norm_act(act = relu6)
network net(frames = 5, size = 32, classes: int = 7) {
  input video: 3 x frames x size^2
  stem(32, kernel = 3, stride = (1, 2, 2))
  inverted_residual(16, expansion = 1)
  inverted_residual(24, stride = (1, 2, 2))
  inverted_residual(24)
  stem(1280)
  adaptive_avg_pool(1)
  flatten
  linear(classes)
}
"""

MOBILENET_V3 = """
use conv_norm_act
use inverted_residual
use squeeze_excite
block bn = batch_norm(eps = 0.001, momentum = 0.01)
block stem = conv_norm_act(norm = bn, act = hard_swish)
block bneck = inverted_residual(norm = bn)
block gate(x) { return x -> squeeze_excite(round_to(x.channels // 4, 8), gate = hard_sigmoid) }
network net(frames = 5, size = 32, classes: int = 7) {
  input video: 3 x frames x size^2
  stem(16, kernel = 3, stride = (1, 2, 2))
  bneck(16, mid = 16, gate = gate, act = relu)
  bneck(24, mid = 64, kernel = 5, stride = (1, 2, 2), act = hard_swish)
  bneck(24, mid = 48, gate = gate, act = hard_swish)
  stem(144)
  adaptive_avg_pool(1)
  flatten
  linear(64)
  hard_swish
  linear(classes)
}
"""
