"""The scripts beside an emitted module: a recipe as plain PyTorch."""

from __future__ import annotations

from dataclasses import replace

from archdsl.emit.scripts.evaluate import evaluate_script
from archdsl.emit.scripts.imports import Target, is_clear
from archdsl.emit.scripts.train import train_script
from archdsl.recipes.recipe import Recipe

__all__ = ["Target", "scripts"]


def scripts(recipe: Recipe, target: Target) -> dict[str, str]:
    """The text of each script by its file name; all of them import only `target` of ours."""
    made = _scripts(recipe, target)
    if all(is_clear(target.class_name, text) for text in made.values()):
        return made
    return _scripts(recipe, replace(target, alias=f"{target.class_name}Network"))


def _scripts(recipe: Recipe, target: Target) -> dict[str, str]:
    made = {"evaluate.py": evaluate_script(recipe, target)}
    if target.gives_probabilities:
        return made
    return {"train.py": train_script(recipe, target), **made}
