"""What is meant by an unknown setting, method or objective of a search."""

from __future__ import annotations

from archdsl.costs.metrics import METRICS
from archdsl.recipes import recipe
from archdsl.searches.search import ACCURACIES, VOCABULARY
from archdsl.settings.reading import hints


def setting_hint(name: str) -> str | None:
    """What to write for a setting that no search has."""
    from archdsl.foreign import searching  # tables that only a mistake needs

    if name in recipe.VOCABULARY.forms:
        return "it is a setting of recipes: write it in the recipe that `train` names"
    return searching.setting_hint(name) or hints.setting_hint(name, VOCABULARY)


def meant_setting(name: str) -> str | None:
    """The setting that has another name in other tools."""
    from archdsl.foreign import searching  # tables that only a mistake needs

    return searching.called(name)


def foreign_method(name: str) -> tuple[str, str | None] | None:
    """The message for a method of other tools, and what to write; None for any other name."""
    from archdsl.foreign import searching  # tables that only a mistake needs

    hint = searching.method_hint(name)
    return (f"a search has no method `{name}`", hint) if hint else None


def objective_hint(setting: str, metric: str) -> str | None:
    """What to write where a cost is maximised, or an accuracy minimised; else None."""
    if setting == "maximise":
        return f"write `minimise {metric}`" if metric in METRICS else None
    return f"write `maximise {metric}`" if metric in ACCURACIES else None
