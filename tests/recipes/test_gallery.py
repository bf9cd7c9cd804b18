"""The recipes of the specs have the values of the papers, for every network."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from archdsl.recipes.recipe import (
    AutoAugment,
    Clip,
    Cosine,
    FullLength,
    Recipe,
    Resize,
    ScaleJitter,
    Sgd,
    Views,
    Warmup,
)
from archdsl.spec import load

SPECS = Path(__file__).resolve().parents[2] / "specs"
MOMENTUM, DECAY = Fraction("0.9"), Fraction("5e-5")
CELLS = ("nl", "gpb", "agnostic", "attention")


def _recipe(spec: str, network: str) -> Recipe:
    recipe = load(SPECS / f"{spec}.arch").recipe(network)
    assert recipe is not None
    assert recipe.name == f"{network}_train"
    return recipe


@pytest.mark.parametrize(
    ("spec", "epochs", "batch", "clip", "crop", "sides"),
    [
        ("x3d_xs", 300, 128, Clip(4, 12), 160, (182, 228)),
        ("x3d_s", 300, 128, Clip(13, 6), 160, (182, 228)),
        ("x3d_m", 300, 128, Clip(16, 5), 224, (256, 320)),
        ("x3d_l", 256, 64, Clip(16, 5), 312, (356, 446)),
    ],
)
def test_x3d(
    spec: str, epochs: int, batch: int, clip: Clip, crop: int, sides: tuple[int, int]
) -> None:
    recipe = _recipe(spec, spec)
    assert (recipe.epochs, recipe.batch, recipe.clip, recipe.crop) == (epochs, batch, clip, crop)
    assert recipe.scale == ScaleJitter(sides)
    assert recipe.test == Views(clips=10, crops=3, size=sides[0])
    assert recipe.optimizer == Sgd(Fraction(batch, 1280), MOMENTUM, True, DECAY)
    assert (recipe.schedule, recipe.warmup) == (Cosine(), Warmup(35, Fraction(1, 100)))
    assert (recipe.no_decay, recipe.precise_bn, recipe.augment) == (("norms",), 200, None)


@pytest.mark.parametrize(
    ("spec", "variants", "clip", "crop", "sides"),
    [
        ("autox3d_s", ("", "_plain"), Clip(13, 6), 160, (182, 228)),
        ("autox3d_m", ("", "_plain"), Clip(16, 5), 224, (256, 320)),
        ("autox3d_l", ("", "_plain", "_printed", "_printed_plain"), Clip(16, 5), 312, (356, 446)),
    ],
)
def test_autox3d(
    spec: str, variants: tuple[str, ...], clip: Clip, crop: int, sides: tuple[int, int]
) -> None:
    for variant in variants:
        recipe = _recipe(spec, f"{spec}{variant}")
        assert (recipe.epochs, recipe.batch) == (300, 192)
        assert recipe.optimizer == Sgd(Fraction("1.6"), MOMENTUM, weight_decay=DECAY)
        assert (recipe.clip, recipe.crop, recipe.scale) == (clip, crop, ScaleJitter(sides))
        assert (recipe.augment, recipe.dropout) == (AutoAugment(), Fraction(1, 2))
        assert (recipe.schedule, recipe.warmup) == (Cosine(), None)
        assert recipe.test == Views(clips=10, crops=3, size=sides[0])


@pytest.mark.parametrize(("backbone", "frames"), [("i3d", 75), ("s3d", 75), ("i3d_r50", 18)])
def test_moments_in_time(backbone: str, frames: int) -> None:
    kinetics, moments = _recipe(backbone, backbone), _recipe(backbone, f"{backbone}_mit")
    name = f"{backbone}_mit"
    test = replace(kinetics.test, frames=frames)
    told = {"name": f"{name}_train", "network": name, "doc": moments.doc}
    assert moments == replace(kinetics, epochs=45, test=test, **told)


@pytest.mark.parametrize(
    ("backbone", "epochs", "batch", "rate", "clip", "frames"),
    [
        ("i3d", 135, 300, "0.1", Clip(64, 1, 25), 250),
        ("s3d", 135, 300, "0.1", Clip(64, 1, 25), 250),
        ("i3d_r50", 150, 200, "0.4", Clip(16, 4, 25), 64),
    ],
)
def test_attention_nas(
    backbone: str, epochs: int, batch: int, rate: str, clip: Clip, frames: int
) -> None:
    with_cells = [(f"{backbone}_attention", f"{backbone}_{cells}") for cells in CELLS]
    for spec, network in [(backbone, backbone), *with_cells]:
        recipe = _recipe(spec, network)
        assert (recipe.epochs, recipe.batch) == (epochs, batch)
        assert (recipe.optimizer.lr, recipe.schedule) == (Fraction(rate), Cosine())
        assert (recipe.clip, recipe.scale, recipe.crop) == (clip, Resize((256, 256)), 224)
        assert recipe.test == FullLength((256, 256), frames, clip.stride)
        assert recipe.flip == Fraction(1, 2)
        assert recipe.pretrained is not None
