"""The layers of emitted inference modules, as a module of their own."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from types import ModuleType

TEMPLATE = Path(__file__).resolve().parents[2] / "templates" / "infer_layers.py.j2"


@cache
def load_kernels() -> ModuleType:
    """The same module for all tests: a class is pickled by its name in it."""
    module = ModuleType("infer_layers")
    sys.modules[module.__name__] = module  # what is pickled is looked up there
    exec(compile(TEMPLATE.read_text(), str(TEMPLATE), "exec"), vars(module))
    return module
