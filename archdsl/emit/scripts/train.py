"""train.py: its constants, and the view of a recipe that its pieces show.

A piece holds what is the same for every recipe that has a setting; what differs is said here.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from archdsl.emit.names import first_paragraph
from archdsl.emit.pages import page
from archdsl.emit.python import (
    Assign,
    Atom,
    Call,
    Docstring,
    Keyword,
    Python,
    Remarked,
    Return,
    Statement,
    literal,
    render,
)
from archdsl.emit.python.operators import Value
from archdsl.emit.scripts.clips import AMP, clips_view
from archdsl.emit.scripts.imports import Target, imports
from archdsl.emit.terms import python_value
from archdsl.frozen import Frozen
from archdsl.recipes.recipe import Cosine, Recipe, Sgd, Steps

_PIECES = (
    *("faults", "training", "learner", "optimisation", "order", "pixels"),
    *("weights", "start"),
    *("world", "display", "checkpoints", "files", "log"),
    *("clips", "spans", "decoding", "lists"),
    *("arguments", "numbers", "main"),
)

_WIDTH = 84

_USAGE = """\
    python train.py --data DIR
    torchrun --nproc-per-node 8 train.py --data DIR --amp bf16 --resume auto"""


class TrainView(Frozen):
    """What is asked in the pieces: which of them a recipe uses, and lines that depend on it."""

    undecayed: str
    spared: str
    spares_norms: bool
    spares_biases: bool
    optimizer: list[str]
    warmup: bool
    schedule: str
    final: bool
    ema: bool
    precise_bn: bool
    clips_gradients: bool
    loss: list[str]
    has_classes: bool
    sets_dropout: bool
    build: list[str]


def train_script(recipe: Recipe, target: Target) -> str:
    """The text of train.py."""
    view = _view(recipe, target)
    data = clips_view(recipe)
    views = {"train": view, "target": target, "data": data}
    pieces = (page(f"pieces/{piece}.py.j2", **views) for piece in _PIECES)
    constants = [*render(_constants(recipe, target)), *data.constants]
    body = "\n\n\n".join(piece.strip("\n") for piece in pieces)
    return page(
        "train.py.j2",
        docstring=render((Docstring(_header(recipe, target)),)),
        imports=imports("\n".join([*constants, body]), target),
        constants=constants,
        body=body,
    )


def _constants(recipe: Recipe, target: Target) -> list[Statement]:
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


def _view(recipe: Recipe, target: Target) -> TrainView:
    schedule = recipe.schedule
    is_dropout_open = "dropout" in target.arguments
    return TrainView(
        undecayed=" and ".join(recipe.no_decay),
        spared=_spared(recipe),
        spares_norms="norms" in recipe.no_decay,
        spares_biases="biases" in recipe.no_decay,
        optimizer=render((_optimizer(recipe),), 1),
        warmup=recipe.warmup is not None,
        schedule=schedule.name,
        final=isinstance(schedule, Cosine) and bool(schedule.final),
        ema=recipe.ema is not None,
        precise_bn=recipe.precise_bn is not None,
        clips_gradients=recipe.clip_gradients is not None,
        loss=render((_loss(recipe),), 3),
        has_classes="classes" in target.arguments,
        sets_dropout=recipe.dropout is not None and not is_dropout_open,
        build=render((_build(recipe, target),), 1),
    )


def _spared(recipe: Recipe) -> str:
    """What tells a parameter without weight decay."""
    tests = {"norms": "isinstance(module, NORMS)", "biases": 'name == "bias"'}
    return " or ".join(tests[kind] for kind in recipe.no_decay)


def _optimizer(recipe: Recipe) -> Statement:
    optimizer = recipe.optimizer
    groups: Python = Call(Atom("model.parameters"))
    if recipe.no_decay:
        groups = Call(Atom("parameter_groups"), (Atom("model"),))
    options = [Keyword("lr", Atom("LEARNING_RATE"))]
    if isinstance(optimizer, Sgd):
        options.append(Keyword("momentum", Atom("MOMENTUM")))
    else:
        options.append(Keyword("betas", Atom("BETAS")))
    options.append(Keyword("weight_decay", Atom("WEIGHT_DECAY")))
    if isinstance(optimizer, Sgd) and optimizer.nesterov:
        options.append(Keyword("nesterov", literal(True)))
    kind = "SGD" if isinstance(optimizer, Sgd) else "AdamW"
    return Return(Call(Atom(f"torch.optim.{kind}"), (groups, *options)))


def _loss(recipe: Recipe) -> Statement:
    options = [Keyword("reduction", literal("sum"))]
    if recipe.label_smoothing:
        options.append(Keyword("label_smoothing", Atom("LABEL_SMOOTHING")))
    operands = (Atom("logits"), Atom("labels"))
    return Assign(Atom("loss"), Call(Atom("F.cross_entropy"), (*operands, *options)))


def _build(recipe: Recipe, target: Target) -> Statement:
    """The network as a recipe has it: `model: nn.Module = Tiny(classes=args.classes)`."""
    options = []
    if "classes" in target.arguments:
        options.append(Keyword("classes", Atom("args.classes")))
    if recipe.dropout is not None and "dropout" in target.arguments:
        options.append(Keyword("dropout", Atom("DROPOUT")))
    made = Call(Atom(target.local_name), tuple(options))
    return Assign(Atom("model"), made, Atom("nn.Module"))


def _header(recipe: Recipe, target: Target) -> str:
    """What the script is, and how it is started; also what --help begins with."""
    title = f"Train {target.module}.{target.class_name} as the recipe {recipe.name} has it."
    parts = [title, first_paragraph(target.title)]
    if recipe.doc:
        parts += filter(None, recipe.doc.split("\n\n"))  # also what no paper printed
    if recipe.pretrained:
        file = "--weights takes a file with all weights of this network"
        parts.append(f"The paper starts from {recipe.pretrained}; {file}.")
    wrapped = [textwrap.fill(part, _WIDTH) for part in parts]
    return "\n\n".join([*wrapped, _USAGE])
