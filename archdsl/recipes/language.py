"""What a recipe of the language may say, setting by setting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from fractions import Fraction
from typing import TypeAlias

from archdsl import limits
from archdsl.params.kinds import Boolean, Choice, Integer, Kind, Real, kind_of
from archdsl.recipes.kinds import POSITIVE, SHARE, SIDE, Quoted, Wording, Words
from archdsl.recipes.recipe import Recipe
from archdsl.recipes.settings import (
    AdamW,
    AutoAugment,
    Clip,
    Constant,
    Cosine,
    FullLength,
    Normalise,
    RandAugment,
    Resize,
    ScaleJitter,
    Setting,
    Sgd,
    Steps,
    Views,
    Warmup,
)


@dataclass(frozen=True)
class Plain:
    """A setting that is a single value: `epochs 300`. `alone` is what its name by itself means."""

    field: str
    kind: Kind
    alone: object = None


@dataclass(frozen=True)
class WithOptions:
    """A setting with options: `clip(frames = 13)`."""

    field: str
    setting: type[Setting]


@dataclass(frozen=True)
class Chosen:
    """A setting that is one of several, each with options: `optimizer sgd(lr = 0.1)`."""

    field: str
    settings: tuple[type[Setting], ...]


Said: TypeAlias = Plain | WithOptions | Chosen

SETTINGS: dict[str, Said] = {
    "epochs": Plain("epochs", Integer(1, limits.EPOCHS)),
    "batch": Plain("batch", Integer(1, limits.BATCH)),
    "optimizer": Chosen("optimizer", (Sgd, AdamW)),
    "schedule": Chosen("schedule", (Cosine, Steps, Constant)),
    "warmup": WithOptions("warmup", Warmup),
    "no_decay": Plain("undecayed", Words(("norms", "biases"))),
    "clip": WithOptions("clip", Clip),
    "scale_jitter": WithOptions("scale", ScaleJitter),
    "resize": WithOptions("scale", Resize),
    "crop": Plain("crop", SIDE),
    "flip": Plain("flip", Real(0, 1), alone=Fraction(1, 2)),
    "autoaugment": WithOptions("augment", AutoAugment),
    "randaugment": WithOptions("augment", RandAugment),
    "normalise": WithOptions("normalise", Normalise),
    "dropout": Plain("dropout", SHARE),
    "label_smoothing": Plain("label_smoothing", SHARE),
    "precision": Plain("precision", Choice(("fp32", "bf16", "fp16"))),
    "ema": Plain("ema", SHARE),
    "accumulate": Plain("accumulate", Integer()),
    "clip_gradients": Plain("clip_gradients", POSITIVE),
    "precise_bn": Plain("precise_bn", Integer(1, limits.BATCH)),
    "sync_bn": Plain("sync_bn", Boolean(), alone=True),
    "pretrained": Plain("pretrained", Quoted()),
    "test": Chosen("test", (Views, FullLength)),
}
"""The settings by name, with the field of a recipe that each one fills."""

GIVEN = ("name", "network", "doc")
"""Fields of a recipe that its head says."""

NEEDED = tuple(
    field.name
    for field in fields(Recipe)
    if field.default is MISSING and field.default_factory is MISSING and field.name not in GIVEN
)
"""Fields of a recipe that it has no default for."""


def names_of(field: str) -> tuple[str, ...]:
    """The settings that fill a field."""
    return tuple(name for name, said in SETTINGS.items() if said.field == field)


def form(name: str) -> str:
    """How a setting is written."""
    match SETTINGS[name]:
        case Plain(kind=kind):
            return f"`{name}` and {kind.expects}"
        case WithOptions(setting=setting):
            options = fields(setting)
            if [option.name for option in options] == [setting.leading]:
                return f"`{name}` and {kind_of(options[0]).expects}"
            return f"`{setting.signature()}`"
        case Chosen(settings=settings):
            return " or ".join(f"`{name} {setting.signature()}`" for setting in settings)


def _words() -> Iterator[str]:
    for said in SETTINGS.values():
        if isinstance(said, Chosen):
            yield from (setting.name for setting in said.settings)
        elif isinstance(said, Plain) and isinstance(said.kind, Wording):
            yield from said.kind.words


WORDS = frozenset(_words())
"""The words that settings know."""
