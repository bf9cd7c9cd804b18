"""Checks of the settings of a recipe against each other.

A recipe that these refuse would fail in the emitted scripts, perhaps in the test after days of
training, or would train something that nobody meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from math import prod

from archdsl import limits
from archdsl.build.values import show
from archdsl.diagnostics import Diagnostic, Label, error, warning
from archdsl.ir.types import show_shape
from archdsl.recipes.reading.fitting import clip_shape, test_size, view_shape
from archdsl.recipes.recipe import FullLength, Recipe, ScaleJitter, Sgd, Steps
from archdsl.settings.reading.entries import Entries


def contradictions(recipe: Recipe, entries: Entries) -> Iterator[Diagnostic]:
    """Contradictions between settings that are each valid."""
    for check in _CHECKS:
        yield from check(recipe, entries)


def _crop(recipe: Recipe, entries: Entries) -> Iterator[Diagnostic]:
    # A random side can be the least of its range, and a fixed size the shorter of two.
    scale = recipe.scale
    sides = scale.sides if isinstance(scale, ScaleJitter) else scale.size
    least = min(sides)
    if recipe.crop > least:
        wanted = f"at most {least}, the shortest side of a scaled video"
        message = f"`crop` must be {wanted}, but this is {recipe.crop}"
        also = [Label(entries["scale"].span, f"{least} comes from here")]
        help = f"write `crop {least}`, or scale to longer sides"
        yield error("recipe", message, entries["crop"].span, also=also, help=help)


def _test_is_smaller(recipe: Recipe, entries: Entries) -> Iterator[Diagnostic]:
    """A test below the training resolution loses accuracy (Touvron et al., NeurIPS 2019)."""
    least = min(test_size(recipe))
    if least < recipe.crop:
        wanted = f"at least {recipe.crop}, the crop in training"
        message = f"`size` of `test` must be {wanted}, but this is {least}"
        also = [Label(entries["crop"].span, "the crop")]
        span, help = entries["test"].span_of("size"), f"write `size = {recipe.crop}` or more"
        yield error("recipe", message, span, also=also, help=help)


def _room(recipe: Recipe, entries: Entries) -> Iterator[Diagnostic]:
    sizes = {"clip": clip_shape(recipe), "test": view_shape(recipe)}
    for name, shape in sizes.items():
        if prod(shape) > limits.CLIP:
            wanted = f"at most {limits.CLIP:,} values"
            message = f"`{name}` must give {wanted}, but {show_shape(shape)} has {prod(shape):,}"
            yield error("size", message, entries[name].span)


def _accumulate(recipe: Recipe, entries: Entries) -> Iterator[Diagnostic]:
    if recipe.batch % recipe.accumulate:
        wanted = f"a divisor of the batch, {recipe.batch}"
        message = f"`accumulate` must be {wanted}, but this is {recipe.accumulate}"
        also = [Label(entries["batch"].span, "the batch")]
        yield error("recipe", message, entries["accumulate"].span, also=also)


def _warmup(recipe: Recipe, entries: Entries) -> Iterator[Diagnostic]:
    if recipe.warmup is not None and recipe.warmup.epochs >= recipe.epochs:
        wanted = f"shorter than the training, {recipe.epochs} epochs"
        message = f"`warmup` must be {wanted}, but this is {show(recipe.warmup.epochs)}"
        also = [Label(entries["epochs"].span, "the epochs")]
        yield error("recipe", message, entries["warmup"].span_of("epochs"), also=also)


def _warmup_start(recipe: Recipe, entries: Entries) -> Iterator[Diagnostic]:
    rate = recipe.optimizer.lr
    if recipe.warmup is not None and recipe.warmup.start > rate:
        wanted = f"at most the optimiser's rate, {show(rate)}"
        message = f"`start` of `warmup` must be {wanted}, but this is {show(recipe.warmup.start)}"
        also = [Label(entries["optimizer"].span_of("lr"), "the rate")]
        yield error("recipe", message, entries["warmup"].span_of("start"), also=also)


def _nesterov(recipe: Recipe, entries: Entries) -> Iterator[Diagnostic]:
    """torch.optim.SGD raises a ValueError for it, at the start of the training."""
    optimizer = recipe.optimizer
    if isinstance(optimizer, Sgd) and optimizer.nesterov and optimizer.momentum == 0:
        message = "`nesterov` needs a `momentum` above 0, but this is 0"
        span = entries["optimizer"].span_of("nesterov")
        yield error("recipe", message, span, help="write `momentum = 0.9` beside it")


def _steps(recipe: Recipe, entries: Entries) -> Iterator[Diagnostic]:
    if isinstance(recipe.schedule, Steps) and recipe.schedule.at[-1] >= recipe.epochs:
        wanted = f"below the number of epochs, {recipe.epochs}"
        message = f"`at` of `steps` must be {wanted}, but this is {recipe.schedule.at[-1]}"
        also = [Label(entries["epochs"].span, "the epochs")]
        yield error("recipe", message, entries["schedule"].span_of("at"), also=also)


def _full_length(recipe: Recipe, entries: Entries) -> Iterator[Diagnostic]:
    test, clip = recipe.test, recipe.clip
    if isinstance(test, FullLength) and test.frames is not None and test.frames < clip.frames:
        wanted = f"at least {clip.frames}, the frames of a clip"
        message = f"`frames` of `full_length` must be {wanted}, but this is {test.frames}"
        also = [Label(entries["clip"].span_of("frames"), "a clip")]
        yield error("recipe", message, entries["test"].span_of("frames"), also=also)


def _frozen_statistics(recipe: Recipe, entries: Entries) -> Iterator[Diagnostic]:
    """torch's `update_bn`, which measures statistics, does so in every batch norm."""
    if recipe.freeze and recipe.precise_bn is not None:
        message = "`precise_bn` would measure the statistics anew that `freeze` keeps"
        also = [Label(entries["freeze"].span, "these keep theirs")]
        yield error("recipe", message, entries["precise_bn"].span, also=also)


def _frozen_rates(recipe: Recipe, entries: Entries) -> Iterator[Diagnostic]:
    for part, _ in recipe.rates:
        if any(fnmatchcase(part, pattern) for pattern in recipe.freeze):
            message = f"`{part}` is frozen, so it has no learning rate"
            also = [Label(entries["freeze"].span, "it is frozen here")]
            yield error("recipe", message, entries["rates"].span_of(part), also=also)


def _no_decay(recipe: Recipe, entries: Entries) -> Iterator[Diagnostic]:
    if recipe.no_decay and recipe.optimizer.weight_decay == 0:
        message = "`no_decay` has no effect: the weight decay is 0"
        yield warning("recipe", message, entries["no_decay"].span)


def _balanced_twice(recipe: Recipe, entries: Entries) -> Iterator[Diagnostic]:
    if recipe.class_weights == "balanced" and recipe.sampling == "balanced":
        message = "rare classes are drawn more often, and their clips count more too"
        also = [Label(entries["sampling"].span, "all classes are drawn equally often")]
        help = "leave one of both out"
        yield warning("recipe", message, entries["class_weights"].span, also=also, help=help)


def _of_one_label(recipe: Recipe, entries: Entries) -> Iterator[Diagnostic]:
    """Settings that take a video for one of a single class."""
    if recipe.loss != "binary_cross_entropy":
        return
    set_here = {
        "label_smoothing": recipe.label_smoothing != 0,
        "class_weights": recipe.class_weights is not None,
        "sampling": recipe.sampling == "balanced",
    }
    for name in (name for name, is_set in set_here.items() if is_set):
        message = f"`{name}` is for videos of one class each"
        also = [Label(entries["loss"].span, "for videos of several classes")]
        yield error("recipe", message, entries[name].span, also=also)


_CHECKS = (
    _crop,
    _test_is_smaller,
    _room,
    _accumulate,
    _warmup,
    _warmup_start,
    _nesterov,
    _steps,
    _full_length,
    _frozen_statistics,
    _frozen_rates,
    _no_decay,
    _balanced_twice,
    _of_one_label,
)
