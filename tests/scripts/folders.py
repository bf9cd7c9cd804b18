"""Folders to train in: a build of the small network with a recipe, and videos for it."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from archdsl.emit.scripts import Target, scripts
from archdsl.recipes.recipe import (
    AdamW,
    Clip,
    Cosine,
    RandAugment,
    Recipe,
    ScaleJitter,
    Sgd,
    Views,
    Warmup,
)
from archdsl.spec import load

HERE = Path(__file__).parent
TARGET = Target("small", "Small", ("classes", "dropout"), "Small: trained in seconds.", 3)
RATE = 15

MINIMAL = Recipe(
    name="small_train",
    network="small",
    doc=None,
    epochs=2,
    batch=4,
    optimizer=Sgd(Fraction(1, 10)),
    clip=Clip(frames=4, stride=2, rate=RATE),
    crop=24,
    scale=ScaleJitter((24, 32)),
    test=Views(clips=2, size=24, crops=3),
)

MAXIMAL = replace(
    MINIMAL,
    name="small_full",
    short="hold",
    doc="""All that a recipe may set, with "quotes", {{ braces }} and a \\ in its doc.""",
    epochs=3,
    optimizer=AdamW(Fraction(1, 100)),
    schedule=Cosine(final=Fraction(1, 100)),
    warmup=Warmup(Fraction(1, 2), start=Fraction(1, 10_000)),
    flip=Fraction(1, 2),
    augment=RandAugment(),
    no_decay=("norms", "biases"),
    rates=(("linear", 10),),
    dropout=Fraction(1, 4),
    label_smoothing=Fraction(1, 10),
    class_weights="balanced",
    sampling="balanced",
    precision="bf16",
    ema=Fraction(9, 10),
    accumulate=2,
    clip_gradients=1,
    precise_bn=2,
    sync_bn=True,
    pretrained='weights of "Kinetics-400"',
)


def write_build(folder: Path, recipe: Recipe, target: Target = TARGET) -> Path:
    """A network's module and its scripts."""
    folder.mkdir()
    network = load(HERE / "small.arch").network()
    for name, text in {"small.py": network.source(), **scripts(recipe, target)}.items():
        (folder / name).write_text(text)
    return folder


def write_videos(folder: Path, train: int = 10, val: int = 5) -> Path:
    """Short videos of brightness that rises, falls or stays, with lists."""
    folder.mkdir()
    for name, count in (("train", train), ("val", val)):
        lines = [f"{name}{i}.mp4 {i % 3}\n" for i in range(count)]
        (folder / f"{name}.txt").write_text("".join(lines))
        for i in range(count):
            write_video(folder / f"{name}{i}.mp4", i)
    return folder


def write_video(path: Path, number: int, frames: int = 15) -> None:
    chance = np.random.default_rng(number)
    texture = chance.integers(0, 64, (36, 48, 3))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"threads": "1"})
        stream.width, stream.height, stream.pix_fmt = 48, 36, "yuv420p"
        for i in range(frames):
            slope = (number % 3 - 1) * (i - frames / 2) * 8
            image = np.clip(texture + 96 + slope, 0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode(None))


def environment(**more: str) -> dict[str, str]:
    """That of a script in a process of its own, on one core."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": "", **more}


def start(build: Path, *flags: object, **options: Any) -> subprocess.Popen[str]:
    """train.py in a process of its own."""
    command = [sys.executable, build / "train.py", *flags]
    return subprocess.Popen([*map(str, command)], env=environment(), text=True, **options)


def steps_of(epochs: int, videos: int, batch: int) -> int:
    return epochs * math.floor(videos / batch)
