"""The scripts beside an emitted module: recipe.py, and files that are the same for every network.

Those stand in `templates/` as they are emitted.
"""

from __future__ import annotations

from archdsl.emit.scripts.recipe import recipe_script
from archdsl.emit.scripts.target import Target
from archdsl.recipes.recipe import Recipe
from archdsl.resources import folder

__all__ = ["ENTRY_SCRIPTS", "NAMES", "Target", "scripts"]

_STEMS = """
recipe
errors disk tables formats classes lists labels
packets pictures decoding video
processes loading weight_files weight_keys weights checkpoints log stopping arguments
held_out learner resuming run epochs options train evaluate
"""

NAMES = tuple(f"{name}.py" for name in _STEMS.split())
"""The files, those first that others import."""

ENTRY_SCRIPTS = ("train.py", "evaluate.py")
"""Those that a user starts."""

_TRAINING = frozenset(
    f"{name}.py" for name in "held_out learner resuming run epochs options train".split()
)
"""Those that a network without training does not need."""


def scripts(recipe: Recipe, target: Target) -> dict[str, str]:
    """The text of each file by its name; of ours, recipe.py alone imports the network's module."""
    own = {"recipe.py": recipe_script(recipe, target)}
    left_out = _TRAINING if target.gives_probabilities else ()
    return own | {name: _text(name) for name in NAMES[1:] if name not in left_out}


def _text(name: str) -> str:
    return (folder("templates") / f"{name}.j2").read_text(encoding="utf-8")
