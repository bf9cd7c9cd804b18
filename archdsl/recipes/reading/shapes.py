"""Shapes of what a recipe gives to its network."""

from __future__ import annotations

from archdsl.recipes.recipe import Recipe
from archdsl.recipes.settings import FullLength


def clip_shape(recipe: Recipe) -> tuple[int, ...]:
    """A clip in training."""
    return (3, recipe.clip.frames, recipe.crop, recipe.crop)


def view_shape(recipe: Recipe) -> tuple[int, ...]:
    """A view of the test; of a whole video without a bound, as long as a clip."""
    test, frames = recipe.test, recipe.clip.frames
    if isinstance(test, FullLength) and test.frames is not None:
        frames = test.frames
    return (3, frames, *test_size(recipe))


def test_size(recipe: Recipe) -> tuple[int, int]:
    """Height and width in the test."""
    size = recipe.test.size
    return size if isinstance(size, tuple) else (size, size)
