"""Recipes written in tests, for a small network, or their mistakes."""

from __future__ import annotations

from archdsl.diagnostics import Diagnostics
from archdsl.recipes.recipe import Recipe
from tests.mistakes import Mistake, load_text

NETWORK = """network n(frames = 8, size = 32, classes: int = 4, dropout = 0.5) {
  input video: 3 x frames x size^2
  conv(8, kernel = 3)
  batch_norm
  mean
  dropout(dropout)
  linear(classes)
}
"""
"""A network of one video, of any size."""

SETTINGS = (
    "epochs 10",
    "batch 8",
    "optimizer sgd(lr = 0.1)",
    "clip(frames = 8)",
    "scale_jitter 36..40",
    "crop 32",
    "test views(clips = 2, size = 36)",
)
"""The settings that every recipe must have."""


def spec(*settings: str, leaving_out: str = "", head: str = "recipe r for n") -> str:
    """A spec with the network and a recipe: these settings, and the required ones."""
    left_out = {leaving_out, *map(_name, settings)}
    rest = [setting for setting in SETTINGS if _name(setting) not in left_out]
    return f"{NETWORK}{head} {{\n" + "\n".join([*rest, *settings]) + "\n}\n"


def _name(setting: str) -> str:
    return setting.split("(")[0].split()[0]


def recipe(text: str, network: str = "n", name: str | None = None) -> Recipe:
    """The recipe of a network.

    Raises:
        CompileError: there is a mistake in it.
    """
    result = load_text(text).recipe(network, name)
    assert result is not None
    return result


def mistakes(text: str) -> list[Mistake]:
    """The mistakes in the recipes of a spec."""
    diagnostics = Diagnostics()
    read = load_text(text)
    for name in read.recipes:
        read.check_recipe(name, diagnostics)
    return [Mistake.of(diagnostic) for diagnostic in diagnostics]
