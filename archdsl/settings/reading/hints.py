"""What is meant by an unknown setting, option or word."""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.build.values import Value
from archdsl.diagnostics import alternatives, did_you_mean, suggestion
from archdsl.params.kinds import Kind
from archdsl.settings.forms import ChoiceForm, Setting, Vocabulary, options_of
from archdsl.settings.kinds import WordKind


def setting_hint(name: str, vocabulary: Vocabulary) -> str | None:
    """The help for an unknown setting: an option of a known one, or a misspelt name."""
    for field, form in vocabulary.forms.items():
        kinds = form.settings if isinstance(form, ChoiceForm) else ()
        if any(kind.name == name for kind in kinds):
            return f"write `{field} {name}(...)`"
    return _option_hint(name, vocabulary) or suggestion(name, vocabulary.forms)


def _option_hint(name: str, vocabulary: Vocabulary) -> str | None:
    """The help for a setting that is an option of others: `lr`."""
    written = [
        f"`{field} {kind.name}({name} = ...)`" if field != kind.name else f"`{field}({name} = ...)`"
        for field, form in vocabulary.forms.items()
        for kind in options_of(form)
        if name in kind.__dataclass_fields__
    ]
    return f"it is an option: write {alternatives(written)}" if written else None


def other_choice(form: ChoiceForm, kind: type[Setting], option: str) -> str | None:
    """The choice of a form that has an option which this one lacks: `sgd(betas = ...)`."""
    if option in kind.__dataclass_fields__:
        return None
    return next((o.name for o in form.settings if option in o.__dataclass_fields__), None)


def choice_hint(word: str, choices: Sequence[str]) -> str | None:
    """The word that is meant, of these: by its name elsewhere, or as it is spelt."""
    from archdsl.foreign.words import value_hint  # a table that only a mistake needs

    return value_hint(word, choices) or did_you_mean(word, choices)


def word_hint(kind: Kind, value: Value) -> str | None:
    """A suggestion for a misspelt word, or for one of another script."""
    if not isinstance(kind, WordKind):
        return None
    given = value if isinstance(value, tuple) else (value,)
    unknown = [each for each in given if isinstance(each, str) and each not in kind.words]
    return choice_hint(unknown[0], kind.words) if unknown else None
