"""The text of the scripts of a search by gradients, as they stand."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import black
import pytest

import archdsl
from archdsl.emit.imports import names_bound
from archdsl.emit.scripts import GRADIENT_SCRIPTS
from archdsl.resources import folder
from tests.supernet.connecting import write_folder


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("built") / "planted_node")


@pytest.mark.parametrize("name", GRADIENT_SCRIPTS)
def test_scripts_are_as_they_stand(name: str, build: Path) -> None:
    stored = (folder("templates") / f"{GRADIENT_SCRIPTS[name]}.j2").read_text()
    assert "{%" not in stored
    assert black.format_str(stored, mode=black.Mode()) == stored
    assert (build / name).read_text().startswith(stored.rstrip())


def test_nothing_in_the_recipe_is_dead(build: Path) -> None:
    own = (build / "recipe.py").read_text()
    others = [path.read_text() for path in build.glob("*.py") if path.name != "recipe.py"]
    assert black.format_str(own, mode=black.Mode()) == own
    for name in {name for node in ast.parse(own).body for name in names_bound(node)}:
        assert own.count(name) > 1 or any(name in other for other in others), name


def test_no_definition_stands_twice(build: Path) -> None:
    places: Counter[str] = Counter()
    for path in build.glob("*.py"):
        if path.name != "hubconf.py":
            tree = ast.parse(path.read_text())
            places.update({name for node in tree.body for name in names_bound(node)})
    assert {name for name, count in places.items() if count > 1} <= {"main"}


def test_ruff_finds_nothing(build: Path) -> None:
    rules = "E,F,I,UP,B,C4,SIM,RUF,PT"
    command = ["ruff", "check", "--isolated", "--target-version", "py311", "--select", rules]
    done = subprocess.run(
        [sys.executable, "-m", *command, "--config", f'src = ["{build}"]', build],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_the_space_stands_alone(build: Path) -> None:

    space = archdsl.load(build / "space.arch").network()
    assert space.name == "planted_node"
    assert len(space.open_decisions) == 6 + 12 + 1
