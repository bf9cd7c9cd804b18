"""The borders between the rooms of the package, kept by reading its imports."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from archdsl.ops import OPERATIONS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "archdsl"

# Which rooms may import what of the others; `archdsl` alone stands for its version.
GROUND = {"archdsl", "diagnostics", "frozen", "limits", "resources", "source"}
MAY_IMPORT = {
    "syntax": GROUND,
    "ir": {"source", "ops.base"},
    "ops": {"frozen", "ir.types", "limits"},
    "rounding": set(),
    "recipes": {"limits", "ops.options", "ops.parameters"},
    "transforms": {"diagnostics", "ops.options", "ops.parameters", "rounding"},
    "elaborate": GROUND
    | {"costs", "infer", "ir", "ops", "recipes", "rounding", "syntax", "transforms"},
    "elaborate.analysis": {"ir", "ops", "syntax"}
    | {"elaborate.cells.parts", "elaborate.functions", "elaborate.program"},
    "elaborate.cells": GROUND
    | {"elaborate.analysis", "elaborate.program", "elaborate.reading.library", "elaborate.values"}
    | {"ir", "syntax"},
    "elaborate.reading": GROUND
    | {"elaborate.analysis", "elaborate.cells", "elaborate.functions", "elaborate.program"}
    | {"elaborate.tables.stages", "elaborate.words", "ops", "syntax"},
    "elaborate.tables": GROUND
    | {"costs", "elaborate.analysis", "elaborate.evaluation", "elaborate.session"}
    | {"elaborate.values", "ir", "ops.base", "syntax"},
    "passes": {"ir", "ops", "params.kinds"},
    "infer": {"diagnostics", "ir", "ops"},
    "costs": {"ir", "ops"},
    "emit": GROUND
    | {"costs.figures", "ir", "ops.base", "ops.parameters", "ops.sources", "recipes"},
    "draw": GROUND
    | {"claims.members", "costs", "elaborate.derivation.lineages", "ir", "ops.base", "ops.sources"}
    | {"report.numbers"},
    "files": GROUND,
    "claims": GROUND
    | {"compiler", "costs", "elaborate.derivation.lineages", "elaborate.values", "ir.cells"}
    | {"syntax"},
    "compare": {"compiler", "costs", "elaborate.values", "ir", "ops.base"},
    "expansion": GROUND
    | {"compiler", "costs", "elaborate.changes.candidates", "elaborate.values", "syntax.parser"}
    | {"transforms"},
    "weights": GROUND | {"compiler", "elaborate.evaluation.parameters", "files", "ir"},
    "export": GROUND
    | {"files", "ir.types", "weights.faults", "weights.files"}
    | {"weights.folding"},
    "samples": set(),
    "cli": GROUND
    | {"claims", "compare", "compiler", "costs", "draw", "elaborate.sketches", "elaborate.values"}
    | {"expansion", "files", "ir", "report", "samples", "syntax.literals", "syntax.parser"}
    | {"export", "transforms", "weights"},
    "report": GROUND
    | {"claims", "compare", "compiler", "costs", "elaborate.values", "expansion", "ir", "ops"}
    | {"export", "weights"},
}

# The one door through which each library comes in.
DOORS = {
    "torch": ("export", "weights", "report.weights"),
    "onnxruntime": ("export.formats",),
    "safetensors": ("weights.files",),
    "lark": ("syntax",),
    "networkx": ("ir.graph",),
    "jinja2": ("emit.pages",),
}

LINES = 330


def _modules() -> dict[str, Path]:
    paths = sorted(PACKAGE.rglob("*.py"))
    return {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in paths}


def _imports(path: Path) -> set[str]:
    """Every module that a file imports, at its top or inside a function."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found.update(_meant(node.module or "", alias.name) for alias in node.names)
    return found


def _meant(module: str, name: str) -> str:
    """`from archdsl.emit import stages` means the module `archdsl.emit.stages`."""
    inside = PACKAGE.parent.joinpath(*module.split("."), name)
    return f"{module}.{name}" if inside.is_dir() or inside.with_suffix(".py").exists() else module


def _is_in(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


def _own(imported: str) -> str:
    return imported.removeprefix("archdsl.")


MODULES = _modules()


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_room_imports_only_what_it_may(room: str) -> None:
    allowed = {room, *MAY_IMPORT[room]}
    strays = {
        f"{name} imports {imported}"
        for name, path in MODULES.items()
        if _is_in(name, room)
        for imported in _imports(path)
        if _is_in(imported, "archdsl")
        and not any(_is_in(_own(imported), other) for other in allowed)
    }
    assert not strays


@pytest.mark.parametrize("library", DOORS)
def test_library_comes_in_by_its_door(library: str) -> None:
    users = {
        name
        for name, path in MODULES.items()
        if any(_is_in(imported, library) for imported in _imports(path))
        and not any(_is_in(name, door) for door in DOORS[library])
    }
    assert not users


@pytest.mark.parametrize("name", MODULES)
def test_torch_is_loaded_only_when_it_is_used(name: str) -> None:
    body = ast.parse(MODULES[name].read_text()).body
    loaded = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    text = "\n".join(map(ast.unparse, loaded))
    assert not re.search(r"^(import|from) (torch|safetensors|onnx\w*)\b", text, re.MULTILINE)


def test_every_room_is_in_the_table() -> None:
    rooms = {name.split(".")[0] for name in MODULES} - GROUND
    assert rooms - {"__init__", "__main__", "compiler", *MAY_IMPORT} == set()


def test_operations_do_not_know_each_other() -> None:
    operations = {kind.__name__: kind.__module__ for kind in OPERATIONS.values()}
    known = {
        f"{name} imports {alias.name}"
        for name, path in MODULES.items()
        if _is_in(name, "ops")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if operations.get(alias.name) == node.module
    }
    assert not known


@pytest.mark.parametrize("name", MODULES)
def test_file_is_not_too_long(name: str) -> None:
    assert len(MODULES[name].read_text().splitlines()) <= LINES


@pytest.mark.parametrize(
    "template", sorted((ROOT / "templates").rglob("*.*")), ids=lambda p: p.name
)
def test_templates_hold_no_logic(template: Path) -> None:
    text = template.read_text()
    words = {
        f"{{%{dash} {word}" for dash in ("", "-") for word in ("set", "macro", "call", "import")
    }
    assert not any(word in text for word in words)
    assert template.suffix == ".j2", "an editable install would take another name for a module"
