"""The text of the scripts: recipe.py has what its recipe uses, the others are as they stand."""

from __future__ import annotations

import ast
import importlib
import sys
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import black
import pytest

from archdsl.emit.imports import names_bound
from archdsl.emit.scripts import NAMES, scripts
from archdsl.recipes.recipe import (
    AutoAugment,
    FullLength,
    RandAugment,
    Recipe,
    Resize,
    Steps,
    Views,
)
from archdsl.resources import folder
from scripts import folders
from scripts.conftest import Load
from scripts.linted import complaints
from scripts.loaded import scripts_of
from scripts.recipes import FULL_LENGTH, IN_VIEWS

STEPS = replace(
    folders.MINIMAL,
    name="steps",
    schedule=Steps((1, 2)),
    scale=Resize((32, 40)),
    augment=AutoAugment(),
    no_decay=("norms",),
)
ONE_VIEW = replace(IN_VIEWS, name="one_view", test=Views(clips=1, size=24))
ENDLESS = replace(FULL_LENGTH, name="endless", test=FullLength(size=(24, 32)))
FROZEN = replace(folders.MINIMAL, name="frozen", freeze=("conv1", "norm*"))
RATES = replace(STEPS, name="rates", rates=(("conv1", Fraction(1, 2)), ("linear", 10)))
SEVERAL = replace(folders.MINIMAL, name="several", loss="binary_cross_entropy")
WEIGHTED = replace(STEPS, name="weighted", class_weights=(1, Fraction(1, 2), 0))
RECIPES = {
    "minimal": folders.MINIMAL,
    "maximal": folders.MAXIMAL,
    "steps": STEPS,
    "views": IN_VIEWS,
    "one view": ONE_VIEW,
    "full length": FULL_LENGTH,
    "endless": ENDLESS,
    "frozen": FROZEN,
    "rates": RATES,
    "several": SEVERAL,
    "weighted": WEIGHTED,
}
BARE = replace(folders.TARGET, arguments=())
SURE = replace(folders.TARGET, gives_probabilities=True)
STATIC = tuple(name for name in NAMES if name != "recipe.py")


def text(recipe: Recipe, target: folders.Target = folders.TARGET) -> str:
    return scripts(recipe, target)["recipe.py"]


@pytest.mark.parametrize("target", [folders.TARGET, BARE, SURE], ids=["open", "closed", "sure"])
@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_the_layout_is_blacks(recipe: Recipe, target: folders.Target) -> None:
    made = text(recipe, target)
    assert black.format_str(made, mode=black.Mode()) == made


@pytest.mark.parametrize("name", STATIC)
def test_scripts_are_the_same_for_every_recipe(name: str) -> None:
    stored = (folder("templates") / f"{name}.j2").read_text()
    assert "{%" not in stored
    assert "{{ " not in stored
    for recipe in RECIPES.values():
        assert scripts(recipe, folders.TARGET)[name] == stored
    assert black.format_str(stored, mode=black.Mode()) == stored


@pytest.mark.parametrize("name", STATIC)
def test_a_script_is_read_in_one_sitting(name: str) -> None:
    most = 200 if name == "evaluate.py" else 330
    assert len((folder("templates") / f"{name}.j2").read_text().splitlines()) <= most


def test_a_network_that_gives_probabilities_is_not_trained() -> None:
    made = scripts(folders.MAXIMAL, SURE)
    training = "held_out learner resuming run epochs options train".split()
    assert [*made] == [name for name in NAMES if name.removesuffix(".py") not in training]
    own = made["recipe.py"]
    assert "softmax(1)" not in own
    for word in ("EPOCHS", "EMA", "DROPOUT", "build_optimizer", "random_clip", "LEAST_SIDE"):
        assert word not in own


def test_ruff_finds_nothing(tmp_path: Path) -> None:
    for name, recipe in RECIPES.items():
        target = {"endless": BARE, "views": SURE}.get(name, folders.TARGET)
        folders.write_build(tmp_path / name, recipe, target)
    assert complaints(tmp_path, tmp_path / "steps") == ""


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_no_definition_stands_twice(recipe: Recipe, tmp_path: Path) -> None:
    build = folders.write_build(tmp_path / "build", recipe)
    places: Counter[str] = Counter()
    for file in build.glob("*.py"):
        tree = ast.parse(file.read_text())
        places.update(name for node in tree.body for name in set(names_bound(node)))
    ends = {"main", "parse_arguments"}  # each script has its own
    assert {name for name, count in places.items() if count > 1} <= ends


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_nothing_in_a_recipe_is_dead(recipe: Recipe) -> None:
    made = scripts(recipe, folders.TARGET)
    own = made.pop("recipe.py")
    defined = {name for node in ast.parse(own).body for name in names_bound(node)}
    for name in defined:
        is_read = own.count(name) > 1 or any(name in other for other in made.values())
        assert is_read, name


@pytest.mark.parametrize(
    "word",
    "DROPOUT LABEL_SMOOTHING WARMUP FINAL FLIP flip norms groups augmented betas nesterov"
    " exactly whole_video STEPS Fault FROZEN RATES parameters_of fnmatchcase".split(),
)
def test_only_what_the_recipe_uses_is_in_it(word: str) -> None:
    assert word not in text(folders.MINIMAL)


@pytest.mark.parametrize(
    "word", "EMA_DECAY DROPOUT WARMUP FINAL FLIP norms RandAugment LABEL_SMOOTHING".split()
)
def test_what_the_recipe_uses_is_in_it(word: str) -> None:
    assert word in text(folders.MAXIMAL)


@pytest.mark.parametrize(
    "setting",
    ["MAX_GRAD_NORM = math.inf", "EMA_DECAY = 0.0", "PRECISE_BN_BATCHES = 0", "SYNC_BN = False"],
)
def test_what_a_recipe_does_not_set_is_neutral(setting: str) -> None:
    assert f"\n{setting}" in text(folders.MINIMAL)


def test_the_protocol_is_said() -> None:
    assert "3 clips, evenly spread, and 3 crops of 24 x 24 of each." in text(IN_VIEWS)
    assert "The clip in the middle, and one crop of 24 x 24 of each." in text(ONE_VIEW)
    assert "at most 10 frames" in text(FULL_LENGTH)
    assert "at most" not in text(ENDLESS)


def test_words_of_a_spec_stay_words() -> None:
    doc = 'ends """ and\nimport os\n\nos.abort() \\'
    recipe = replace(folders.MAXIMAL, doc=doc, pretrained=doc, name="x")
    tree = ast.parse(text(recipe, replace(folders.TARGET, title=doc)))
    assert 'ends """ and import os' in str(ast.get_docstring(tree))
    assert "abort" not in ast.unparse(ast.Module(tree.body[1:], []))


def test_help_survives_any_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = replace(folders.MINIMAL, name="percent", doc="100 %(prog)s of %d, %(nothing)s")
    made = scripts_of(folders.write_build(tmp_path / "build", recipe))
    monkeypatch.setattr(sys, "argv", ["train.py", "--help"])
    for script in (made.train, made.evaluate, made.predict):
        with pytest.raises(SystemExit, match="0"):
            script.main()
        assert "--channels-last" in capsys.readouterr().out


def test_numbers_are_those_of_the_recipe() -> None:
    made = text(replace(folders.MINIMAL, batch=192, ema=Fraction(9999, 10000)))
    assert "\nBATCH = 192  #" in made
    assert "\nEMA_DECAY = 0.9999\n" in made


@pytest.mark.parametrize("name", ["Clip", "Tensor_", "F", "EPOCHS", "loss", "Any", "OpenVideo"])
def test_a_network_called_as_a_part_of_its_recipe(name: str) -> None:
    target = replace(folders.TARGET, class_name=name)
    made = text(folders.MAXIMAL, target)
    compile(made, "recipe", "exec")
    is_taken = name != "Tensor_"
    assert (f"from small import {name} as {name}Network" in made) is is_taken
    assert (f" = {name}Network,\n" in made) is is_taken


def test_a_fixed_number_of_classes(tmp_path: Path) -> None:
    made = scripts_of(folders.write_build(tmp_path / "build", folders.MINIMAL, BARE))
    assert made.recipe.build_model(3).linear.out_features == 3
    with pytest.raises(made.video.Fault, match=r"small\.Small has 3 classes, and no argument"):
        made.recipe.build_model(4)


def test_augmentations_of_torchvision_are_called_by_name(load_script: Load) -> None:
    randomly = text(replace(folders.MINIMAL, augment=RandAugment(3, 7)))
    assert 'augmented(clip, chance, "RandAugment", 3, 7)' in randomly
    assert 'augmented(clip, chance, "AutoAugment")' in text(STEPS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "torchvision.transforms.v2", None)
        video = load_script(folders.MINIMAL).video
        with pytest.raises(video.Fault, match="AutoAugment needs torchvision: "):
            video.augmentation("AutoAugment")
    importlib.invalidate_caches()


def test_the_same_bytes_every_time() -> None:
    assert text(folders.MAXIMAL) == text(folders.MAXIMAL)
