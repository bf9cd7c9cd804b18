"""What the scripts say of a recipe: constants at their top, and clips in the code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.emit.python import Assign, Atom, Remarked, Statement, literal
from archdsl.emit.python.operators import Value
from archdsl.emit.scripts.imports import Target
from archdsl.emit.terms import python_value
from archdsl.ops.base import PyValue
from archdsl.recipes.recipe import Recipe
from archdsl.recipes.settings import AutoAugment, Cosine, RandAugment, ScaleJitter, Sgd, Steps

AMP = {"fp32": "no", "bf16": "bf16", "fp16": "fp16"}


def training_constants(recipe: Recipe, target: Target) -> list[Statement]:
    """Those of training; the data's are not among them."""
    optimizer = recipe.optimizer
    found: list[tuple[str, Value, str | None]] = [
        ("NETWORK", f"{target.module}.{target.class_name}", None),
        ("OUTPUT_DIR", f"runs/{recipe.name}", None),
        ("EPOCHS", recipe.epochs, None),
        ("BATCH", recipe.batch, "clips of a step, over all processes"),
        ("ACCUMULATE", recipe.accumulate, "parts in which a process takes its clips"),
        ("LEARNING_RATE", python_value(optimizer.lr), "for this batch"),
    ]
    if isinstance(optimizer, Sgd):
        found.append(("MOMENTUM", python_value(optimizer.momentum), None))
    else:
        found.append(("BETAS", python_value(optimizer.betas), None))
    found.append(("WEIGHT_DECAY", python_value(optimizer.weight_decay), None))
    found += _schedule(recipe)
    found += _options(recipe)
    return [_constant(*constant) for constant in found]


def _schedule(recipe: Recipe) -> Iterator[tuple[str, Value, str | None]]:
    match recipe.schedule:
        case Cosine(final=final) if final:
            yield "FINAL", python_value(final), "of the rate, at the end"
        case Steps(at=at, factor=factor):
            yield "STEPS", at, "epochs after which the rate is multiplied"
            yield "STEP_FACTOR", python_value(factor), None
    if recipe.warmup:
        yield "WARMUP_EPOCHS", python_value(recipe.warmup.epochs), None
        yield "WARMUP_START", python_value(recipe.warmup.start), "the rate at which it begins"


def _options(recipe: Recipe) -> Iterator[tuple[str, Value, str | None]]:
    if recipe.dropout is not None:
        yield "DROPOUT", python_value(recipe.dropout), None
    if recipe.label_smoothing:
        yield "LABEL_SMOOTHING", python_value(recipe.label_smoothing), None
    if recipe.clip_gradients is not None:
        yield "MAX_GRAD_NORM", python_value(recipe.clip_gradients), None
    if recipe.ema is not None:
        yield "EMA_DECAY", python_value(recipe.ema), None
    if recipe.precise_bn is not None:
        yield "PRECISE_BN_BATCHES", recipe.precise_bn, None
    yield "SYNC_BN", recipe.sync_bn, None
    yield "AMP", AMP[recipe.precision], None


def _constant(name: str, value: Value, remark: str | None) -> Statement:
    assigned = Assign(Atom(name), literal(value))
    return Remarked(assigned, remark) if remark else assigned


@dataclass(frozen=True)
class ClipsView:
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
