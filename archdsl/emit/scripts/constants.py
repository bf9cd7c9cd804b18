"""The constants at the top of train.py: what the recipe sets."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.emit.python import Assign, Atom, Remarked, Statement, literal
from archdsl.emit.python.literals import Value
from archdsl.emit.scripts.target import Target
from archdsl.emit.terms import python_value
from archdsl.recipes.recipe import Recipe
from archdsl.recipes.settings import Cosine, Sgd, Steps

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
