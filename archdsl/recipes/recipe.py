"""A recipe: how a network is trained and tested, every setting known.

Each setting is a field here, which says how it is written; one with options is a class above,
whose fields are these. What can be written in specs, what is told of it, and what a recipe cannot
go without, follow from the fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, MISSING, fields
from fractions import Fraction

from archdsl import limits
from archdsl.frozen import Frozen
from archdsl.params.kinds import Boolean, Choice, Integer, Maybe, Real, parameter
from archdsl.params.numbers import Number
from archdsl.recipes.kinds import (
    COUNT,
    PART,
    POSITIVE,
    SHARE,
    SIDE,
    Band,
    Chosen,
    Each,
    Entries,
    Form,
    OneOf,
    Plain,
    Quoted,
    Rising,
    Setting,
    WithOptions,
    Words,
    written,
)

KINETICS_MEAN = (Fraction(45, 100),) * 3
KINETICS_STD = (Fraction(225, 1000),) * 3
ADAM_BETAS = (Fraction(9, 10), Fraction(999, 1000))


class Sgd(Setting):
    """Stochastic gradient descent; `lr` is the rate for the recipe's whole batch."""

    name = "sgd"
    lr: Number = parameter(POSITIVE)
    momentum: Number = parameter(SHARE, 0)
    nesterov: bool = parameter(Boolean(), False)
    weight_decay: Number = parameter(Real(least=0), 0)


class AdamW(Setting):
    """Adam with decoupled weight decay; `lr` is the rate for the recipe's whole batch."""

    name = "adamw"
    lr: Number = parameter(POSITIVE)
    betas: tuple[Number, Number] = parameter(Entries(SHARE, 2), ADAM_BETAS)
    weight_decay: Number = parameter(Real(least=0), Fraction(1, 100))


class Cosine(Setting):
    """Half a cosine from the optimiser's rate to `final` times it."""

    name = "cosine"
    final: Number = parameter(Real(0, 1), 0)


class Steps(Setting):
    """The rate is multiplied by `factor` after each of these epochs."""

    name = "steps"
    leading = "at"
    at: tuple[int, ...] = parameter(Rising())
    factor: Number = parameter(PART, Fraction(1, 10))


class Constant(Setting):
    """One rate from the first step to the last."""

    name = "constant"


class Warmup(Setting):
    """The rate rises linearly over `epochs`, from `start` on, to what the schedule has then."""

    name = "warmup"
    leading = "epochs"
    epochs: Number = parameter(POSITIVE)
    start: Number = parameter(Real(least=0), 0)


class Clip(Setting):
    """`frames` of a video at `rate` frames a second, of which every `stride`-th is taken."""

    name = "clip"
    frames: int = parameter(COUNT)
    stride: int = parameter(COUNT, 1)
    rate: Number = parameter(Real(1, 1000), 30)


class ScaleJitter(Setting):
    """The shorter side of a video is scaled to a random length between these, in pixels."""

    name = "scale_jitter"
    leading = "sides"
    sides: tuple[int, int] = parameter(Band())


class Resize(Setting):
    """A video is scaled to this height and width, in pixels, whatever its own were."""

    name = "resize"
    leading = "size"
    size: tuple[int, int] = parameter(Each(SIDE, 2))


class AutoAugment(Setting):
    """AutoAugment's policy for ImageNet, drawn once for a clip and applied to all its frames."""

    name = "autoaugment"


class RandAugment(Setting):
    """RandAugment: `number` operations of a `magnitude`, drawn once for a clip."""

    name = "randaugment"
    number: int = parameter(Integer(1, 100), 2)
    magnitude: int = parameter(Integer(0, 30), 9)


class Normalise(Setting):
    """Pixels between 0 and 1, less `mean`, through `std`: a number for each of R, G and B."""

    name = "normalise"
    mean: tuple[Number, ...] = parameter(Each(Real(0, 1), 3), KINETICS_MEAN)
    std: tuple[Number, ...] = parameter(Each(PART, 3), KINETICS_STD)


class Views(Setting):
    """Testing on `clips`, spread evenly in time, times `crops` (1 or 3) along the longer side.

    The shorter side of the video is scaled to `size`, and the crops are `size` x `size`.
    """

    name = "views"
    clips: int = parameter(COUNT)
    size: int = parameter(SIDE)
    crops: int = parameter(OneOf((1, 3)), 1)


class FullLength(Setting):
    """Testing on the whole video in one pass, scaled to `size`, at most `frames` of it.

    Every `stride`-th frame at the clip's rate is taken.
    """

    name = "full_length"
    size: tuple[int, int] = parameter(Each(SIDE, 2))
    frames: int | None = parameter(Maybe(COUNT), None)
    stride: int = parameter(COUNT, 1)


class Recipe(Frozen):
    """What the emitted scripts do unless their flags say otherwise."""

    name: str
    network: str
    doc: str | None
    _: KW_ONLY
    epochs: int = written(Plain(Integer(1, limits.EPOCHS)))
    batch: int = written(Plain(Integer(1, limits.BATCH)))
    """The clips of one step, over all processes."""
    optimizer: Sgd | AdamW = written(Chosen((Sgd, AdamW)))
    schedule: Cosine | Steps | Constant = written(
        Chosen((Cosine, Steps, Constant)), default=Constant()
    )
    warmup: Warmup | None = written(WithOptions(Warmup), default=None)
    no_decay: tuple[str, ...] = written(Plain(Words(("norms", "biases"))), default=())
    """Which parameters have no weight decay."""
    clip: Clip = written(WithOptions(Clip))
    crop: int = written(Plain(SIDE))
    scale: ScaleJitter | Resize = written(WithOptions(ScaleJitter), WithOptions(Resize))
    flip: Number = written(Plain(Real(0, 1), alone=Fraction(1, 2)), default=0)
    """How likely a clip is mirrored."""
    augment: AutoAugment | RandAugment | None = written(
        WithOptions(AutoAugment), WithOptions(RandAugment), default=None
    )
    normalise: Normalise = written(WithOptions(Normalise), default=Normalise())
    dropout: Number | None = written(Plain(SHARE), default=None)
    """None leaves the network its own."""
    label_smoothing: Number = written(Plain(SHARE), default=0)
    precision: str = written(Plain(Choice(("fp32", "bf16", "fp16"))), default="fp32")
    """What activations are computed in."""
    ema: Number | None = written(Plain(SHARE), default=None)
    """The decay of the weights' average."""
    accumulate: int = written(Plain(Integer()), default=1)
    """Into how many parts each process divides its clips of a step."""
    clip_gradients: Number | None = written(Plain(POSITIVE), default=None)
    """The greatest norm that gradients may have."""
    precise_bn: int | None = written(Plain(Integer(1, limits.BATCH)), default=None)
    """How many batches the statistics are measured on after an epoch."""
    sync_bn: bool = written(Plain(Boolean(), alone=True), default=False)
    pretrained: str | None = written(Plain(Quoted()), default=None)
    """The weights that the paper starts from, in words."""
    test: Views | FullLength = written(Chosen((Views, FullLength)))


def _forms() -> Iterator[tuple[str, Form]]:
    for field in fields(Recipe):
        for form in field.metadata.get("forms", ()):
            yield field.name, form


SETTINGS = {form.name(field): form for field, form in _forms()}
"""How each setting is written, by its name."""

FIELDS = {form.name(field): field for field, form in _forms()}
"""The field that each setting fills."""

NEEDED = tuple(
    field.name for field in fields(Recipe) if "forms" in field.metadata and field.default is MISSING
)
"""Fields that a recipe has no default for."""

WORDS = frozenset(word for form in SETTINGS.values() for word in form.words)
"""The words that settings know."""


def names_of(field: str) -> tuple[str, ...]:
    """The settings that fill a field."""
    return tuple(name for name, filled in FIELDS.items() if filled == field)
