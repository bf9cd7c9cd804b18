"""What the scripts say of a recipe's clips: constants at the top, and what stands in the code."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.emit.python import literal
from archdsl.emit.terms import python_value
from archdsl.frozen import Frozen
from archdsl.ops.base import PyValue
from archdsl.recipes.recipe import AutoAugment, RandAugment, Recipe, ScaleJitter

AMP = {"fp32": "no", "bf16": "bf16", "fp16": "fp16"}
"""What each precision is called as a value of `--amp`."""


class ClipsView(Frozen):
    """What the pieces for training clips show."""

    constants: tuple[str, ...]
    keeps_shape: bool
    """Whether videos are scaled by their shorter side, not to one size."""
    random_scale: str
    """How the frames of a clip for training are scaled, as an expression."""
    centre_scale: str
    """How those of a clip for validation are."""
    changes: str
    flip: bool
    augment: str
    """Its name, or nothing."""
    augmentation: str
    """The transform of torchvision that it is."""


def clips_view(recipe: Recipe) -> ClipsView:
    """The clips that a recipe trains on."""
    jitter = isinstance(recipe.scale, ScaleJitter)
    changes = ["scaled", "cropped"] if jitter else ["cropped"]
    changes += ["flipped"] * bool(recipe.flip) + ["augmented"] * bool(recipe.augment)
    random = "shorter_side(chance.randint(LEAST_SIDE, GREATEST_SIDE))"
    return ClipsView(
        tuple(_constants(recipe)),
        jitter,
        random if jitter else "exactly(HEIGHT, WIDTH)",
        "shorter_side(LEAST_SIDE)" if jitter else "exactly(HEIGHT, WIDTH)",
        _enumerated(changes),
        bool(recipe.flip),
        *_augmentation(recipe),
    )


def clip_constants(recipe: Recipe) -> str:
    """What a clip is: a line for the top of both scripts."""
    clip = recipe.clip
    values = (number(value) for value in (clip.frames, clip.stride, clip.rate))
    return f"FRAMES, STRIDE, RATE = {', '.join(values)}"


def number(value: object) -> str:
    """A number as Python writes it, a whole one without its point."""
    given = python_value(value)
    whole = isinstance(given, float) and given.is_integer() and abs(given) < 1e15
    made: PyValue = int(given) if whole and isinstance(given, float) else given
    return str(literal(made))


def _constants(recipe: Recipe) -> Iterator[str]:
    yield clip_constants(recipe)
    if isinstance(recipe.scale, ScaleJitter):
        least, greatest = recipe.scale.sides
        yield f"LEAST_SIDE, GREATEST_SIDE = {number(least)}, {number(greatest)}"
    else:
        height, width = recipe.scale.size
        yield f"HEIGHT, WIDTH = {number(height)}, {number(width)}"
    yield f"CROP = {number(recipe.crop)}"
    if recipe.flip:
        yield f"FLIP = {number(recipe.flip)}"
    if isinstance(recipe.augment, RandAugment):
        options = recipe.augment
        values = f"{number(options.number)}, {number(options.magnitude)}"
        yield f"OPERATIONS, MAGNITUDE = {values}  # of RandAugment"


def _augmentation(recipe: Recipe) -> tuple[str, str]:
    match recipe.augment:
        case AutoAugment():
            return "AutoAugment", "AutoAugment()"
        case RandAugment():
            return "RandAugment", "RandAugment(OPERATIONS, MAGNITUDE)"
    return "", ""


def _enumerated(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
