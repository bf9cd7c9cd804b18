"""The layers of emitted inference modules, as a module of their own."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

TEMPLATE = Path(__file__).resolve().parents[2] / "templates" / "infer_kernels.py.j2"
_HEAD = """\
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

"""


def load_kernels() -> ModuleType:
    module = ModuleType("infer_kernels")
    sys.modules[module.__name__] = module  # what is pickled is looked up there
    exec(compile(_HEAD + TEMPLATE.read_text(), str(TEMPLATE), "exec"), vars(module))
    return module
