"""Settings of a recipe that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from archdsl import limits
from archdsl.build.values import show
from archdsl.diagnostics import Diagnostic, Label, error, warning
from archdsl.ir.types import show_shape
from archdsl.recipes.reading.settings import Sheet
from archdsl.recipes.reading.shapes import clip_shape, test_size, view_shape
from archdsl.recipes.recipe import Recipe
from archdsl.recipes.settings import FullLength, ScaleJitter, Sgd, Steps


def mistakes(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    """What is wrong with the settings of a recipe, each of which can be."""
    for check in _CHECKS:
        yield from check(recipe, sheet)


def _crop(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    scale = recipe.scale
    sides = scale.sides if isinstance(scale, ScaleJitter) else scale.size
    least = min(sides)
    if recipe.crop > least:
        message = f"a crop of {recipe.crop} does not fit into a video whose least side is {least}"
        also = [Label(sheet["scale"].span, f"{least} comes from here")]
        yield error("recipe", message, sheet["crop"].span, also=also, help=f"at most {least}")


def _test_size(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    """What is learned from crops is not found again in videos that are smaller than these."""
    least = min(test_size(recipe))
    if least < recipe.crop:
        message = f"a test at {least} is smaller than the crop of {recipe.crop} in training"
        also = [Label(sheet["crop"].span, "the crop")]
        span = sheet["test"].span_of("size")
        yield error("recipe", message, span, also=also, help=f"at least {recipe.crop}")


def _room(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    sizes = {"clip": clip_shape(recipe), "test": view_shape(recipe)}
    for name, shape in sizes.items():
        if prod(shape) > limits.CLIP:
            message = f"{show_shape(shape)} are more than {limits.CLIP:,} values"
            yield error("size", message, sheet[name].span)


def _accumulate(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    if recipe.batch % recipe.accumulate:
        message = f"{recipe.accumulate} parts do not divide a batch of {recipe.batch}"
        also = [Label(sheet["batch"].span, "the batch")]
        yield error("recipe", message, sheet["accumulate"].span, also=also)


def _warmup(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    if recipe.warmup is not None and recipe.warmup.epochs >= recipe.epochs:
        epochs = show(recipe.warmup.epochs)
        message = f"a warm-up of {epochs} epochs is no shorter than the training, {recipe.epochs}"
        span, also = sheet["warmup"].span_of("epochs"), [Label(sheet["epochs"].span, "the epochs")]
        yield error("recipe", message, span, also=also)


def _warmup_start(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    rate = recipe.optimizer.lr
    if recipe.warmup is not None and recipe.warmup.start > rate:
        start = show(recipe.warmup.start)
        message = f"a warm-up rises: it cannot start from {start}, above the rate {show(rate)}"
        also = [Label(sheet["optimizer"].span_of("lr"), "the rate")]
        yield error("recipe", message, sheet["warmup"].span_of("start"), also=also)


def _nesterov(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    """PyTorch's optimiser refuses it."""
    optimizer = recipe.optimizer
    if isinstance(optimizer, Sgd) and optimizer.nesterov and optimizer.momentum == 0:
        message = "`nesterov` is a kind of momentum, and there is none"
        span = sheet["optimizer"].span_of("nesterov")
        yield error("recipe", message, span, help="give it, as `momentum = 0.9`")


def _steps(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    if isinstance(recipe.schedule, Steps) and recipe.schedule.at[-1] >= recipe.epochs:
        last = recipe.schedule.at[-1]
        message = f"a step after epoch {last} never comes: there are {recipe.epochs} epochs"
        also = [Label(sheet["epochs"].span, "the epochs")]
        yield error("recipe", message, sheet["schedule"].span_of("at"), also=also)


def _full_length(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    test, clip = recipe.test, recipe.clip
    if isinstance(test, FullLength) and test.frames is not None and test.frames < clip.frames:
        message = f"a whole video is no shorter than a clip: {test.frames} frames, {clip.frames}"
        also = [Label(sheet["clip"].span_of("frames"), "a clip")]
        yield error("recipe", message, sheet["test"].span_of("frames"), also=also)


def _no_decay(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    if recipe.undecayed and recipe.optimizer.weight_decay == 0:
        message = "there is no weight decay that this could be an exception from"
        yield warning("recipe", message, sheet["undecayed"].span)


_CHECKS = (
    _crop,
    _test_size,
    _room,
    _accumulate,
    _warmup,
    _warmup_start,
    _nesterov,
    _steps,
    _full_length,
    _no_decay,
)
