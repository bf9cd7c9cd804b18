"""The settings of a recipe, read from a spec."""

from __future__ import annotations

from archdsl.recipes.recipe import VOCABULARY
from archdsl.settings.forms import ValueForm
from archdsl.settings.kinds import PartNames
from archdsl.settings.reading.entries import SettingReader
from archdsl.settings.reading.hints import setting_hint
from archdsl.syntax import tree


class RecipeReader(SettingReader):
    """Reads the settings of a recipe."""

    vocabulary = VOCABULARY

    def hint(self, name: str) -> str | None:
        from archdsl.foreign import training  # tables that only a mistake needs

        return training.setting_hint(name) or setting_hint(name, VOCABULARY)


def names_parts(setting: tree.Setting) -> bool:
    """Whether the names in a setting are those of parts of the network."""
    form = VOCABULARY.forms.get(setting.name)
    return isinstance(form, ValueForm) and isinstance(form.kind, PartNames)
