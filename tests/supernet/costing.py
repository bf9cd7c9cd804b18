"""The costs of a space, as the files of its folder read them."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

from scripts.loaded import modules_of

from archdsl.resources import folder
from archdsl.space.cost_file import cost_file, open_decisions
from archdsl.space.walk import Walk

_NAMES = ("errors", "cost_tables", "paths_within", "path_costs")


def module_in(build: Path) -> ModuleType:
    """A folder's path_costs.py."""
    for name in _NAMES:
        text = (folder("templates") / f"{name}.py.j2").read_text()
        (build / f"{name}.py").write_text(text)
    return modules_of(build, _NAMES)[-1]


def costs_in(build: Path, walk: Walk) -> Any:
    """The costs of a space, read from a file."""
    (build / "costs.json").write_text(cost_file("space", walk))
    return module_in(build).PathCosts(build / "costs.json", open_decisions(walk))
