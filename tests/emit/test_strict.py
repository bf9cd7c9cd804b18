"""Emitted files pass `mypy --strict` and `ruff check` with their default settings."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from scripts.folders import MAXIMAL, MINIMAL, write_build
from scripts.recipes import FULL_LENGTH

from archdsl.recipes.recipe import AutoAugment, Steps
from emit.running import ROOT, build_files, gallery, load_network

STEPS = replace(MINIMAL, schedule=Steps((1, 2)), augment=AutoAugment(), no_decay=("norms",))
RECIPES = {"minimal": MINIMAL, "maximal": MAXIMAL, "steps": STEPS, "whole": FULL_LENGTH}
CACHE = ROOT / ".mypy_cache"
"""Torch, as the check of our own code has read it."""


def test_folders(tmp_path: Path) -> None:
    for name in ("tiny", "autox3d_s", "i3d_attention"):
        write(tmp_path / name, build_files(ROOT / "specs" / f"{name}.arch", name))
    write(tmp_path / "single", load_network(ROOT / "specs" / "tiny.arch", "tiny").build_single())
    assert_clean(tmp_path)


def test_what_recipes_may_use(tmp_path: Path) -> None:
    for name, recipe in RECIPES.items():
        write_build(tmp_path / name, recipe)
    assert_clean(tmp_path)


@pytest.mark.slow
def test_the_gallery(tmp_path: Path) -> None:
    for path, name in gallery():
        write(tmp_path / f"{path.stem}_{name}", build_files(path, name))
        write(tmp_path / f"{path.stem}_{name}_single", load_network(path, name).build_single())
    assert_clean(tmp_path)


def write(place: Path, texts: dict[str, str]) -> None:
    place.mkdir()
    for name, text in texts.items():
        (place / name).write_text(text)


def assert_clean(together: Path) -> None:
    """Each folder by itself, as its user would check it; the files of several share names."""
    for place in sorted(together.iterdir()):
        clean(place, "ruff", "check", "--isolated", ".")
        clean(place, "ruff", "format", "--isolated", "--check", ".")
        clean(place, "mypy", "--strict", "--config-file=", f"--cache-dir={CACHE}", ".")


def clean(place: Path, *command: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", *command], cwd=place, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
