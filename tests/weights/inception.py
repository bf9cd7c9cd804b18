"""Inception-v1 over videos with the names of pytorch-i3d, written independently of that repository.

It pads as TensorFlow does. `renamed` and `in_tensorflow` give its weights the names, and the order
of axes, that two other repositories have.
"""

from __future__ import annotations

import re
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from weights.flat import NARROW

State = dict[str, Tensor]

WIDTHS = {
    "3b": (64, 96, 128, 16, 32, 32),
    "3c": (128, 128, 192, 32, 96, 64),
    "4b": (192, 96, 208, 16, 48, 64),
    "4c": (160, 112, 224, 24, 64, 64),
    "4d": (128, 128, 256, 24, 64, 64),
    "4e": (112, 144, 288, 32, 64, 64),
    "4f": (256, 160, 320, 32, 128, 128),
    "5b": (256, 160, 320, 32, 128, 128),
    "5c": (384, 192, 384, 48, 128, 128),
}


def same(x: Tensor, kernel: tuple[int, ...], stride: tuple[int, ...]) -> Tensor:
    """Zeros around a clip, so that a window gives a result for each of its strides."""
    pads: list[int] = []
    for size, k, s in zip(x.shape[:1:-1], kernel[::-1], stride[::-1], strict=True):
        missing = max((-(-size // s) - 1) * s + k - size, 0)
        pads += [missing // 2, missing - missing // 2]
    return functional.pad(x, pads)


class Unit(nn.Module):
    def __init__(self, before: int, after: int, kernel: int = 1, stride: int = 1) -> None:
        super().__init__()
        self.window = (kernel,) * 3, (stride,) * 3
        self.conv3d = nn.Conv3d(before, after, kernel, stride, bias=False)
        self.bn = nn.BatchNorm3d(after, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.bn(self.conv3d(same(x, *self.window)))
        return y.relu()


class Pool(nn.Module):
    def __init__(self, kernel: tuple[int, int, int], stride: tuple[int, int, int]) -> None:
        super().__init__()
        self.window = kernel, stride

    def forward(self, x: Tensor) -> Tensor:
        return functional.max_pool3d(same(x, *self.window), *self.window)


class Module(nn.Module):
    def __init__(self, before: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        point, near1, near2, far1, far2, pooled = widths
        self.b0 = Unit(before, point)
        self.b1a, self.b1b = Unit(before, near1), Unit(near1, near2, 3)
        self.b2a, self.b2b = Unit(before, far1), Unit(far1, far2, 3)
        self.b3a, self.b3b = Pool((3, 3, 3), (1, 1, 1)), Unit(before, pooled)

    def forward(self, x: Tensor) -> Tensor:
        branches = self.b0(x), self.b1b(self.b1a(x)), self.b2b(self.b2a(x)), self.b3b(self.b3a(x))
        return torch.cat(branches, 1)


class Head(nn.Module):
    def __init__(self, before: int, classes: int, window: tuple[int, int, int]) -> None:
        super().__init__()
        self.window = window
        self.conv3d = nn.Conv3d(before, classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.conv3d(functional.avg_pool3d(x, self.window, 1))
        return scores.mean((2, 3, 4))


def i3d(classes: int = 11, window: tuple[int, int, int] = (2, 2, 2)) -> nn.Sequential:
    """The network with narrow modules, as `flat.inception_spec` has them."""
    narrow = {name: tuple(w // NARROW for w in widths) for name, widths in WIDTHS.items()}
    first, second = 64 // NARROW, 192 // NARROW
    sums = [second, *(p + n + f + q for p, _, n, _, f, q in narrow.values())]
    modules = {
        name: Module(before, widths)
        for (name, widths), (before, _) in zip(narrow.items(), pairwise(sums), strict=True)
    }
    net = nn.Sequential()
    net.add_module("Conv3d_1a_7x7", Unit(3, first, 7, 2))
    net.add_module("MaxPool3d_2a_3x3", Pool((1, 3, 3), (1, 2, 2)))
    net.add_module("Conv3d_2b_1x1", Unit(first, first))
    net.add_module("Conv3d_2c_3x3", Unit(first, second, 3))
    net.add_module("MaxPool3d_3a_3x3", Pool((1, 3, 3), (1, 2, 2)))
    for name, module in modules.items():
        if name == "4b":
            net.add_module("MaxPool3d_4a_3x3", Pool((3, 3, 3), (2, 2, 2)))
        if name == "5b":
            net.add_module("MaxPool3d_5a_2x2", Pool((2, 2, 2), (2, 2, 2)))
        net.add_module(f"Mixed_{name}", module)
    net.add_module("logits", Head(sums[-1], classes, window))
    return net


_BRANCHES = {
    "b0.": "branch_0.",
    "b1a.": "branch_1.0.",
    "b1b.": "branch_1.1.",
    "b2a.": "branch_2.0.",
    "b2b.": "branch_2.1.",
    "b3b.": "branch_3.1.",
    "Conv3d": "conv3d",
    "Mixed": "mixed",
    ".bn.": ".batch3d.",
    "logits": "conv3d_0c_1x1",
}


def renamed(state: State) -> State:
    """The weights under the names of kinetics_i3d_pytorch."""
    return {_replaced(key, _BRANCHES): value for key, value in state.items()}


_PATHS = {
    ".b0.": ".Branch_0.Conv3d_0a_1x1.",
    ".b1a.": ".Branch_1.Conv3d_0a_1x1.",
    ".b1b.": ".Branch_1.Conv3d_0b_3x3.",
    ".b2a.": ".Branch_2.Conv3d_0a_1x1.",
    ".b2b.": ".Branch_2.Conv3d_0b_3x3.",
    ".b3b.": ".Branch_3.Conv3d_0b_1x1.",
    "logits": "Logits.Conv3d_0c_1x1",
    "conv3d.weight": "conv_3d.w",
    "conv3d.bias": "conv_3d.b",
    "bn.bias": "batch_norm.beta",
    "bn.running_mean": "batch_norm.moving_mean",
    "bn.running_var": "batch_norm.moving_variance",
}


def in_tensorflow(state: State) -> State:
    """The variables of the authors' code; its norms have no scale, so that of `state` must be 1.

    One name of the code is misspelt.
    """
    made: State = {}
    for key, value in state.items():
        if re.search(r"bn\.(weight|num_batches_tracked)$", key):
            continue
        path = _replaced(key, _PATHS).replace(".", "/")
        path = path.replace("5b/Branch_2/Conv3d_0b", "5b/Branch_2/Conv3d_0a")
        is_norm = "batch_norm" in path
        moved = value.reshape(1, 1, 1, 1, -1) if is_norm else value
        moved = moved.permute(2, 3, 4, 1, 0) if path.endswith("/w") else moved
        made[f"RGB/inception_i3d/{path}"] = moved.contiguous()
    return made


def _replaced(key: str, names: dict[str, str]) -> str:
    for ours, theirs in names.items():
        key = key.replace(ours, theirs)
    return key
