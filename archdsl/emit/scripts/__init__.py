"""The scripts beside an emitted module: a recipe as plain PyTorch."""

from __future__ import annotations

from archdsl.emit.scripts.evaluate import evaluate_script
from archdsl.emit.scripts.target import Target
from archdsl.emit.scripts.train import train_script
from archdsl.recipes.recipe import Recipe

__all__ = ["Target", "scripts"]


def scripts(recipe: Recipe, target: Target) -> dict[str, str]:
    """The text of each script by its file name; all of them import only `target` of ours."""
    return {
        "train.py": train_script(recipe, target),
        "evaluate.py": evaluate_script(recipe, target),
    }
