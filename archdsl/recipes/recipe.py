"""A recipe as a value: how a network is trained and tested.

Each setting is a field of `Recipe`, which says how it is written in a spec. A setting with options
is a class whose fields are the options. The reader, its diagnostics and the list of required
settings are derived from these fields, so a new setting is declared here and nowhere else.
"""

from __future__ import annotations

from dataclasses import KW_ONLY
from fractions import Fraction

from archdsl import limits
from archdsl.frozen import Frozen
from archdsl.params.kinds import Boolean, Choice, Integer, Maybe, Real, parameter
from archdsl.params.numbers import Number
from archdsl.settings.forms import (
    ChoiceForm,
    OptionsForm,
    PartsForm,
    Setting,
    ValueForm,
    Vocabulary,
    setting,
    settings_text,
)
from archdsl.settings.kinds import (
    COUNT,
    PART,
    POSITIVE,
    SHARE,
    SIDE,
    Broadcast,
    ClassWeights,
    Increasing,
    OneOf,
    PartNames,
    QuotedText,
    SizeRange,
    TupleOf,
    Words,
)
from archdsl.shown import text_block

# The statistics of SlowFast and PyTorchVideo for Kinetics: one number for each of R, G and B.
KINETICS_MEAN = (Fraction(45, 100),) * 3
KINETICS_STD = (Fraction(225, 1000),) * 3
ADAM_BETAS = (Fraction(9, 10), Fraction(999, 1000))


class Sgd(Setting):
    """Stochastic gradient descent. `lr` is the learning rate at the recipe's batch size."""

    name = "sgd"
    lr: Number = parameter(POSITIVE)
    momentum: Number = parameter(SHARE, 0)
    nesterov: bool = parameter(Boolean(), False)
    weight_decay: Number = parameter(Real(least=0), 0)


class AdamW(Setting):
    """Adam with decoupled weight decay. `lr` is the learning rate at the recipe's batch size."""

    name = "adamw"
    lr: Number = parameter(POSITIVE)
    betas: tuple[Number, Number] = parameter(TupleOf(SHARE, 2), ADAM_BETAS)
    weight_decay: Number = parameter(Real(least=0), Fraction(1, 100))


class Cosine(Setting):
    """The rate follows half a cosine, from the optimiser's rate to `final` times that rate."""

    name = "cosine"
    final: Number = parameter(Real(0, 1), 0)


class Steps(Setting):
    """The rate is multiplied by `factor` after each of these epochs."""

    name = "steps"
    leading = "at"
    at: tuple[int, ...] = parameter(Increasing())
    factor: Number = parameter(PART, Fraction(1, 10))


class Constant(Setting):
    """The rate is the same from the first step to the last."""

    name = "constant"


class Warmup(Setting):
    """The rate rises linearly from `start` over `epochs`, to the schedule's rate at that epoch."""

    name = "warmup"
    leading = "epochs"
    epochs: Number = parameter(POSITIVE)
    start: Number = parameter(Real(least=0), 0)


class Clip(Setting):
    """A clip of `frames`: every `stride`-th frame of the video at `rate` frames per second."""

    name = "clip"
    frames: int = parameter(COUNT)
    stride: int = parameter(COUNT, 1)
    rate: Number = parameter(Real(1, 1000), 30)


class ScaleJitter(Setting):
    """The shorter side of a video is scaled to a random length in this range, in pixels."""

    name = "scale_jitter"
    leading = "sides"
    sides: tuple[int, int] = parameter(SizeRange())


class Resize(Setting):
    """A video is scaled to this height and width, in pixels; its aspect ratio is not kept."""

    name = "resize"
    leading = "size"
    size: tuple[int, int] = parameter(Broadcast(SIDE, 2))


class AutoAugment(Setting):
    """AutoAugment's policy for ImageNet, drawn once per clip and applied to all its frames."""

    name = "autoaugment"


class RandAugment(Setting):
    """RandAugment: `number` operations of one `magnitude`, drawn once per clip."""

    name = "randaugment"
    number: int = parameter(Integer(1, 100), 2)
    magnitude: int = parameter(Integer(0, 30), 9)


class Normalise(Setting):
    """Pixels in [0, 1] have `mean` subtracted and are divided by `std`, for each of R, G, B."""

    name = "normalise"
    mean: tuple[Number, ...] = parameter(Broadcast(Real(0, 1), 3), KINETICS_MEAN)
    std: tuple[Number, ...] = parameter(Broadcast(PART, 3), KINETICS_STD)


class Views(Setting):
    """The test averages `clips`, evenly spaced in time, times `crops` (1 or 3).

    The shorter side of the video is scaled to `size` pixels. The crops are `size` x `size`, evenly
    spaced along the longer side.
    """

    name = "views"
    clips: int = parameter(COUNT)
    size: int = parameter(SIDE)
    crops: int = parameter(OneOf((1, 3)), 1)


class FullLength(Setting):
    """The test runs on the whole video in one pass, scaled to `size`.

    It takes every `stride`-th frame at the clip's rate, and at most `frames` of them.
    """

    name = "full_length"
    size: tuple[int, int] = parameter(Broadcast(SIDE, 2))
    frames: int | None = parameter(Maybe(COUNT), None)
    stride: int = parameter(COUNT, 1)


class Recipe(Frozen):
    """The defaults of the emitted scripts; their command line can override them."""

    name: str
    network: str
    doc: str | None
    _: KW_ONLY
    epochs: int = setting(ValueForm(Integer(1, limits.EPOCHS)))
    """Passes over the list of training videos."""
    batch: int = setting(ValueForm(Integer(1, limits.BATCH)))
    """Clips per optimiser step, summed over all processes."""
    optimizer: Sgd | AdamW = setting(ChoiceForm((Sgd, AdamW)))
    """How the weights change in a step."""
    schedule: Cosine | Steps | Constant = setting(
        ChoiceForm((Cosine, Steps, Constant)), default=Constant()
    )
    """How the learning rate changes from epoch to epoch."""
    warmup: Warmup | None = setting(OptionsForm(Warmup), default=None)
    no_decay: tuple[str, ...] = setting(ValueForm(Words(("norms", "biases"))), default=())
    """Parameters without weight decay."""
    freeze: tuple[str, ...] = setting(ValueForm(PartNames()), default=())
    """Parts of the network, or patterns of their names, that keep their weights."""
    rates: tuple[tuple[str, Number], ...] = setting(PartsForm(POSITIVE), default=())
    """Parts of the network that learn at another rate, and by what the rate is multiplied."""
    clip: Clip = setting(OptionsForm(Clip))
    short: str = setting(ValueForm(Choice(("loop", "hold", "skip"))), default="loop")
    """What follows the last frame of a video that is shorter than a clip."""
    crop: int = setting(ValueForm(SIDE))
    """The side of a random square of a clip, in pixels; in validation it is the centre."""
    scale: ScaleJitter | Resize = setting(OptionsForm(ScaleJitter), OptionsForm(Resize))
    flip: Number = setting(ValueForm(Real(0, 1), bare=Fraction(1, 2)), default=0)
    """The probability that a clip is mirrored."""
    augment: AutoAugment | RandAugment | None = setting(
        OptionsForm(AutoAugment), OptionsForm(RandAugment), default=None
    )
    normalise: Normalise = setting(OptionsForm(Normalise), default=Normalise())
    dropout: Number | None = setting(ValueForm(SHARE), default=None)
    """The network's `dropout`; None keeps the network's own value."""
    loss: str = setting(
        ValueForm(Choice(("cross_entropy", "binary_cross_entropy"))), default="cross_entropy"
    )
    """The latter is for videos of several classes, each of which is told by itself."""
    label_smoothing: Number = setting(ValueForm(SHARE), default=0)
    """As in torch's cross entropy."""
    class_weights: str | tuple[Number, ...] | None = setting(
        ValueForm(ClassWeights()), default=None
    )
    """What the loss of a clip is multiplied by; `balanced` follows from the training list."""
    sampling: str = setting(ValueForm(Choice(("uniform", "balanced"))), default="uniform")
    """How often videos are drawn: all of them once an epoch, or all classes equally often."""
    precision: str = setting(ValueForm(Choice(("fp32", "bf16", "fp16"))), default="fp32")
    """The data type of activations, under torch.autocast where it is not fp32."""
    ema: Number | None = setting(ValueForm(SHARE), default=None)
    """The decay of the exponential moving average of the weights."""
    accumulate: int = setting(ValueForm(Integer()), default=1)
    """The number of parts into which each process divides its clips of a step."""
    clip_gradients: Number | None = setting(ValueForm(POSITIVE), default=None)
    """The largest norm of the gradients; larger ones are scaled down to it."""
    precise_bn: int | None = setting(ValueForm(Integer(1, limits.BATCH)), default=None)
    """The number of batches that batch norm's statistics are measured on after an epoch."""
    sync_bn: bool = setting(ValueForm(Boolean(), bare=True), default=False)
    """Whether the statistics of batch norms are shared by all processes."""
    pretrained: str | None = setting(ValueForm(QuotedText()), default=None)
    """The weights that the paper starts from, for the reader: nothing is loaded."""
    test: Views | FullLength = setting(ChoiceForm((Views, FullLength)))
    """How a video is tested: by views that are averaged, or as a whole."""

    @property
    def lines(self) -> list[str]:
        """Each setting that is required or is not its default, as a spec has it."""
        return [*settings_text(self).values()]

    def _repr_html_(self) -> str:
        settings = "\n".join(f"  {line}" for line in self.lines)
        return text_block(f"recipe {self.name} for {self.network} {{\n{settings}\n}}")


VOCABULARY = Vocabulary.of("recipe", Recipe)
"""The settings of a recipe."""
