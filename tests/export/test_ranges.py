"""Which sizes a program keeps dynamic, on small modules whose sizes are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from archdsl.export.axes import Input, Shape, separate
from archdsl.export.ranges import Range
from archdsl.export.tracing import trace

VIDEO = {"video": (2, 6, 8, 8)}


Forward = Callable[..., Any]
"""What a module computes from its inputs."""


class Module(nn.Module):
    """A function as a module. Subclasses name the inputs: torch.export reads the signature."""

    def __init__(self, function: Forward) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.function(*inputs)


class Video(Module):
    def forward(self, video: Tensor) -> Tensor:
        return self.function(video)


class Pathways(Module):
    def forward(self, slow: Tensor, fast: Tensor) -> Tensor:
        return self.function(slow, fast)


def range_by_axis(module: nn.Module, inputs: Mapping[str, Shape]) -> dict[str, Range]:
    entering = {name: Input(shape) for name, shape in inputs.items()}
    return {one.axis.name: one for one in trace(module, entering).ranges()}


Limits = tuple[int, int | None, int]
"""The lowest size of an axis, the highest, and the step."""


def limits(module: nn.Module, inputs: Mapping[str, Shape] = VIDEO) -> dict[str, Limits]:
    spreads = {name: one.spread for name, one in range_by_axis(module, inputs).items()}
    return {name: (s.low, s.high, s.step) for name, s in spreads.items()}


ANY = (1, None, 1)

OPEN = {"batch": ANY, "frames": ANY, "height": ANY, "width": ANY}
"""Every axis can have any size."""


def windows(x: Tensor) -> Tensor:
    """Means of windows of 3 x 3, of a picture that is padded to whole windows."""
    x = nn.functional.pad(x, (0, -x.shape[4] % 3, 0, -x.shape[3] % 3))
    x = x.unflatten(4, (-1, 3)).unflatten(3, (-1, 3)).transpose(4, 5)
    return x.flatten(5).softmax(-1).mean(-1)


def halves(x: Tensor) -> Tensor:
    """Half the frames taken from those that come after; there must be an even number."""
    return x[:, :, ::2] - x[:, :, 1::2]


KNOWN: dict[str, tuple[Forward, Mapping[str, Limits]]] = {
    "element by element": (lambda x: x * 2, {}),
    "a minimum": (lambda x: nn.functional.avg_pool3d(x, (1, 3, 1)), {"height": (3, None, 1)}),
    "one number of frames": (lambda x: x + torch.ones(6, 1, 1), {"frames": (6, 6, 1)}),
    # One frame would be repeated six times, which is chance.
    "a learned place": (
        lambda x: x * torch.ones(6, 8, 8),
        {"frames": (6, 6, 1), "height": (8, 8, 1), "width": (8, 8, 1)},
    ),
    "a table": (lambda x: x + torch.ones(1000, 1, 1)[: x.shape[2]], {"frames": (1, 1000, 1)}),
    # 5 to 8 frames give two of them, too few sizes to be meant.
    "rounded": (lambda x: x[:, :, ::4].unflatten(2, (2, 1)), {"frames": (6, 6, 1)}),
    "groups of frames": (lambda x: x.unflatten(2, (-1, 2)).mean(3), {"frames": (2, None, 2)}),
    "groups of three": (lambda x: x.unflatten(2, (-1, 3)).mean(3), {"frames": (3, None, 3)}),
    "halves": (halves, {"frames": (2, None, 2)}),
    "one group": (lambda x: x.unflatten(2, (-1, 6)).mean(3), {"frames": (6, None, 6)}),
    # Torch asserts more than one window along the last axis.
    "windows": (windows, {"width": (4, None, 1)}),
}


@pytest.mark.parametrize("kind", KNOWN)
def test_dynamic_sizes_are_found(kind: str) -> None:
    forward, known = KNOWN[kind]
    assert limits(Video(forward)) == OPEN | known


def test_height_and_width_change_together() -> None:
    found = limits(Video(lambda x: x @ x))
    assert found == {"batch": ANY, "frames": ANY, "height and width": ANY}


SIDES = {"slow height": ANY, "slow width": ANY, "fast height": ANY, "fast width": ANY}

TWO: dict[str, tuple[Forward, Mapping[str, Limits]]] = {
    "in proportion": (lambda slow, fast: slow + fast[:, :, ::4], OPEN),
    "independent": (
        lambda slow, fast: slow.mean((2, 3, 4)) + fast.mean((2, 3, 4)),
        {"batch": ANY, "slow frames": ANY, "fast frames": ANY} | SIDES,
    ),
    "with the same frames": (
        lambda slow, fast: slow.mean((3, 4)) + fast[:, :, ::4].mean((3, 4)),
        {"batch": ANY, "frames": ANY} | SIDES,
    ),
}


@pytest.mark.parametrize("kind", TWO)
def test_inputs_are_tied_only_where_they_must_be(kind: str) -> None:
    """As in SlowFast, one input has every fourth frame of the other."""
    forward, known = TWO[kind]
    assert limits(Pathways(forward), {"slow": (3, 2, 4, 4), "fast": (3, 8, 4, 4)}) == known


def test_what_torch_cannot_trace_is_left_fixed_axis_by_axis() -> None:
    """As where a library that is not torch's needs a number of Python."""

    def forward(x: Tensor) -> Tensor:
        if type(x.shape[2]) is not int:
            raise TypeError("the frames must be an integer")
        return x * 2

    found = range_by_axis(Video(forward), VIDEO)
    spreads = {name: (one.spread.low, one.spread.high, 1) for name, one in found.items()}
    assert spreads == OPEN | {"frames": (6, 6, 1)}
    assert found["frames"].lost.endswith("is dynamic: the frames must be an integer")
    assert all(found["frames"].refused.values())


def test_the_layer_that_refuses_is_named() -> None:
    class Pooled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.pool = nn.AvgPool3d((6, 1, 1))

        def forward(self, video: Tensor) -> Tensor:
            return self.pool(video)

    ((size, outcome),) = range_by_axis(Pooled(), VIDEO)["frames"].refused.items()
    assert (size, outcome.layer) == (5, "pool")
    assert "smaller than kernel size" in outcome.error


@pytest.mark.parametrize(("entering", "declared"), [
    (Input((1, 80)), {"batch": 1, "length": 80}),
    (Input((7,)), {"batch": 1}),
    (Input((1, 2, 3, 4, 5)), {"batch": 1, "axis 2": 2, "axis 3": 3, "axis 4": 4, "axis 5": 5}),
    (Input((7,), below=9), {"batch": 1, "length": 7}),
    (Input((7, 2), below=9), {"batch": 1, "axis 1": 7, "axis 2": 2}),
])  # fmt: skip
def test_axes(entering: Input, declared: Mapping[str, int]) -> None:
    axes = separate({"x": entering})
    assert axes.declared == declared
    assert axes.shapes(declared) == ((1, *entering.shape),)
