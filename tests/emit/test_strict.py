"""Emitted files as a reader's own tools see them: mypy --strict and ruff, without settings."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from scripts.folders import MAXIMAL, MINIMAL, write_build
from scripts.recipes import FULL_LENGTH

import archdsl
from archdsl.recipes.recipe import AutoAugment, Recipe, Steps
from emit.running import ROOT, folder, gallery

TINY = ROOT / "specs" / "tiny.arch"
STEPS = replace(MINIMAL, schedule=Steps((1, 2)), augment=AutoAugment(), no_decay=("norms",))
RECIPES = {"minimal": MINIMAL, "maximal": MAXIMAL, "steps": STEPS, "whole": FULL_LENGTH}


def test_what_recipes_may_use(tmp_path: Path) -> None:
    builds = [(name, small(tmp_path / name, recipe)) for name, recipe in RECIPES.items()]
    assert_clean(tmp_path / "all", [*builds, ("tiny", archdsl.load(TINY).network().build())])


@pytest.mark.slow
def test_the_gallery(tmp_path: Path) -> None:
    assert_clean(tmp_path / "all", ((name, folder(path, name)) for path, name in gallery()))


def small(folder: Path, recipe: Recipe) -> dict[str, str]:
    return {file.name: file.read_text() for file in write_build(folder, recipe).iterdir()}


def assert_clean(together: Path, builds: Iterable[tuple[str, dict[str, str]]]) -> None:
    """All files in one folder, for one call of each tool: mypy reads torch but once."""
    together.mkdir()
    for name, texts in builds:
        for file, text in texts.items():
            is_script = file in ("train.py", "evaluate.py", "hubconf.py")
            (together / (f"{name}_{file}" if is_script else file)).write_text(text)
    cache = ROOT / ".mypy_cache"  # torch, as the check of our own code has read it
    mypy = ["mypy", "--strict", "--config-file=", f"--cache-dir={cache}"]
    for command in (mypy, ["ruff", "check", "--isolated"]):
        run = subprocess.run(
            [sys.executable, "-m", *command, "."], cwd=together, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stdout + run.stderr
