"""Other people's networks, to compare with; tests that need one are skipped where it is absent."""

from __future__ import annotations

import importlib.util
import sys
import types
import warnings
from collections.abc import Callable
from typing import Any

import pytest


def create_x3d() -> Callable[..., Any]:
    """PyTorchVideo's `create_x3d`, or a skipped test."""
    pytest.importorskip("torch")
    _stand_in_for_torchvision()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models = pytest.importorskip("pytorchvideo.models.x3d", exc_type=ImportError)
    found: Callable[..., Any] = models.create_x3d
    return found


def _stand_in_for_torchvision() -> None:
    """PyTorchVideo imports RoIAlign, which X3D never calls, and torchvision may be missing."""
    if "torchvision" in sys.modules or importlib.util.find_spec("torchvision"):
        return
    torchvision = types.ModuleType("torchvision")
    operations = types.ModuleType("torchvision.ops")
    vars(operations)["RoIAlign"] = object
    vars(torchvision)["ops"] = operations
    sys.modules |= {"torchvision": torchvision, "torchvision.ops": operations}
