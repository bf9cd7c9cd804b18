"""A recipe as a spec writes it, with the values of its settings: for listings and written specs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields

from archdsl.params.options import literal
from archdsl.recipes.recipe import Recipe, ScaleJitter
from archdsl.settings.forms import (
    ChoiceForm,
    Form,
    OptionsForm,
    PartsForm,
    Setting,
    ValueForm,
)
from archdsl.settings.kinds import PartNames, QuotedText


def settings_text(recipe: Recipe) -> dict[str, str]:
    """Each setting that is required or is not its default, by the field that it fills."""
    return dict(_written(recipe))


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


def _written(recipe: Recipe) -> Iterator[tuple[str, str]]:
    for field in fields(Recipe):
        value = getattr(recipe, field.name)
        if "forms" in field.metadata and (field.default is MISSING or value != field.default):
            # The forms of a field with several, such as `scale`, are of one kind.
            yield field.name, _setting(field.name, field.metadata["forms"][0], value)


def _setting(name: str, form: Form, value: object) -> str:
    match form, value:
        case ChoiceForm(), Setting():
            return f"{name} {_options(value)}"
        case OptionsForm(), Setting():
            return _options(value)
        case PartsForm(), tuple():
            return f"{name}({', '.join(f'{part} = {literal(factor)}' for part, factor in value)})"
        case ValueForm(bare=bare), _ if value == bare:
            return name
        case ValueForm(kind=PartNames()), tuple():
            return f"{name} {_quoted(', '.join(value))}"
        case ValueForm(kind=QuotedText()), str():
            return f"{name} {_quoted(value)}"
        case ValueForm(), (word,):
            return f"{name} {word}"
    return f"{name} {literal(value)}"


def _options(value: Setting) -> str:
    """`cosine`, `warmup 5` or `clip(frames = 13, stride = 6)`."""
    if isinstance(value, ScaleJitter):
        return f"{value.name} {value.sides[0]}..{value.sides[1]}"
    changed = {o.name for o in fields(value) if getattr(value, o.name) != o.default}
    if value.leading is not None and changed == {value.leading}:
        return f"{value.name} {literal(getattr(value, value.leading))}"
    return str(value).removesuffix("()")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
