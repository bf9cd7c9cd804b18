"""X3D and I3D-R50 with SlowFast's names, layers and order, written independently of the library.

SlowFast itself cannot be installed as a package, so this stands in for its checkpoints.
"""

from __future__ import annotations

import math
from collections import OrderedDict

import torch
from torch import Tensor, nn


def _rounded(width: float) -> int:
    rounded = max(8, int(width + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * width else rounded


class Gate(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv3d(width, _rounded(width / 16), 1)
        self.fc2 = nn.Conv3d(_rounded(width / 16), width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.fc2(self.fc1(x.mean((2, 3, 4), keepdim=True)).relu()).sigmoid()


class Residual(nn.Module):
    def __init__(self, before: int, after: int, inner: int, place: int) -> None:
        super().__init__()
        stride = (1, 2, 2) if place == 0 else (1, 1, 1)
        if place == 0:
            self.branch1 = nn.Conv3d(before, after, 1, stride=stride, bias=False)
            self.branch1_bn = nn.BatchNorm3d(after)
        layers: dict[str, nn.Module] = {
            "a": nn.Conv3d(before, inner, 1, bias=False),
            "a_bn": nn.BatchNorm3d(inner),
            "a_relu": nn.ReLU(),
            "b": nn.Conv3d(inner, inner, 3, stride=stride, padding=1, groups=inner, bias=False),
            "b_bn": nn.BatchNorm3d(inner),
        }
        layers |= {"se": Gate(inner)} if place % 2 == 0 else {}
        layers |= {
            "b_relu": nn.SiLU(),
            "c": nn.Conv3d(inner, after, 1, bias=False),
            "c_bn": nn.BatchNorm3d(after),
        }
        self.branch2 = nn.Sequential(OrderedDict(layers))

    def forward(self, x: Tensor) -> Tensor:
        shortcut = self.branch1_bn(self.branch1(x)) if hasattr(self, "branch1") else x
        return (shortcut + self.branch2(x)).relu()


def slowfast_x3d(depth: float = 2.2, bottleneck: float = 2.25, classes: int = 400) -> nn.Module:
    """A module whose state dict has SlowFast's keys; it returns logits."""
    stem = {
        "conv_xy": nn.Conv3d(3, 24, (1, 3, 3), (1, 2, 2), (0, 1, 1), bias=False),
        "conv": nn.Conv3d(24, 24, (5, 1, 1), padding=(2, 0, 0), groups=24, bias=False),
        "bn": nn.BatchNorm3d(24),
        "relu": nn.ReLU(),
    }
    parts: dict[str, nn.Module] = {"s1": _one("pathway0_stem", nn.Sequential(OrderedDict(stem)))}
    before = 24
    for stage, (width, number) in enumerate(((24, 1), (48, 2), (96, 5), (192, 3)), 2):
        blocks = OrderedDict()
        for place in range(math.ceil(round(depth * number, 6))):
            inner = int(bottleneck * width)
            blocks[f"pathway0_res{place}"] = Residual(before, width, inner, place)
            before = width
        parts[f"s{stage}"] = nn.Sequential(blocks)
    inner = int(bottleneck * 192)
    head = {
        "conv_5": nn.Conv3d(192, inner, 1, bias=False),
        "conv_5_bn": nn.BatchNorm3d(inner),
        "conv_5_relu": nn.ReLU(),
        "avg_pool": nn.AdaptiveAvgPool3d(1),
        "lin_5": nn.Conv3d(inner, 2048, 1, bias=False),
        "lin_5_relu": nn.ReLU(),
        "flatten": nn.Flatten(),
        "projection": nn.Linear(2048, classes),
    }
    parts["head"] = nn.Sequential(OrderedDict(head))
    return nn.Sequential(OrderedDict(parts))


class Bottleneck(nn.Module):
    """A block of I3D-R50; `span` is how many frames the first convolution looks at."""

    def __init__(self, before: int, after: int, span: int, stride: int) -> None:
        super().__init__()
        inner = after // 4
        if before != after or stride != 1:
            self.branch1 = nn.Conv3d(before, after, 1, stride=(1, stride, stride), bias=False)
            self.branch1_bn = nn.BatchNorm3d(after)
        steps = (1, stride, stride)
        layers: dict[str, nn.Module] = {
            "a": nn.Conv3d(before, inner, (span, 1, 1), padding=(span // 2, 0, 0), bias=False),
            "a_bn": nn.BatchNorm3d(inner),
            "a_relu": nn.ReLU(),
            "b": nn.Conv3d(inner, inner, (1, 3, 3), steps, padding=(0, 1, 1), bias=False),
            "b_bn": nn.BatchNorm3d(inner),
            "b_relu": nn.ReLU(),
            "c": nn.Conv3d(inner, after, 1, bias=False),
            "c_bn": nn.BatchNorm3d(after),
        }
        self.branch2 = nn.Sequential(OrderedDict(layers))

    def forward(self, x: Tensor) -> Tensor:
        shortcut = self.branch1_bn(self.branch1(x)) if hasattr(self, "branch1") else x
        return (shortcut + self.branch2(x)).relu()


SPANS = {2: (3,) * 3, 3: (3, 1) * 2, 4: (3, 1) * 3, 5: (1, 3, 1)}


def slowfast_i3d(classes: int = 400) -> nn.Module:
    """A module whose state dict has SlowFast's keys; it returns logits."""
    stem = {
        "conv": nn.Conv3d(3, 64, (5, 7, 7), (1, 2, 2), (2, 3, 3), bias=False),
        "bn": nn.BatchNorm3d(64),
        "relu": nn.ReLU(),
        "pool_layer": nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)),
    }
    parts: dict[str, nn.Module] = {"s1": _one("pathway0_stem", nn.Sequential(OrderedDict(stem)))}
    before = 64
    for stage, spans in SPANS.items():
        blocks, after = OrderedDict(), 64 * 2**stage
        for place, span in enumerate(spans):
            stride = 2 if place == 0 and stage > 2 else 1
            blocks[f"pathway0_res{place}"] = Bottleneck(before, after, span, stride)
            before = after
        parts[f"s{stage}"] = nn.Sequential(blocks)
        if stage == 2:
            parts["pathway0_pool"] = nn.MaxPool3d((2, 1, 1))
    head = {
        "pathway0_avgpool": nn.AdaptiveAvgPool3d(1),
        "flatten": nn.Flatten(),
        "projection": nn.Linear(before, classes),
    }
    parts["head"] = nn.Sequential(OrderedDict(head))
    return nn.Sequential(OrderedDict(parts))


def checkpoint(module: nn.Module) -> dict[str, object]:
    """The content of a checkpoint that SlowFast's training saves; `cfg` is YAML."""
    optimiser = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9)
    return {
        "epoch": 299,
        "model_state": module.state_dict(),
        "optimizer_state": optimiser.state_dict(),
        "cfg": "MODEL:\n  ARCH: x3d\n",
    }


def _one(name: str, module: nn.Module) -> nn.Module:
    return nn.Sequential(OrderedDict({name: module}))
