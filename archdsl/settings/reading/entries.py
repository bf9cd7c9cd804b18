"""Settings, evaluated: the value of each, and the span that gives it.

The spans are kept because checks point to options, not to whole settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, TypeAlias

from archdsl.build.context import Frame
from archdsl.build.parameters import OptionReader
from archdsl.build.request import Fault
from archdsl.build.values import Value, describe
from archdsl.diagnostics import Label, alternatives, nearest
from archdsl.params.kinds import Kind, kind_of
from archdsl.program.program import name_span
from archdsl.settings.forms import (
    ChoiceForm,
    Form,
    OptionsForm,
    PartsForm,
    Setting,
    ValueForm,
    Vocabulary,
)
from archdsl.settings.kinds import convert
from archdsl.settings.reading.hints import choice_hint, other_choice, setting_hint, word_hint
from archdsl.settings.reading.parameters import Definition, shown
from archdsl.settings.reading.values import evaluate
from archdsl.source import Span
from archdsl.syntax import tree


@dataclass(frozen=True)
class Entry:
    """The value of a setting, and the spans of the value and of its options."""

    name: str
    value: Any
    span: Span
    options: Mapping[str, Span] = field(default_factory=dict)

    def span_of(self, option: str) -> Span:
        """The span of an option; that of the whole setting if the option has its default."""
        return self.options.get(option, self.span)


Entries: TypeAlias = dict[str, Entry]
"""Settings that were read, by the field that each fills."""


class SettingReader:
    """Reads the settings of one kind of definition in a frame.

    A subclass says which kind, and knows the forms that this kind alone has.
    """

    vocabulary: ClassVar[Vocabulary]

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def hint(self, name: str) -> str | None:
        """The help for a name that is no setting."""
        return setting_hint(name, self.vocabulary)

    def entry(self, setting: tree.Setting, form: Form, node: tree.Expression | None) -> Entry:
        """The entry of a setting in a form; `node` is its value, where it has no options.

        Raises:
            Fault: the setting does not accept this value or these options.
        """
        match form:
            case ValueForm():
                return self._value(setting, form, node)
            case ChoiceForm():
                return self._choice(setting, form, node)
            case PartsForm():
                return self._parts(setting, form)
            case OptionsForm():
                arguments, span = setting.arguments, setting.span
                return self._options(setting.name, form.setting, arguments, span)
        raise TypeError(form)

    def meant(self, name: str) -> str | None:
        """The setting that a name is likely to mean."""
        return nearest(name, self.vocabulary.forms)

    def implied(self, written: Entries) -> Entries:
        """What a definition has without saying so, beside what is written."""
        return {}

    def syntax(self, field: str) -> str:
        """How a field is written, for the help where it is missing."""
        names = self.vocabulary.settings_for(field)
        return " or ".join(self.vocabulary.forms[name].syntax(name) for name in names)

    def read_all(self, definition: Definition) -> Entries:
        """The settings of a definition. Required ones that are missing are reported."""
        faults = self.frame.findings.faults
        written = self.read(definition.settings)
        entries = self.implied(written) | written
        # A setting whose value is wrong or whose name is misspelt is not missing too.
        is_faulty = self.frame.findings.faults > faults
        faulty = {self.meant(s.name) for s in definition.settings} if is_faulty else set()
        absent = {f: self.vocabulary.settings_for(f) for f in self.vocabulary.required}
        missing = {f: n for f, n in absent.items() if f not in entries and faulty.isdisjoint(n)}
        if missing:
            names = [" or ".join(f"`{name}`" for name in own) for own in missing.values()]
            message = f"{shown(definition)} lacks {', '.join(names)}"
            help = f"write {self.syntax(next(iter(missing)))}"
            self.frame.findings.report(self.fault(message, name_span(definition), help=help))
        return entries

    def read(self, settings: Sequence[tree.Setting]) -> Entries:
        """Evaluate settings. A mistake in one is reported, and the others are still read."""
        entries: Entries = {}
        for setting in self.known(settings):
            try:
                entry = self._entry(setting)
            except Fault as fault:
                self.frame.findings.report(fault)
                continue
            if entry is not None:
                entries[self.vocabulary.fields[setting.name]] = entry
        return entries

    def known(self, settings: Sequence[tree.Setting]) -> list[tree.Setting]:
        """The settings whose names are known, without repetitions; the others are reported."""
        first: dict[str, tree.Setting] = {}
        findings, what = self.frame.findings, self.vocabulary.what
        for setting in settings:
            filled = self.vocabulary.fields.get(setting.name)
            if filled is None:
                message, help = f"a {what} has no setting `{setting.name}`", self.hint(setting.name)
                findings.report(self.fault(message, _name_span(setting), help=help))
            # Two settings can fill one field, such as `scale_jitter` and `resize`.
            elif filled in first:
                findings.report(self._twice(setting, first[filled]))
            else:
                first[filled] = setting
        return list(first.values())

    def fault(
        self, message: str, span: Span, *, also: tuple[Label, ...] = (), help: str | None = None
    ) -> Fault:
        return self.frame.fault(self.vocabulary.what, message, span, also=also, help=help)

    def _twice(self, setting: tree.Setting, first: tree.Setting) -> Fault:
        also = (Label(first.span, "the first one"),)
        message = f"`{setting.name}` is set twice"
        if setting.name != first.name:
            what = self.vocabulary.what
            message = f"a {what} has `{first.name}` or `{setting.name}`, not both"
        return self.fault(message, _name_span(setting), also=also)

    def _entry(self, setting: tree.Setting) -> Entry | None:
        """The entry of a setting; None if it is set to `none`, the same as leaving it out.

        Raises:
            Fault: the setting does not accept this value or these options.
        """
        node = self._value_node(setting)
        if node is not None and self._is_none(node):
            return None
        return self.entry(setting, self.vocabulary.forms[setting.name], node)

    def _value_node(self, setting: tree.Setting) -> tree.Expression | None:
        """The expression after the name of a setting, None if there are options or nothing.

        Conditionals are decided here, because a branch may be a word or a choice with options, such
        as `schedule steps(8) if long else constant`, which `frame.evaluate` does not know.
        """
        if len(setting.arguments) != 1 or setting.arguments[0].name is not None:
            return None
        node = setting.arguments[0].value
        # A loop, since `a if x else b if y else c` is one conditional in another.
        while isinstance(node, tree.Conditional):
            node = node.then if self.frame.truth(node.test) else node.other
        return node

    def _is_none(self, node: tree.Expression) -> bool:
        # A parameter that is `none` leaves a setting out too, so that a family can offer one.
        if isinstance(node, tree.Name):
            return self.frame.names.get(node.name, ...) is None
        return isinstance(node, tree.Constant) and node.value is None

    def _value(self, setting: tree.Setting, form: ValueForm, node: tree.Expression | None) -> Entry:
        """`epochs 300`, or a bare `flip`."""
        name, kind = setting.name, form.kind
        if node is None and not setting.arguments and form.bare is not None:
            return Entry(name, form.bare, setting.span)
        if node is None:
            what = "this has options" if setting.arguments else "it has no value"
            raise self.fault(f"`{name}` must be {kind.expects}, but {what}", setting.span)
        value = evaluate(self.frame, node, kind, self.vocabulary)
        if not kind.accepts(value):
            message = f"`{name}` must be {kind.expects}, but this is {describe(value)}"
            raise self.fault(message, node.span, help=word_hint(kind, value))
        return Entry(name, convert(kind, value), node.span)

    def _choice(
        self, setting: tree.Setting, form: ChoiceForm, node: tree.Expression | None
    ) -> Entry:
        """`optimizer sgd(lr = 0.1)`, or `schedule cosine`."""
        kinds = {kind.name: kind for kind in form.settings}
        wanted = f"`{setting.name}` must be {alternatives(f'`{name}`' for name in kinds)}"
        help = f"write {form.syntax(setting.name)}"
        if not isinstance(node, tree.Call | tree.Name):
            span = node.span if node else setting.span
            message = f"{wanted}, but {f'this is `{span.text}`' if node else 'none is named'}"
            raise self.fault(message, span, help=help)
        name, arguments = tree.split_call(node)
        if name.name not in kinds:
            message = f"{wanted}, but this is `{name.name}`"
            hint = choice_hint(name.name, tuple(kinds)) or help
            raise self.fault(message, name.span, help=hint)
        for argument in arguments:
            if other := other_choice(form, kinds[name.name], argument.name or ""):
                message = f"`{argument.name}` is an option of `{other}`, but this is `{name.name}`"
                raise self.fault(message, argument.span)
        return self._options(setting.name, kinds[name.name], arguments, node.span)

    def _options(
        self, name: str, kind: type[Setting], arguments: Sequence[tree.Argument], span: Span
    ) -> Entry:
        """`clip(frames = 13)`, or `warmup 35` where the leading option goes without its name."""
        read = _Options(self.frame, kind, self.vocabulary).read(arguments, span)
        options = {option.name: kind_of(option) for option in fields(kind)}
        values = {option: convert(options[option], value) for option, value in read.values.items()}
        return Entry(name, kind(**values), span, read.spans)

    def _parts(self, setting: tree.Setting, form: PartsForm) -> Entry:
        """`rates(head = 10)`."""
        values: dict[str, object] = {}
        for argument in setting.arguments:
            if argument.name is None:
                message = f"`{setting.name}` needs the name of a part before each value"
                help = f"write {form.syntax(setting.name)}"
                raise self.fault(message, argument.span, help=help)
            if argument.name in values:
                raise self.fault(f"`{argument.name}` is given twice", argument.span)
            value = values[argument.name] = self.frame.evaluate(argument.value)
            if not form.kind.accepts(value):
                what = f"`{argument.name}` of `{setting.name}`"
                message = f"{what} must be {form.kind.expects}, but this is {describe(value)}"
                raise self.fault(message, argument.span)
        if not values:
            help = f"write {form.syntax(setting.name)}"
            raise self.fault(f"`{setting.name}` names no part", setting.span, help=help)
        spans = {argument.name: argument.span for argument in setting.arguments if argument.name}
        return Entry(setting.name, tuple(values.items()), setting.span, spans)


class _Options(OptionReader):
    """Reads the options of a setting, which may be words, ranges and texts."""

    def __init__(self, frame: Frame, kind: type[Setting], vocabulary: Vocabulary) -> None:
        super().__init__(frame, kind)
        self.vocabulary = vocabulary
        self.code = vocabulary.what

    def evaluate(self, node: tree.Expression, kind: Kind) -> Value:
        return evaluate(self.frame, node, kind, self.vocabulary)

    def hint(self, kind: Kind, value: Value) -> str | None:
        return word_hint(kind, value)


def _name_span(setting: tree.Setting) -> Span:
    start = setting.span.start
    return Span(setting.span.source, start, start + len(setting.name))
