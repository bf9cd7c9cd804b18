"""The forms of settings that only searches have: recipes by name, and bounds of costs."""

from __future__ import annotations

from archdsl.frozen import Frozen


class RecipeForm(Frozen):
    """A setting that names a recipe, with parameters: `train i3d_train(epochs = 60)`."""

    words: tuple[str, ...] = ()

    def name(self, field: str) -> str:
        return field

    def syntax(self, name: str) -> str:
        return f"`{name} RECIPE`"

    def text(self, name: str, value: object) -> str:
        return f"{name} {value}"


class BoundForm(Frozen):
    """A setting that bounds a metric: `macs <= 2G`, or `macs 1.9G..2.1G`."""

    words: tuple[str, ...] = ()

    def name(self, field: str) -> str:
        return field

    def syntax(self, name: str) -> str:
        return f"`{name} <= 2G` or `{name} 1.9G..2.1G`"

    def text(self, name: str, value: object) -> str:
        return str(value)
