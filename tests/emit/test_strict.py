"""Emitted files pass `mypy --strict` and `ruff check` with their default settings."""

from __future__ import annotations

import subprocess
from contextlib import chdir
from dataclasses import replace
from pathlib import Path

import pytest
from mypy import api as mypy
from ruff import find_ruff_bin
from scripts.folders import MAXIMAL, MINIMAL, write_build
from scripts.recipes import FULL_LENGTH

from archdsl.cli.compile import TARGET_NAMES
from archdsl.recipes.recipe import AutoAugment, Steps
from emit.running import ROOT, build_files, gallery, load_network
from tests.supernet import connecting, searching
from tests.supernet.test_search_text import CHANGES

slow = pytest.mark.slow
STEPS = replace(MINIMAL, schedule=Steps((1, 2)), augment=AutoAugment(), no_decay=("norms",))
RECIPES = {"minimal": MINIMAL, "maximal": MAXIMAL, "steps": STEPS, "whole": FULL_LENGTH}
OTHERS = [name for name in RECIPES if name != "maximal"]
CACHE = ROOT / ".mypy_cache"
"""Torch, as the check of our own code has read it."""

STRICT = ["--strict", "--config-file=", f"--cache-dir={CACHE}"]


def test_folders(tmp_path: Path) -> None:
    """Of a network with another's module beside it: each folder takes a second."""
    write(tmp_path / "folder", build_files(ROOT / "specs" / "autox3d_s.arch", "autox3d_s"))
    other = load_network(ROOT / "specs" / "i3d_attention.arch", "i3d_attention")
    (tmp_path / "folder" / "i3d_attention.py").write_text(other.source())
    for target in TARGET_NAMES:
        text = other.lowered(target).text
        (tmp_path / "folder" / f"i3d_attention_{target}.py").write_text(text)
    write(tmp_path / "single", load_network(ROOT / "specs" / "tiny.arch", "tiny").build_single())
    assert_clean(tmp_path)


@pytest.mark.parametrize("name", ["maximal", *(pytest.param(n, marks=slow) for n in OTHERS)])
def test_what_recipes_may_use(name: str, tmp_path: Path) -> None:
    write_build(tmp_path / name, RECIPES[name])
    assert_clean(tmp_path)


def test_folders_that_search(tmp_path: Path) -> None:
    """By a policy without bounds, and by gradients."""
    searching.write_search(tmp_path / "policy")
    connecting.write_folder(tmp_path / "gradients")
    assert_clean(tmp_path)


@slow
@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_what_searches_may_use(changed: dict[str, str], tmp_path: Path) -> None:
    searching.write_search(tmp_path / "search", changed)
    assert_clean(tmp_path)


@slow
def test_the_gallery(tmp_path: Path) -> None:
    for path, name in gallery():
        lowered = {f"{t}.py": load_network(path, name).lowered(t).text for t in TARGET_NAMES}
        write(tmp_path / f"{path.stem}_{name}", build_files(path, name) | lowered)
        write(tmp_path / f"{path.stem}_{name}_single", load_network(path, name).build_single())
    assert_clean(tmp_path)


def write(place: Path, texts: dict[str, str]) -> None:
    place.mkdir()
    for name, text in texts.items():
        (place / name).write_text(text)


def assert_clean(together: Path) -> None:
    """Each folder by itself, as its user would check it; the files of several share names."""
    for place in sorted(together.iterdir()):
        for command in (("check",), ("format", "--check")):
            ruff = [find_ruff_bin(), *command, "--isolated", "."]
            run = subprocess.run(ruff, cwd=place, capture_output=True, text=True)
            assert run.returncode == 0, run.stdout + run.stderr
        with chdir(place):  # not a process for each folder: it would read all of mypy and torch
            found, faults, status = mypy.run([*STRICT, "."])
        assert status == 0, found + faults
