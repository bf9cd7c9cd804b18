"""The scripts beside an emitted module: recipe.py, and files that are the same for every network.

Those stand in `templates/` as they are emitted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archdsl.emit.scripts.recipe import check_dropout, recipe_script
from archdsl.emit.scripts.target import Target
from archdsl.recipes.recipe import Recipe
from archdsl.resources import folder

if TYPE_CHECKING:
    from archdsl.searches.search import Search

__all__ = [
    "ENTRY_SCRIPTS",
    "GRADIENT_SCRIPTS",
    "NAMES",
    "SEARCH_NAMES",
    "Target",
    "scripts",
    "search_scripts",
]

_STEMS = """
recipe
errors disk tables formats classes lists labels
packets pictures decoding video
processes loading weight_files weight_keys weights checkpoints log stopping arguments
held_out learner resuming run epochs options scoring confusion labelled
train evaluate predict
"""

NAMES = tuple(f"{name}.py" for name in _STEMS.split())
"""The files, those first that others import."""

ENTRY_SCRIPTS = ("train.py", "evaluate.py", "predict.py")
"""Those that a user starts."""

_TESTING = frozenset(f"{name}.py" for name in "scoring confusion labelled".split())
"""Those that what is trained to search has no use for."""

_SEARCHING = """
policy
cost_tables paths_within path_costs
path_learner finding search_pictures front_picture found_files search
"""

SEARCH_NAMES = (
    *(name for name in NAMES if name not in {*ENTRY_SCRIPTS, *_TESTING}),
    *(f"{name}.py" for name in _SEARCHING.split()),
)
"""The files of a search by a supernet; what is found is trained by scripts of its own."""

_TRAINING = frozenset(
    f"{name}.py" for name in "held_out learner resuming run epochs options train".split()
)
"""Those that a network without training does not need."""


GRADIENT_SCRIPTS = {
    "connections.py": "connections.py",
    "connection_learner.py": "connection_learner.py",
    "search_pictures.py": "search_pictures.py",
    "search.py": "supergraph_search.py",
}
"""The files that search by gradients, each with its template."""


def supergraph_scripts(recipe: Recipe, target: Target) -> dict[str, str]:
    """The files of a folder that searches by gradients: those of training but `train.py`."""
    own = scripts(recipe, replace(target, is_tested=False))
    found = {name: _text(template) for name, template in GRADIENT_SCRIPTS.items()}
    return {name: own[name] for name in own if name not in {*ENTRY_SCRIPTS, *_TESTING}} | found


def scripts(recipe: Recipe, target: Target) -> dict[str, str]:
    """The text of each file by its name; of ours, recipe.py alone imports the network's module."""
    own = {"recipe.py": recipe_script(recipe, target)}
    left_out = _TRAINING if target.gives_probabilities else ()
    return own | {name: _text(name) for name in NAMES[1:] if name not in left_out}


def search_scripts(recipe: Recipe, target: Target, search: Search) -> dict[str, str]:
    """The same for a search whose supernet is the target; costs.json stands beside them.

    Raises:
        CompileError: the recipe sets what a supernet has no place for.
    """
    check_dropout(recipe, target)
    searched = replace(target, is_supernet=True, is_tested=False)
    own = {"recipe.py": recipe_script(recipe, searched, search)}
    return own | {name: _text(name) for name in SEARCH_NAMES[1:]}


def _text(name: str) -> str:
    return (folder("templates") / f"{name}.j2").read_text(encoding="utf-8")
