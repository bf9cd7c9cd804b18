"""What a recipe may set, each setting a frozen dataclass whose fields are its options."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction

from archdsl.params.kinds import Boolean, Integer, Maybe, Real, parameter
from archdsl.params.numbers import Number
from archdsl.params.options import Optioned
from archdsl.recipes.kinds import (
    COUNT,
    PART,
    POSITIVE,
    SHARE,
    SIDE,
    Band,
    Each,
    Entries,
    OneOf,
    Rising,
)

KINETICS_MEAN = (Fraction(45, 100),) * 3
KINETICS_STD = (Fraction(225, 1000),) * 3
ADAM_BETAS = (Fraction(9, 10), Fraction(999, 1000))


class Setting(Optioned):
    """Base of the settings."""

    @classmethod
    def signature(cls) -> str:
        return super().signature() if fields(cls) else cls.name


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
