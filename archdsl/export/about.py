"""What an exported file says about itself, for whoever runs it without the folder that it is from.

That is what its inputs and outputs mean: how pixels are normalised, which frames of a video make a
clip, which sizes are taken, and what the classes are called. And where it comes from: the digests
of the spec and of the weights.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from archdsl.export.axes import Axes
from archdsl.export.folder import Build, export_error
from archdsl.export.ranges import Range
from archdsl.export.tracing import Traced
from archdsl.version import __version__

About = Mapping[str, object]
"""What a file says, by the name of each thing; values are those of JSON."""

_CONSTANTS = {"MEAN": "mean", "STD": "std", "CLIP": "clip"}
"""The constants of a recipe that say what goes in, and what a file calls them."""


def about(
    build: Build,
    traced: Traced,
    ranges: Iterable[Range],
    weights: Path | None,
    names: Sequence[str],
) -> About:
    """All that is known; `names` are those of the classes, if there are any.

    Raises:
        CompileError: there are more names than scores.
    """
    axes, (first, *others) = traced.axes, traced.declared.shapes
    is_classifier = not others and len(first) == 2
    if names and not (is_classifier and len(names) <= first[-1]):
        scores = f"{first[-1]} scores" if is_classifier else "no scores of classes"
        raise export_error(f"there are {len(names)} names of classes, but it gives {scores}")
    origin = {"file": weights.name, "sha256": _digest(weights)} if weights else "random"
    return {
        "network": build.manifest.get("network", build.name),
        "inputs": {name: _named_shape(axes, name) for name in axes.inputs},
        "sizes": {one.axis.name: str(one.spread) for one in ranges},
        **_integers(axes),
        **recipe_facts(build),
        **({"classes": list(names) or first[-1]} if is_classifier else {}),
        "weights": origin,
        "spec": build.manifest.get("spec"),
        "archdsl": __version__,
    }


def as_text(about: About) -> dict[str, str]:
    """The same where only text is allowed: what is none is JSON."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in about.items()
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _named_shape(axes: Axes, name: str) -> list[int | str]:
    """The shape of an input with the batch: the name of an axis, or the number of channels."""
    shape = (1, *axes.inputs[name].shape)
    named = ((axes.by_place.get((name, position)), size) for position, size in enumerate(shape))
    return [axis.name if axis else size for axis, size in named]


def _integers(axes: Axes) -> About:
    """What the integers of inputs are below, if there are any."""
    below = {name: entering.below for name, entering in axes.inputs.items() if entering.below}
    return {"below": below} if below else {}


def recipe_facts(build: Build) -> About:
    """How clips are read and normalised, from the constants of the recipe as it is now.

    The file is not run: it imports what reads videos, and that may not be installed. With
    `--single-file` the constants are in train.py.
    """
    for name in ("recipe.py", "train.py"):
        with suppress(OSError, SyntaxError, ValueError):
            tree = ast.parse((build.folder / name).read_bytes())
            return dict(_constants(tree))
    return {}


def _constants(tree: ast.Module) -> Iterator[tuple[str, object]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = _CONSTANTS.get(node.targets[0].id)
            if name is not None:
                with suppress(ValueError):  # it is computed, and not a plain value
                    yield name, _plain(node.value)


def _plain(value: ast.expr) -> object:
    """A literal; a call of literals as what it is given, by name."""
    if isinstance(value, ast.Call):
        return {word.arg: ast.literal_eval(word.value) for word in value.keywords if word.arg}
    return ast.literal_eval(value)
