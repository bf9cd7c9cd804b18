"""How a setting is written: the forms after its name, and which forms a recipe or a search has.

A form is a value (`epochs 300`), options (`clip(frames = 13)`), a choice that has options of its
own (`optimizer sgd(lr = 0.1)`), or a value for each of several parts (`rates(head = 10)`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, field, fields
from typing import Any, Protocol

from archdsl.diagnostics import alternatives
from archdsl.frozen import Frozen
from archdsl.params.kinds import Kind, kind_of
from archdsl.params.options import Configurable, literal
from archdsl.settings.kinds import PartNames, QuotedText, SizeRange, WordKind


class Form(Protocol):
    """How a setting is written, and the words that it accepts as values."""

    @property
    def words(self) -> tuple[str, ...]: ...

    def name(self, field: str) -> str:
        """The name of the setting that fills a field."""

    def syntax(self, name: str) -> str:
        """The setting with a placeholder for its value, for help texts."""

    def text(self, name: str, value: Any) -> str:
        """The setting with a value, as a spec has it."""


class Setting(Configurable):
    """Base class of the settings that have options; its fields are the options."""

    @classmethod
    def signature(cls) -> str:
        return super().signature() if fields(cls) else cls.name

    def text(self) -> str:
        """`cosine`, `warmup 5` or `clip(frames = 13, stride = 6)`."""
        changed = [o for o in fields(self) if getattr(self, o.name) != o.default]
        if self.leading is None or [option.name for option in changed] != [self.leading]:
            return str(self).removesuffix("()")
        value = getattr(self, self.leading)
        if isinstance(kind_of(changed[0]), SizeRange):
            return f"{self.name} {value[0]}..{value[1]}"
        return f"{self.name} {literal(value)}"


class ValueForm(Frozen):
    """A setting with a single value: `epochs 300`. The bare name of a setting means `bare`."""

    kind: Kind
    bare: object = None

    def name(self, field: str) -> str:
        return field

    def syntax(self, name: str) -> str:
        return f"`{name}` and {self.kind.expects}"

    def text(self, name: str, value: Any) -> str:
        if value == self.bare:
            return name
        match self.kind, value:
            case PartNames(), tuple():
                return f"{name} {_quoted(', '.join(value))}"
            case QuotedText(), str():
                return f"{name} {_quoted(value)}"
            case _, (word,):
                return f"{name} {word}"
        return f"{name} {literal(value)}"

    @property
    def words(self) -> tuple[str, ...]:
        return self.kind.words if isinstance(self.kind, WordKind) else ()


class OptionsForm(Frozen):
    """A setting with options: `clip(frames = 13)`."""

    setting: type[Setting]
    words: tuple[str, ...] = ()

    def name(self, field: str) -> str:
        return self.setting.name

    def syntax(self, name: str) -> str:
        options = fields(self.setting)
        if [option.name for option in options] == [self.setting.leading]:
            return f"`{name}` and {kind_of(options[0]).expects}"
        return f"`{self.setting.signature()}`"

    def text(self, name: str, value: Any) -> str:
        text: str = value.text()
        return text


class ChoiceForm(Frozen):
    """A setting that names one of several, each with options: `optimizer sgd(lr = 0.1)`."""

    settings: tuple[type[Setting], ...]

    def name(self, field: str) -> str:
        return field

    def syntax(self, name: str) -> str:
        return alternatives(f"`{name} {setting.signature()}`" for setting in self.settings)

    def text(self, name: str, value: Any) -> str:
        return f"{name} {value.text()}"

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(setting.name for setting in self.settings)


class PartsForm(Frozen):
    """A setting with a value for each of several parts of the network: `rates(head = 10)`."""

    kind: Kind

    def name(self, field: str) -> str:
        return field

    def syntax(self, name: str) -> str:
        return f"`{name}(PART = VALUE)`, where each value is {self.kind.expects}"

    def text(self, name: str, value: Any) -> str:
        return f"{name}({', '.join(f'{part} = {literal(each)}' for part, each in value)})"

    @property
    def words(self) -> tuple[str, ...]:
        return ()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def options_of(form: Form) -> tuple[type[Setting], ...]:
    """The settings with options that a form can be."""
    if isinstance(form, OptionsForm):
        return (form.setting,)
    return form.settings if isinstance(form, ChoiceForm) else ()


def settings_text(definition: Frozen) -> dict[str, str]:
    """Each setting that is required or is not its default, by the field that it fills."""
    written = {}
    for own in fields(definition):
        value = getattr(definition, own.name)
        if "forms" in own.metadata and (own.default is MISSING or value != own.default):
            # The forms of a field with several, such as `scale`, are of one kind.
            written[own.name] = own.metadata["forms"][0].text(own.name, value)
    return written


def setting(*forms: Form, default: object = MISSING) -> Any:
    """A field of a recipe or a search, which a setting in one of these forms fills."""
    return field(default=default, metadata={"forms": forms})


class Vocabulary(Frozen):
    """The settings of one kind of definition: how each is written, and which field it fills.

    `what` is that kind, `recipe`. A field can have several forms: `scale` is `scale_jitter` or
    `resize`. `required` are the fields without a default.
    """

    what: str
    forms: Mapping[str, Form]
    fields: Mapping[str, str]
    required: tuple[str, ...]

    @staticmethod
    def of(what: str, kind: type[Frozen]) -> Vocabulary:
        """The settings that fill the fields of a class."""
        own = [field for field in fields(kind) if "forms" in field.metadata]
        named = [
            (form.name(field.name), field.name, form)
            for field in own
            for form in field.metadata["forms"]
        ]
        forms = {name: form for name, _, form in named}
        filled = {name: field for name, field, _ in named}
        required = tuple(field.name for field in own if field.default is MISSING)
        return Vocabulary(what, forms, filled, required)

    def with_forms(self, forms: Mapping[str, Form]) -> Vocabulary:
        """The vocabulary with more settings, each of which fills a field of its own name."""
        fields = {**self.fields, **{name: name for name in forms}}
        return Vocabulary(self.what, {**self.forms, **forms}, fields, self.required)

    @property
    def words(self) -> frozenset[str]:
        """The words that settings accept as values."""
        own = {word for form in self.forms.values() for word in form.words}
        settings = (setting for form in self.forms.values() for setting in options_of(form))
        kinds = (kind_of(option) for setting in settings for option in fields(setting))
        listed = {word for kind in kinds if isinstance(kind, WordKind) for word in kind.words}
        return frozenset(own | listed)

    def settings_for(self, field: str) -> tuple[str, ...]:
        """The settings that fill a field."""
        return tuple(name for name, filled in self.fields.items() if filled == field)

    def taking(self, kind: type) -> str | None:
        """The setting that has an option of this kind: `scale_jitter` for a range of sizes."""
        for name, form in self.forms.items():
            options = (option for setting in options_of(form) for option in fields(setting))
            if any(isinstance(kind_of(option), kind) for option in options):
                return name
        return None
