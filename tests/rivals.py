"""Networks of other libraries to compare with; a test is skipped where its library is absent."""

from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest


def pytorchvideo_x3d(frames: int, size: int, depth: float, classes: int = 400) -> Any:
    """PyTorchVideo's X3D for clips of `frames` x `size`^2, without the softmax at its end."""
    return _pytorchvideo("x3d").create_x3d(
        input_clip_length=frames,
        input_crop_size=size,
        depth_factor=depth,
        bottleneck_factor=2.25,
        model_num_class=classes,
        head_activation=None,
    )


def pytorchvideo_i3d_r50(window: tuple[int, int, int]) -> Any:
    """PyTorchVideo's I3D-R50; `window` is that of its head."""
    return _pytorchvideo("hub.resnet").i3d_r50(head_pool_kernel_size=window)


def pytorchvideo_slow_r50(window: tuple[int, int, int]) -> Any:
    """PyTorchVideo's Slow-R50, with the settings of its hub but for the `window` of its head."""
    create = _pytorchvideo("resnet").create_resnet
    return create(stem_conv_kernel_size=(1, 7, 7), head_pool_kernel_size=window)


def _pytorchvideo(name: str) -> Any:
    """A module of pytorchvideo.models, or a skipped test."""
    pytest.importorskip("torch")
    with _stand_in_for_torchvision(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(f"pytorchvideo.models.{name}", exc_type=ImportError)


@contextmanager
def _stand_in_for_torchvision() -> Iterator[None]:
    """PyTorchVideo imports RoIAlign, which X3D never calls, and torchvision is slow to import."""
    if "torchvision" in sys.modules:
        yield
        return
    torchvision = types.ModuleType("torchvision")
    operations = types.ModuleType("torchvision.ops")
    vars(operations)["RoIAlign"] = object
    vars(torchvision)["ops"] = operations
    stand_ins = {"torchvision": torchvision, "torchvision.ops": operations}
    sys.modules |= stand_ins
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]


def s3d() -> Callable[..., Any]:
    """torchvision's `s3d`, or a skipped test."""
    let_torchvision_load()
    models = pytest.importorskip("torchvision.models.video", exc_type=ImportError)
    create: Callable[..., Any] = models.s3d
    return create


def let_torchvision_load() -> None:
    """Make torchvision load beside a torch that is not of its build, or skip the test."""
    torch = pytest.importorskip("torch")
    try:
        pytest.importorskip("torchvision", exc_type=ImportError)
    except RuntimeError:
        # Its compiled operators go with torch's CUDA build and do not load beside another. The
        # package only looks whether these two exist, and neither S3D nor a transform calls them.
        for name in ("nms", "qnms"):
            torch.library.define(f"torchvision::{name}", "(Tensor boxes) -> Tensor")
