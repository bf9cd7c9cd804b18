"""The rules of imports between the packages, checked by reading all imports."""

from __future__ import annotations

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from archdsl.ops import OPERATIONS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "archdsl"

# Which rooms may import what of the others; `archdsl` alone stands for nothing but its version.
GROUND = {"diagnostics", "frozen", "limits", "resources", "shown", "source", "version"}
MAY_IMPORT = {
    "foreign": set(),
    "syntax": GROUND | {"foreign"},
    "params": GROUND | {"ir.traced", "ir.types"},
    "ir": {"source", "ops.base"},
    "ops": {"diagnostics", "frozen", "ir.integers", "ir.traced", "ir.types", "limits", "params"},
    "program": GROUND | {"foreign", "ir", "ops", "params", "syntax"},
    "plan": GROUND | {"build", "costs", "ir", "ops", "params", "program", "syntax"},
    "plan.transforms": GROUND | {"build.values", "params", "plan.plan", "plan.rows"},
    "build": GROUND
    | {"foreign", "ir", "ops", "params", "plan.decisions", "plan.plan", "plan.rows", "program"}
    | {"syntax.printing.expressions", "syntax.tree"},
    "passes": {"ir", "ops", "params.kinds", "source"},
    "infer": {"diagnostics", "ir", "ops"},
    "costs": {"ir", "ops", "latency.prediction", "shown", "source"},
    "latency": {"costs.figures", "diagnostics", "emit.targets", "ir", "ops"}
    | {"passes.fused", "resources"},
    "probe": {"costs.metrics", "emit.targets", "latency", "network", "spec"},
    "settings": {"diagnostics", "frozen", "limits", "params"},
    "settings.reading": GROUND
    | {"build", "foreign", "params", "program", "settings", "syntax.tree"},
    "recipes": {"frozen", "limits", "params", "settings", "shown"},
    "recipes.reading": GROUND
    | {"build", "foreign", "infer", "ir", "params", "plan.derivations", "program", "recipes"}
    | {"settings", "syntax.tree"},
    "searches": {"frozen", "limits", "costs.metrics", "params", "plan.transforms.axes"}
    | {"recipes.recipe", "settings", "shown", "syntax.lexemes"},
    "searches.reading": GROUND
    | {"build", "costs", "foreign", "ir", "network", "ops.base", "params", "plan", "program"}
    | {"recipes", "searches", "settings", "space", "supergraphs", "syntax"},
    "emit": GROUND
    | {"costs", "files", "ir", "ops", "params", "passes.base", "recipes", "searches"},
    "emit.targets": {"ir", "ops", "passes"},
    "draw": GROUND
    | {"claims.families", "costs", "ir", "ops.base", "ops.sources", "params.numbers"}
    | {"plan.derivations", "report.text"},
    "files": GROUND,
    "claims": GROUND
    | {"foreign"}
    | {"build.values", "network", "spec", "costs", "ir.cells", "params.numbers"}
    | {"plan.derivations", "syntax"},
    "catalogue": GROUND
    | {"build.values", "ir.types", "network", "program.published", "spec", "syntax.tree"},
    "compare": {"build.values", "network", "costs", "ir", "ops.base"},
    "expansion": GROUND
    | {"build.values", "spec", "costs", "ir.types", "params.numbers", "plan", "syntax.parser"},
    "space": GROUND | {"build", "costs", "ir", "ops.base", "plan"},
    "space.sums": set(),
    "space.survey": GROUND
    | {"build", "costs.figures", "ir", "ops.base", "params.numbers", "plan", "program"}
    | {"space.quantities", "space.sums.factors", "syntax.tree"},
    "supergraphs": {"build.connections", "compiler", "diagnostics", "emit", "ir"}
    | {"network", "program.program", "searches", "supernet.searched"},
    "search": GROUND
    | {"build.request", "build.values", "compiler", "costs", "draw", "expansion", "files"}
    | {"ir.alike", "ir.graph", "ir.likeness", "ir.pruning", "network", "plan", "program", "recipes"}
    | {"report.tables", "report.text", "searches", "space", "spec", "syntax"},
    "supernet": GROUND
    | {"build.request", "build.values", "emit", "ir", "network", "ops.convolution", "ops.forms"}
    | {"ops.shapes", "params.numbers", "plan.decisions", "recipes.recipe", "searches.search"}
    | {"space", "spec", "syntax.parser"},
    "weights": GROUND | {"build.parameters", "emit.pages", "network", "spec", "files", "ir"},
    "export": GROUND | {"files", "ir.types", "weights.keys", "weights.rule"},
    "export.int8": {"bench.rounds", "diagnostics", "export", "ir.types"},
    "bench": {"costs.metrics", "diagnostics", "export", "ir.types", "latency", "network"}
    | {"program.published", "source", "spec", "syntax.parser"},
    "analysis": GROUND
    | {"build.outcome", "claims", "compiler", "costs", "ir", "network", "program", "spec"}
    | {"analysis.names.symbol", "build.values", "ops.base", "space.survey.repeats", "syntax"},
    "analysis.names": GROUND
    | {"ops", "params.kinds", "plan.decisions", "plan.rows", "plan.transforms", "program"}
    | {"recipes", "searches", "settings", "syntax.tree"},
    "analysis.drafts": GROUND | {"syntax"},
    "analysis.describing": GROUND
    | {"analysis.names", "build.values", "ops", "params", "plan.transforms", "program"}
    | {"recipes.recipe", "searches.search", "settings", "syntax.tree"},
    "analysis.completing": GROUND
    | {"analysis.describing", "analysis.drafts", "analysis.names", "build.schemes"}
    | {"claims.structure", "foreign", "ops", "params", "plan", "program", "searches", "settings"},
    "lsp": GROUND
    | {"analysis", "claims.figures", "compiler", "program", "report.machines", "report.text"}
    | {"syntax"},
    "page": GROUND
    | {"analysis.judging", "build.outcome", "claims.figures", "costs.figures", "draw", "drawing"}
    | {"emit.pages", "files", "ir.graph", "ir.types", "network", "program.program"}
    | {"recipes.recipe", "report", "searches.search", "space.walk", "spec", "syntax.tree"},
    "sizes": {"diagnostics", "ir.types", "source"},
    "studio": GROUND
    | {"analysis", "claims.figures", "compare.difference", "costs", "draw", "drawing"}
    | {"emit.targets", "files", "ir.graph", "network", "program.files", "program.published"}
    | {"report", "sizes", "spec", "syntax.formatter", "syntax.parser"},
    "samples": set(),
    "cli": GROUND
    | {"analysis", "compiler", "lsp"}
    | {"build.outcome", "build.request", "build.values", "claims", "compare", "network", "spec"}
    | {
        "bench",
        "catalogue",
        "costs",
        "draw",
        "drawing",
        "program.published",
        "space.words",
        "emit.scripts",
        "expansion",
        "export",
        "files",
        "ir",
        "latency",
        "emit.targets",
        "page",
        "params.numbers",
        "plan.transforms",
        "probe",
        "report",
    }
    | {
        "samples",
        "search",
        "searches",
        "sizes",
        "studio",
        "supergraphs",
        "supernet",
        "syntax.lexemes",
        "syntax.parser",
        "weights",
    },
    "report": GROUND
    | {
        "bench",
        "build.values",
        "catalogue",
        "claims",
        "compare",
        "network",
        "costs",
        "expansion",
        "export",
        "ir",
    }
    | {"ops", "params.numbers", "recipes", "searches", "settings", "space", "weights"}
    | {"emit.targets", "latency", "passes.fused"},
}

RULES = (
    "blocks",
    "choices",
    "declarations",
    "expressions",
    "operations",
    "relaxing",
    "statements",
    "tables.rows",
)
"""Files of `build` with rules of the language: `build.machine` alone knows them."""

# The one door through which each library comes in.
DOORS = {
    "torch": ("bench", "export", "probe", "weights", "report.weights"),
    "onnxruntime": ("bench.engines", "export.formats", "export.int8"),
    "openvino": ("bench.engines",),
    "safetensors": ("weights.files",),
    "lark": ("syntax",),
    "pygls": ("lsp",),
    "lsprotocol": ("lsp",),
    "networkx": ("ir.graph",),
    "jinja2": ("emit.pages",),
    "markupsafe": ("page.pictures",),
    "grpc": ("search",),
    "optuna": ("search",),
    "scipy": ("search",),
    "numpy": ("bench.subject", "search", "samples"),
}

API = ("__init__", "__main__", "compiler", "defining", "deciding", "drawing", "measured")
API += ("network", "spec")
"""Files that may import all: what users hold, and the phases behind it."""

LINES = 330


def _modules() -> dict[str, Path]:
    paths = sorted(PACKAGE.rglob("*.py"))
    return {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in paths}


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    """The syntax tree of a file, read once for all that is asked of it."""
    return tuple(ast.walk(ast.parse(path.read_text())))


@cache
def _imports(path: Path) -> frozenset[str]:
    """Every module that a file imports, at its top or inside a function."""
    found: set[str] = set()
    for node in _nodes(path):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found.update(_meant(node.module or "", alias.name) for alias in node.names)
    return frozenset(found)


def _meant(module: str, name: str) -> str:
    """`from archdsl.emit import stages` means the module `archdsl.emit.stages`."""
    inside = PACKAGE.parent.joinpath(*module.split("."), name)
    return f"{module}.{name}" if inside.is_dir() or inside.with_suffix(".py").exists() else module


def _is_in(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


def _room(name: str) -> str:
    """The innermost room of the table that a file is in."""
    return max((room for room in MAY_IMPORT if _is_in(name, room)), key=len, default="")


def _own(imported: str) -> str:
    return imported.removeprefix("archdsl.")


MODULES = _modules()


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_room_imports_only_what_it_may(room: str) -> None:
    allowed = {room, *MAY_IMPORT[room]}
    strays = {
        f"{name} imports {imported}"
        for name, path in MODULES.items()
        if _room(name) == room
        for imported in _imports(path)
        if _is_in(imported, "archdsl")
        and not any(_is_in(_own(imported), other) for other in allowed)
    }
    assert not strays


@pytest.mark.parametrize("rule", RULES)
def test_rules_are_joined_by_the_machine_alone(rule: str) -> None:
    name = f"archdsl.build.{rule}"
    users = {user for user, path in MODULES.items() if name in _imports(path)}
    assert {user for user in users if not _is_in(user, "build.tables")} == {"build.machine"}


def test_no_file_is_in_a_circle() -> None:
    """Imports count wherever they stand: at the top, in functions, and only for a type checker."""
    imports = {
        _whole(name): {imported for imported in _imports(path) if _is_in(imported, "archdsl")}
        for name, path in MODULES.items()
    }
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as circle:
        raise AssertionError(" -> ".join(circle.args[1])) from None


def _whole(name: str) -> str:
    return f"archdsl.{name}".removesuffix(".__init__")


@pytest.mark.parametrize("library", DOORS)
def test_library_comes_in_by_its_door(library: str) -> None:
    users = {
        name
        for name, path in MODULES.items()
        if any(_is_in(imported, library) for imported in _imports(path))
        and not any(_is_in(name, door) for door in DOORS[library])
    }
    assert not users


def test_torch_is_loaded_only_when_it_is_used() -> None:
    loads = re.compile(r"^(import|from) (torch|safetensors|onnx\w*|openvino)\b", re.MULTILINE)
    assert not {name for name, path in MODULES.items() if loads.search(_loaded(path))}


def _loaded(path: Path) -> str:
    """The imports at the top of a file."""
    module = _nodes(path)[0]
    assert isinstance(module, ast.Module)
    imports = [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return "\n".join(map(ast.unparse, imports))


def test_tables_of_foreign_names_are_loaded_by_mistakes_alone() -> None:
    """At the top of a file, only what explains mistakes imports them; that is imported late."""
    for_mistakes = {
        f"syntax.{name}" for name in ("borrowed", "clauses", "fault", "formulas", "heads")
    }
    for_mistakes |= {"syntax.misread_choices", "syntax.mistakes", "syntax.recovery"}
    for name, path in MODULES.items():
        module = _nodes(path)[0]
        assert isinstance(module, ast.Module)
        loaded = {
            _own(_meant(node.module or "", alias.name))
            for node in module.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        late = {each for each in loaded if _is_in(each, "foreign") or each in for_mistakes}
        assert not late or name in for_mistakes, name


def test_every_room_is_in_the_table() -> None:
    rooms = {name.split(".")[0] for name in MODULES} - GROUND
    assert rooms - {*API, *MAY_IMPORT} == set()


def test_operations_do_not_know_each_other() -> None:
    operations = {kind.__name__: kind.__module__ for kind in OPERATIONS.values()}
    known = {
        f"{name} imports {alias.name}"
        for name, path in MODULES.items()
        if _is_in(name, "ops")
        for node in _nodes(path)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if operations.get(alias.name) == node.module
    }
    assert not known


def test_no_file_is_too_long() -> None:
    lengths = {name: len(path.read_text().splitlines()) for name, path in MODULES.items()}
    assert not {name: length for name, length in lengths.items() if length > LINES}


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
