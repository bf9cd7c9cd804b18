"""The constants at the top of recipe.py: a recipe's settings, and neutral values for the loop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archdsl.emit.python import (
    Assign,
    Atom,
    Call,
    Keyword,
    Python,
    TrailingComment,
    Tuple,
    literal,
    render,
)
from archdsl.emit.scripts.target import Target
from archdsl.emit.terms import python_value
from archdsl.frozen import Frozen
from archdsl.ops.forms import PyValue
from archdsl.recipes.recipe import Cosine, Recipe, ScaleJitter, Sgd, Steps

_AMP = {"fp32": "no", "bf16": "bf16", "fp16": "fp16"}
"""What each precision is called as a value of `--amp`."""


class Constant(Frozen):
    """A line `NAME = value`, with what a reader should know of it."""

    name: str
    value: Python
    remark: str | None = None
    type: str | None = None
    """Where the value does not tell, as an empty one."""


def constants(
    recipe: Recipe, target: Target, run: str, search: Iterable[Constant] = ()
) -> list[str]:
    """The lines: first what is run, then how it learns and searches, then what clips are."""
    is_trained = not target.gives_probabilities
    groups = [
        [
            Constant("NETWORK", literal(f"{target.module}.{target.class_name}")),
            Constant("CLASSES", literal(target.classes)),
            Constant("LABELS", Call(Atom(labels_class(recipe)), ()), "of a video"),
            Constant("OUTPUT_DIR", literal(f"runs/{run}")),
        ],
        [*(_training(recipe, target) if is_trained else ()), _precision(recipe)],
        [*search],
        [*_pixels(recipe), *_clips(recipe, is_trained)],
    ]
    return [line for group in groups if group for line in ("", *map(_line, group))][1:]


def labels_class(recipe: Recipe) -> str:
    """What of labels.py the videos of a recipe have."""
    return "SeveralLabels" if recipe.loss == "binary_cross_entropy" else "OneLabel"


def _line(constant: Constant) -> str:
    name = f"{constant.name}: {constant.type}" if constant.type else constant.name
    assigned = Assign(Atom(name), constant.value)
    stated = TrailingComment(assigned, constant.remark) if constant.remark else assigned
    return "\n".join(render((stated,)))


def number(value: object) -> Python:
    """A number as Python writes it, a whole one without its point."""
    given = python_value(value)
    whole = isinstance(given, float) and given.is_integer() and abs(given) < 1e15
    made: PyValue = int(given) if whole and isinstance(given, float) else given
    return literal(made)


def _training(recipe: Recipe, target: Target) -> Iterator[Constant]:
    optimizer = recipe.optimizer
    yield Constant("EPOCHS", literal(recipe.epochs))
    yield Constant("BATCH", literal(recipe.batch), "clips of a step, over all processes")
    parts = "parts in which a process takes its clips"
    yield Constant("ACCUMULATE", literal(recipe.accumulate), parts)
    yield Constant("LEARNING_RATE", plain(optimizer.lr), "for this batch")
    if isinstance(optimizer, Sgd):
        yield Constant("MOMENTUM", plain(optimizer.momentum))
    else:
        yield Constant("BETAS", plain(optimizer.betas))
    yield Constant("WEIGHT_DECAY", plain(optimizer.weight_decay))
    yield from _schedule(recipe)
    yield from _fine_tuning(recipe)
    if recipe.dropout is not None:
        yield Constant("DROPOUT", plain(recipe.dropout))
    if recipe.label_smoothing:
        yield Constant("LABEL_SMOOTHING", plain(recipe.label_smoothing))
    yield from _read_by_the_loop(recipe, target)


def _schedule(recipe: Recipe) -> Iterator[Constant]:
    match recipe.schedule:
        case Cosine(final=final) if final:
            yield Constant("FINAL", plain(final), "of the rate, at the end")
        case Steps(at=at, factor=factor):
            yield Constant("STEPS", literal(at), "epochs after which the rate is multiplied")
            yield Constant("STEP_FACTOR", plain(factor))
    if recipe.warmup:
        yield Constant("WARMUP_EPOCHS", plain(recipe.warmup.epochs))
        start = plain(recipe.warmup.start)
        yield Constant("WARMUP_START", start, "the rate at which it begins")


def _fine_tuning(recipe: Recipe) -> Iterator[Constant]:
    if recipe.freeze:
        yield Constant("FROZEN", literal(recipe.freeze), "parts that do not learn")
    if recipe.rates:
        pairs = (Tuple((literal(part), number(factor))) for part, factor in recipe.rates)
        yield Constant("RATES", Tuple(tuple(pairs)), "of parts, times the rate")


def _read_by_the_loop(recipe: Recipe, target: Target) -> Iterator[Constant]:
    """What the loop asks of every recipe, with neutral values where one says nothing."""
    if recipe.clip_gradients is None:
        yield Constant("MAX_GRAD_NORM", Atom("math.inf"), "no clipping")
    else:
        yield Constant("MAX_GRAD_NORM", plain(recipe.clip_gradients))
    decay = plain(recipe.ema) if recipe.ema else literal(0.0)
    yield Constant("EMA_DECAY", decay, None if recipe.ema else "no average")
    if not target.is_supernet:
        yield from _of_norms(recipe)
    yield _class_weights(recipe)
    remark = "all classes equally often" if recipe.sampling == "balanced" else None
    yield Constant("SAMPLING", literal(recipe.sampling), remark)


def _of_norms(recipe: Recipe) -> Iterator[Constant]:
    """How the statistics of batch norms are taken."""
    measured = recipe.precise_bn or 0
    remark = None if measured else "no precise BN"
    yield Constant("PRECISE_BN_BATCHES", literal(measured), remark)
    yield Constant("SYNC_BN", literal(recipe.sync_bn))


def _class_weights(recipe: Recipe) -> Constant:
    weights = recipe.class_weights
    if isinstance(weights, tuple):
        return Constant("CLASS_WEIGHTS", Tuple(tuple(map(number, weights))))
    if weights is None:
        return Constant("CLASS_WEIGHTS", Tuple(()), "all count the same")
    return Constant("CLASS_WEIGHTS", literal(weights), "by the videos of each")


def _precision(recipe: Recipe) -> Constant:
    return Constant("AMP", literal(_AMP[recipe.precision]))


def _pixels(recipe: Recipe) -> Iterator[Constant]:
    remark = "of R, G and B between 0 and 1"
    yield Constant("MEAN", plain(recipe.normalise.mean), remark)
    yield Constant("STD", plain(recipe.normalise.std))


def _clips(recipe: Recipe, is_trained: bool) -> Iterator[Constant]:
    clip = recipe.clip
    options = {"frames": clip.frames, "stride": clip.stride, "rate": clip.rate}
    given = [Keyword(name, number(value)) for name, value in options.items()]
    made = Call(Atom("Clip"), (*given, Keyword("short", literal(recipe.short))))
    yield Constant("CLIP", made, "rate in frames a second")
    if is_trained:
        yield from _sides(recipe)


def _sides(recipe: Recipe) -> Iterator[Constant]:
    if isinstance(recipe.scale, ScaleJitter):
        least, greatest = recipe.scale.sides
        yield Constant("LEAST_SIDE", number(least))
        yield Constant("GREATEST_SIDE", number(greatest))
    else:
        height, width = recipe.scale.size
        yield Constant("HEIGHT", number(height))
        yield Constant("WIDTH", number(width))
    yield Constant("CROP", number(recipe.crop))
    if recipe.flip:
        yield Constant("FLIP", number(recipe.flip))


def plain(value: object) -> Python:
    """A number, or a tuple of some, as it is."""
    return literal(python_value(value))
