"""Other people's networks, to compare with; tests that need one are skipped where it is absent."""

from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest


def create_x3d() -> Callable[..., Any]:
    """PyTorchVideo's `create_x3d`, or a skipped test."""
    pytest.importorskip("torch")
    with _stand_in_for_torchvision(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models = pytest.importorskip("pytorchvideo.models.x3d", exc_type=ImportError)
    found: Callable[..., Any] = models.create_x3d
    return found


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
    found: Callable[..., Any] = models.s3d
    return found


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
