"""The text of train.py: its layout, and only what the recipe uses."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import black
import pytest

from archdsl.emit.scripts import Target, scripts
from archdsl.recipes.recipe import AutoAugment, Recipe, Resize, Steps
from scripts import folders

STEPS = replace(
    folders.MINIMAL,
    schedule=Steps((1, 2)),
    scale=Resize((32, 40)),
    augment=AutoAugment(),
    no_decay=("norms",),
)
RECIPES = {"minimal": folders.MINIMAL, "maximal": folders.MAXIMAL, "steps": STEPS}
BARE = replace(folders.TARGET, arguments=())


def text(recipe: Recipe, target: Target = folders.TARGET) -> str:
    return scripts(recipe, target)["train.py"]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_the_layout_is_blacks(recipe: Recipe) -> None:
    made = text(recipe, BARE if recipe.flip else folders.TARGET)
    assert black.format_str(made, mode=black.Mode()) == made


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_ruff_finds_nothing(recipe: Recipe, tmp_path: Path) -> None:
    build = folders.write_build(tmp_path / "build", recipe)
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "train.py").write_text(text(recipe, BARE))
    rules = "E,F,I,UP,B,C4,SIM,RUF,PT"
    command = ["ruff", "check", "--isolated", "--target-version", "py311", "--select", rules]
    source = f'src = ["{build}"]'
    done = subprocess.run(
        [sys.executable, "-m", *command, "--config", source, tmp_path],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "word",
    "EMA average DROPOUT LABEL_SMOOTHING MAX_GRAD_NORM PRECISE_BN update_bn copy WARMUP FINAL"
    " FLIP flip parameter_groups NORMS torchvision betas nesterov".split(),
)
def test_only_what_the_recipe_uses_is_in_it(word: str) -> None:
    assert word not in text(folders.MINIMAL).replace("averaged", "")


@pytest.mark.parametrize("word", "EMA_DECAY DROPOUT update_bn WARMUP FINAL FLIP NORMS".split())
def test_what_the_recipe_uses_is_in_it(word: str) -> None:
    assert word in text(folders.MAXIMAL)


def test_words_of_a_spec_stay_words() -> None:
    doc = 'ends """ and\nimport os\n\nos.abort() \\'
    recipe = replace(folders.MAXIMAL, doc=doc, pretrained=doc, name="x")
    tree = ast.parse(text(recipe, replace(folders.TARGET, title=doc)))
    assert 'ends """ and import os' in str(ast.get_docstring(tree))
    assert "abort" not in ast.unparse(ast.Module(tree.body[1:], []))


def test_numbers_are_those_of_the_recipe() -> None:
    made = text(replace(folders.MINIMAL, batch=192, ema=Fraction(9999, 10000)))
    assert "\nBATCH = 192  #" in made
    assert "\nEMA_DECAY = 0.9999\n" in made


@pytest.mark.parametrize("name", ["Learner", "World", "Path", "Views", "F"])
def test_a_network_called_as_a_part_of_a_script(name: str) -> None:
    target = replace(folders.TARGET, class_name=name)
    for made in scripts(folders.MINIMAL, target).values():
        compile(made, "script", "exec")
        assert f" {name} as {name}Network," in made.partition("\nOUTPUT_DIR")[0]
        assert f" = {name}Network(" in made


def test_the_same_bytes_every_time() -> None:
    assert text(folders.MAXIMAL) == text(folders.MAXIMAL)
