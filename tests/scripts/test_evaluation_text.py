"""The text of evaluate.py: its layout, and only what the recipe uses."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import black
import pytest

from archdsl.emit.scripts import scripts
from archdsl.recipes.recipe import FullLength, Recipe, Views
from scripts.folders import TARGET, write_build
from scripts.recipes import FULL_LENGTH, IN_VIEWS

BARE = replace(TARGET, arguments=())
ONE_VIEW = replace(IN_VIEWS, test=Views(clips=1, size=24))
ENDLESS = replace(FULL_LENGTH, test=FullLength(size=(24, 32)))
RECIPES = {
    "views": IN_VIEWS,
    "one view": ONE_VIEW,
    "full length": FULL_LENGTH,
    "endless": ENDLESS,
}


def text(recipe: Recipe) -> str:
    return scripts(recipe, TARGET)["evaluate.py"]


@pytest.mark.parametrize("recipe", [IN_VIEWS, ENDLESS], ids=["views", "endless"])
def test_the_layout_is_blacks(recipe: Recipe) -> None:
    made = text(recipe)
    assert black.format_str(made, mode=black.Mode()) == made


def test_ruff_finds_nothing(tmp_path: Path) -> None:
    for name, recipe in RECIPES.items():
        write_build(tmp_path / name, recipe, BARE if recipe is ENDLESS else TARGET)
    rules = "E,F,I,UP,B,C4,SIM,RUF,PT"
    command = ["ruff", "check", "--isolated", "--target-version", "py311", "--select", rules]
    source = f'src = ["{tmp_path / "views"}"]'
    done = subprocess.run(
        [sys.executable, "-m", *command, "--config", source, tmp_path],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("word", ["clip@1", "shorter_side", "FRAMES,", "CLIPS", "hits"])
def test_whole_videos_have_no_clips(word: str) -> None:
    assert word in text(IN_VIEWS)
    assert word not in text(ENDLESS)


@pytest.mark.parametrize("word", ["exactly", "MOST_FRAMES"])
def test_views_are_not_whole(word: str) -> None:
    assert word in text(FULL_LENGTH)
    assert word not in text(IN_VIEWS)


def test_the_protocol_is_said() -> None:
    assert "3 clips x 3 crops of 24 x 24" in text(IN_VIEWS)
    assert "1 clip x 1 crop of 24 x 24" in text(ONE_VIEW)
    assert "at most 10 frames" in text(FULL_LENGTH)
