"""A recipe as a spec writes it, with the values of its settings: for listings and written specs."""

from __future__ import annotations

from archdsl.recipes.recipe import Recipe
from archdsl.settings.forms import settings_text


def recipe_text(recipe: Recipe, video: str, shape: tuple[int, ...]) -> str:
    """A recipe as a definition; its clip and crop follow an input of this name and shape."""
    lines = settings_text(recipe)
    _, frames, height, _ = shape
    if recipe.clip.frames == frames:
        lines["clip"] = lines["clip"].replace(f"frames = {frames}", f"frames = {video}.frames")
    if recipe.crop == height:
        lines["crop"] = f"crop {video}.height"
    body = "".join(f"  {line}\n" for line in lines.values())
    return f"recipe {recipe.name} for {recipe.network} {{\n{body}}}\n"
