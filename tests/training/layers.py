"""The layers of emitted training modules, as a module of their own."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

TEMPLATE = Path(__file__).resolve().parents[2] / "templates" / "train_layers.py.j2"


def load_layers() -> ModuleType:
    module = ModuleType("train_layers")
    sys.modules[module.__name__] = module  # what is pickled is looked up there
    exec(compile(TEMPLATE.read_text(), str(TEMPLATE), "exec"), vars(module))
    return module
