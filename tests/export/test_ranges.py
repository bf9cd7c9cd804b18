"""`archdsl.export.tracing.ranges` on small modules whose ranges of sizes are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
import torch
from torch import Tensor, nn

from archdsl.export.tracing import Range, ranges, trace
from archdsl.export.trials import Axes, Shape

VIDEO = {"video": (2, 6, 8, 8)}


class Module(nn.Module):
    """A function as a module. Subclasses name the inputs: torch.export reads the signature."""

    def __init__(self, function: Callable[..., Tensor]) -> None:
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
    return {one.axis: one for one in ranges(trace(module, Axes(inputs)))}


def limits(module: nn.Module, inputs: Mapping[str, Shape] = VIDEO) -> dict[str, object]:
    return {name: (r.step or (r.low, r.high)) for name, r in range_by_axis(module, inputs).items()}


OPEN = {"batch": (1, None), "frames": (1, None), "height": (1, None), "width": (1, None)}
"""Every axis can have any size."""

KNOWN: dict[str, tuple[Callable[[Tensor], Tensor], dict[str, object]]] = {
    "element by element": (lambda x: x * 2, {}),
    "a minimum": (lambda x: nn.functional.avg_pool3d(x, (1, 3, 1)), {"height": (3, None)}),
    "one number of frames": (lambda x: x + torch.ones(6, 1, 1), {"frames": (6, 6)}),
    "groups of frames": (lambda x: x.unflatten(2, (-1, 2)).mean(3), {"frames": 2}),
    "height is width": (lambda x: x @ x, {"height": (8, 8), "width": (8, 8)}),
}


@pytest.mark.parametrize("kind", KNOWN)
def test_dynamic_sizes_are_found(kind: str) -> None:
    forward, known = KNOWN[kind]
    assert limits(Video(forward)) == OPEN | known


def test_inputs_keep_their_proportion() -> None:
    """As in SlowFast, one input has every fourth frame of the other."""
    pathways = Pathways(lambda slow, fast: slow + fast[:, :, ::4])
    inputs = {"slow": (3, 2, 4, 4), "fast": (3, 8, 4, 4)}
    assert limits(pathways, inputs) == OPEN


def test_the_layer_that_refuses_is_named() -> None:
    class Pooled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.pool = nn.AvgPool3d((6, 1, 1))

        def forward(self, video: Tensor) -> Tensor:
            return self.pool(video)

    below = range_by_axis(Pooled(), VIDEO)["frames"].below
    assert below is not None
    assert below.layer == "pool"
    assert "smaller than kernel size" in below.error


@pytest.mark.parametrize(("inputs", "declared"), [
    ({"wave": (1, 80)}, {"batch": 1, "length": 80}),
    ({"features": (7,)}, {"batch": 1}),
    ({"x": (1, 2, 3, 4, 5)}, {"batch": 1, "axis 2": 2, "axis 3": 3, "axis 4": 4, "axis 5": 5}),
])  # fmt: skip
def test_axes(inputs: Mapping[str, Shape], declared: Mapping[str, int]) -> None:
    axes = Axes(inputs)
    assert axes.declared == declared
    assert axes.shapes(declared) == [(1, *shape) for shape in inputs.values()]
