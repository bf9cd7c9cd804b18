"""The text of the scripts of a search: as they stand, and nothing in recipe.py is dead."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import black
import pytest
from scripts.linted import complaints

from archdsl.diagnostics import CompileError, Diagnostics
from archdsl.emit.imports import names_bound
from archdsl.emit.scripts import NAMES, SEARCH_NAMES, Target, search_scripts
from archdsl.resources import folder
from archdsl.spec import load
from tests.supernet.searching import SPEC

TARGET = Target("supernet", "Supernet", ("classes",), "Which way time runs.", 2)
PENALTY = "  penalty hinge(weight = 1, target = 15156)\n"
ADAM = "  architecture adam(lr = 0.02)\n"
SGD = "sgd(lr = 0.02, momentum = 0.9, nesterov = true)"
CHANGES: dict[str, dict[str, str]] = {
    "as it is": {},
    "importance": {"draws = 8": "estimator = importance, adaptive = true", ADAM: ""},
    "no penalty": {PENALTY: "", ADAM: "", "adamw(lr = 0.02, weight_decay = 0)": SGD},
    "power": {PENALTY: "  macs <= 20K\n  params <= 1K\n  penalty power\n  repeats 2\n"},
    "no decay": {"  schedule cosine\n": "  schedule cosine\n  no_decay (norms, biases)\n"},
    "parts": {
        "  schedule cosine\n": "  schedule cosine\n  no_decay norms\n  rates(linear = 10)\n"
        '  freeze "stage1.0"\n'
    },
    "several": {"  schedule cosine\n": "  schedule cosine\n  ema 0.9\n  precise_bn 3\n"},
}
OWN = [name for name in SEARCH_NAMES if name not in NAMES]


def texts(changed: dict[str, str], tmp_path: Path) -> dict[str, str]:
    text = SPEC.read_text()
    for before, after in changed.items():
        assert before in text
        text = text.replace(before, after)
    (tmp_path / "space.arch").write_text(text)
    search = load(tmp_path / "space.arch").search(None, Diagnostics())
    return search_scripts(search.train.recipe, TARGET, search)


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_a_recipe_reads_well(changed: dict[str, str], tmp_path: Path) -> None:
    made = texts(changed, tmp_path)
    own = made.pop("recipe.py")
    assert black.format_str(own, mode=black.Mode()) == own
    for name in {name for node in ast.parse(own).body for name in names_bound(node)}:
        is_read = own.count(name) > 1 or any(name in other for other in made.values())
        assert is_read, name
    for word in ("test_views", "probabilities(", "PRECISE_BN", "SYNC_BN"):
        assert word not in own
    assert ("policy.fewer" in own) is ("adaptive" in str(changed))


@pytest.mark.parametrize("name", OWN)
def test_scripts_are_as_they_stand(name: str, tmp_path: Path) -> None:
    stored = (folder("templates") / f"{name}.j2").read_text()
    assert "{%" not in stored
    assert black.format_str(stored, mode=black.Mode()) == stored
    assert texts({}, tmp_path)[name] == stored


def test_ruff_finds_nothing_and_no_definition_stands_twice(tmp_path: Path) -> None:
    for number, changed in enumerate(CHANGES.values()):
        build = tmp_path / str(number)
        build.mkdir()
        places: Counter[str] = Counter()
        for name, text in texts(changed, tmp_path).items():
            (build / name).write_text(text)
            bound = {own for node in ast.parse(text).body for own in names_bound(node)}
            places.update(bound)
        assert {name for name, count in places.items() if count > 1} <= {"main"}
    (tmp_path / "0" / "supernet.py").write_text("class Supernet: ...\n")
    assert complaints(tmp_path, tmp_path / "0") == ""


def test_settings_are_those_of_the_search(tmp_path: Path) -> None:
    made = texts(CHANGES["power"], tmp_path)["recipe.py"]
    assert '\nTARGETS = (("params", 1000), ("macs", 20000))\n' in made
    bounds = 'BOUNDS: tuple[tuple[str, int], ...] = (("params", 1000), ("macs", 20000))'
    assert f"\n# of what is found\n{bounds}\n" in made
    assert '\nMETRICS = ("params", "macs")  #' in made
    assert "\nEXPONENT = -0.07  #" in made
    assert "return -EXPONENT * sum(logs)" in made
    assert '\nOUTPUT_DIR = "runs/planted_search"\n' in made
    precise = texts(CHANGES["several"], tmp_path)["recipe.py"]
    assert "\nSTATISTICS_BATCHES = 3  #" in precise
    free = texts(CHANGES["no penalty"], tmp_path)["recipe.py"]
    assert "\n    return 0.0\n" in free
    assert "torch.optim.SGD(theta, lr=LEARNING_RATE, momentum=MOMENTUM, nesterov=True)" in free
    assert "\n    return rate\n" in free


def test_dropout_that_a_supernet_cannot_set() -> None:
    search = load(SPEC).search(None, Diagnostics())
    recipe = replace(search.train.recipe, dropout=Fraction(1, 2))
    with pytest.raises(CompileError) as failure:
        search_scripts(recipe, TARGET, search)
    (found,) = failure.value.diagnostics
    assert found.message == (
        "`planted_train` sets `dropout`, but the network of this search has no such parameter"
    )
    able = replace(TARGET, arguments=("classes", "dropout"))
    assert "Supernet(classes=classes, dropout=DROPOUT)" in "".join(
        search_scripts(recipe, able, search).values()
    )
