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
    pytest.importorskip("torch")
    with _stand_in_for_torchvision(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models = pytest.importorskip("pytorchvideo.models.x3d", exc_type=ImportError)
    return models.create_x3d(
        input_clip_length=frames,
        input_crop_size=size,
        depth_factor=depth,
        bottleneck_factor=2.25,
        model_num_class=classes,
        head_activation=None,
    )


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
