"""Recipes written in tests: built for a small network, or the mistakes that stand in their way."""

from __future__ import annotations

from archdsl.diagnostics import Diagnostics
from archdsl.recipes.recipe import Recipe
from tests.mistakes import Mistake, loaded

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
"""What a recipe cannot go without."""


def spec(*settings: str, leaving_out: str = "", head: str = "recipe r for n") -> str:
    """The network, and a recipe for it with these settings; the rest is as above."""
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
    found = loaded(text).recipe(network, name)
    assert found is not None
    return found


def mistakes(text: str) -> list[Mistake]:
    """What is said of the recipes of a spec."""
    diagnostics = Diagnostics()
    read = loaded(text)
    for name in read.recipes:
        read.check_recipe(name, diagnostics)
    return [Mistake.of(diagnostic) for diagnostic in diagnostics]
