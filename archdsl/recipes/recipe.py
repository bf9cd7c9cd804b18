"""A recipe: how a network is trained and tested, every setting known."""

from __future__ import annotations

from dataclasses import dataclass, field

from archdsl.params.numbers import Number
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
    Sgd,
    Steps,
    Views,
    Warmup,
)


@dataclass(frozen=True)
class Recipe:
    """What the emitted scripts do unless their flags say otherwise.

    `batch` counts the clips of one step over all processes, `accumulate` into how many parts
    each process divides its own; `flip` is a probability; `dropout` is the network's own where it
    is None; `precise_bn` counts batches, `clip_gradients` is a norm, `ema` a decay. `pretrained`
    says from which weights the paper starts, in words.
    """

    name: str
    network: str
    doc: str | None
    epochs: int
    batch: int
    optimizer: Sgd | AdamW
    clip: Clip
    crop: int
    scale: ScaleJitter | Resize
    test: Views | FullLength
    schedule: Cosine | Steps | Constant = field(default_factory=Constant)
    warmup: Warmup | None = None
    flip: Number = 0
    augment: AutoAugment | RandAugment | None = None
    normalise: Normalise = field(default_factory=Normalise)
    undecayed: tuple[str, ...] = ()
    """Which parameters have no weight decay: `norms`, `biases`."""
    dropout: Number | None = None
    label_smoothing: Number = 0
    precision: str = "fp32"
    """`fp32`, `bf16` or `fp16`: what activations are computed in."""
    ema: Number | None = None
    accumulate: int = 1
    clip_gradients: Number | None = None
    precise_bn: int | None = None
    sync_bn: bool = False
    pretrained: str | None = None
