"""The settings of a recipe, evaluated: the value of each, and the span that gives it.

The spans are kept because the checks in `checks` point to options, not to whole settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

from archdsl.build.context import Frame
from archdsl.build.parameters import OptionReader
from archdsl.build.request import Fault
from archdsl.build.values import Value, describe, show
from archdsl.diagnostics import Label, alternatives
from archdsl.params.kinds import Kind, kind_of
from archdsl.params.numbers import is_number
from archdsl.recipes.kinds import (
    ChoiceForm,
    Form,
    PartNames,
    PartsForm,
    QuotedText,
    Setting,
    SizeRange,
    ValueForm,
    WordKind,
    convert,
)
from archdsl.recipes.reading.hints import choice_hint, other_choice, setting_hint, word_hint
from archdsl.recipes.recipe import FIELDS, SETTINGS
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
"""The settings of a recipe, by the field that each fills."""


def read(frame: Frame, settings: Sequence[tree.Setting]) -> Entries:
    """Evaluate settings. A mistake in one is reported, and the others are still read."""
    entries: Entries = {}
    for setting in known_settings(frame, settings):
        try:
            entry = _read(frame, setting, SETTINGS[setting.name])
        except Fault as fault:
            frame.findings.report(fault)
            continue
        if entry is not None:
            entries[FIELDS[setting.name]] = entry
    return entries


def known_settings(frame: Frame, settings: Sequence[tree.Setting]) -> list[tree.Setting]:
    """The settings whose names are known, without repetitions; the others are reported."""
    first: dict[str, tree.Setting] = {}
    for setting in settings:
        if setting.name not in SETTINGS:
            hint = setting_hint(setting.name)
            message = f"a recipe has no setting `{setting.name}`"
            fault = frame.fault("recipe", message, _name_span(setting), help=hint)
            frame.findings.report(fault)
        # Two settings can fill one field, such as `scale_jitter` and `resize`.
        elif (filled := FIELDS[setting.name]) in first:
            frame.findings.report(_twice(frame, setting, first[filled]))
        else:
            first[filled] = setting
    return list(first.values())


def names_parts(setting: tree.Setting) -> bool:
    """Whether the names in a setting are those of parts of the network."""
    form = SETTINGS.get(setting.name)
    return isinstance(form, ValueForm) and isinstance(form.kind, PartNames)


def _name_span(setting: tree.Setting) -> Span:
    start = setting.span.start
    return Span(setting.span.source, start, start + len(setting.name))


def _twice(frame: Frame, setting: tree.Setting, first: tree.Setting) -> Fault:
    also = (Label(first.span, "the first one"),)
    message = f"`{setting.name}` is set twice"
    if setting.name != first.name:
        message = f"a recipe has `{first.name}` or `{setting.name}`, not both"
    return frame.fault("recipe", message, _name_span(setting), also=also)


def _read(frame: Frame, setting: tree.Setting, form: Form) -> Entry | None:
    """Evaluate a setting; None if it is set to `none`, which is the same as leaving it out.

    Raises:
        Fault: the setting does not accept this value or these options.
    """
    node = _value_node(frame, setting)
    if node is not None and _is_none(frame, node):
        return None
    if isinstance(form, ValueForm):
        return _read_value(frame, setting, form, node)
    if isinstance(form, ChoiceForm):
        return _read_choice(frame, setting, form, node)
    if isinstance(form, PartsForm):
        return _read_parts(frame, setting, form)
    return _read_options(frame, setting.name, form.setting, setting.arguments, setting.span)


def _value_node(frame: Frame, setting: tree.Setting) -> tree.Expression | None:
    """The expression after the name of a setting, None if there are options or nothing.

    Conditionals are decided here, because a branch may be a word or a choice with options, such as
    `schedule steps(8) if long else constant`, which `frame.evaluate` does not know.
    """
    if len(setting.arguments) != 1 or setting.arguments[0].name is not None:
        return None
    node = setting.arguments[0].value
    # A loop, since `a if x else b if y else c` is one conditional in another.
    while isinstance(node, tree.Conditional):
        node = node.then if frame.truth(node.test) else node.other
    return node


def _is_none(frame: Frame, node: tree.Expression) -> bool:
    # A parameter that is `none` leaves a setting out too, so that a family can offer one.
    if isinstance(node, tree.Name):
        return frame.names.get(node.name, ...) is None
    return isinstance(node, tree.Constant) and node.value is None


def _read_value(
    frame: Frame, setting: tree.Setting, form: ValueForm, node: tree.Expression | None
) -> Entry:
    """`epochs 300`, or a bare `flip`."""
    name, kind = setting.name, form.kind
    if node is None and not setting.arguments and form.bare is not None:
        return Entry(name, form.bare, setting.span)
    if node is None:
        what = "this has options" if setting.arguments else "it has no value"
        message = f"`{name}` must be {kind.expects}, but {what}"
        raise frame.fault("recipe", message, setting.span)
    value = evaluate(frame, node, kind)
    if not kind.accepts(value):
        message = f"`{name}` must be {kind.expects}, but this is {describe(value)}"
        raise frame.fault("recipe", message, node.span, help=word_hint(kind, value))
    return Entry(name, convert(kind, value), node.span)


def _read_choice(
    frame: Frame, setting: tree.Setting, form: ChoiceForm, node: tree.Expression | None
) -> Entry:
    """`optimizer sgd(lr = 0.1)`, or `schedule cosine`."""
    kinds = {kind.name: kind for kind in form.settings}
    wanted = f"`{setting.name}` must be {alternatives(f'`{name}`' for name in kinds)}"
    help = f"write {form.syntax(setting.name)}"
    if not isinstance(node, tree.Call | tree.Name):
        span = node.span if node else setting.span
        message = f"{wanted}, but {f'this is `{span.text}`' if node else 'none is named'}"
        raise frame.fault("recipe", message, span, help=help)
    name, arguments = tree.split_call(node)
    if name.name not in kinds:
        message = f"{wanted}, but this is `{name.name}`"
        hint = choice_hint(name.name, tuple(kinds)) or help
        raise frame.fault("recipe", message, name.span, help=hint)
    for argument in arguments:
        if other := other_choice(form, kinds[name.name], argument.name or ""):
            message = f"`{argument.name}` is an option of `{other}`, but this is `{name.name}`"
            raise frame.fault("recipe", message, argument.span)
    return _read_options(frame, setting.name, kinds[name.name], arguments, node.span)


def _read_options(
    frame: Frame,
    name: str,
    kind: type[Setting],
    arguments: Sequence[tree.Argument],
    span: Span,
) -> Entry:
    """`clip(frames = 13)`, or `warmup 35` where the leading option goes without its name."""
    read = _Reader(frame, kind).read(arguments, span)
    options = {option.name: kind_of(option) for option in fields(kind)}
    values = {option: convert(options[option], value) for option, value in read.values.items()}
    return Entry(name, kind(**values), span, read.spans)


def _read_parts(frame: Frame, setting: tree.Setting, form: PartsForm) -> Entry:
    """`rates(head = 10)`."""
    values: dict[str, object] = {}
    for argument in setting.arguments:
        if argument.name is None:
            message = f"`{setting.name}` needs the name of a part before each value"
            help = f"write {form.syntax(setting.name)}"
            raise frame.fault("recipe", message, argument.span, help=help)
        if argument.name in values:
            raise frame.fault("recipe", f"`{argument.name}` is given twice", argument.span)
        value = values[argument.name] = frame.evaluate(argument.value)
        if not form.kind.accepts(value):
            what = f"`{argument.name}` of `{setting.name}`"
            message = f"{what} must be {form.kind.expects}, but this is {describe(value)}"
            raise frame.fault("recipe", message, argument.span)
    if not values:
        help = f"write {form.syntax(setting.name)}"
        raise frame.fault("recipe", f"`{setting.name}` names no part", setting.span, help=help)
    spans = {argument.name: argument.span for argument in setting.arguments if argument.name}
    return Entry(setting.name, tuple(values.items()), setting.span, spans)


class _Reader(OptionReader):
    """Reads the options of a setting, which may be words, ranges and texts."""

    code = "recipe"

    def evaluate(self, node: tree.Expression, kind: Kind) -> Value:
        return evaluate(self.frame, node, kind)


def evaluate(frame: Frame, node: tree.Expression, kind: Kind) -> Value:
    """Evaluate an expression where a value of this kind is expected.

    Words, ranges and texts are values only here, where a kind accepts them. In the rest of the
    language a bare name must be defined.

    Raises:
        Fault: the expression has no value.
    """
    if isinstance(node, tree.Text) and isinstance(kind, QuotedText | PartNames):
        return node.text
    if isinstance(node, tree.Attribute) and isinstance(kind, PartNames):
        message = f"this must be {kind.expects}, but it has a dot"
        raise frame.fault("recipe", message, node.span, help=f'write `"{node.span.text}"`')
    if isinstance(node, tree.Range) and isinstance(kind, SizeRange):
        return _range(frame, node)
    if isinstance(node, tree.Text | tree.Range):
        what = "a text" if isinstance(node, tree.Text) else "a range"
        help = f"write `scale_jitter {node.span.text}`" if isinstance(node, tree.Range) else None
        message = f"this must be {kind.expects}, but it is {what}"
        raise frame.fault("recipe", message, node.span, help=help)
    if isinstance(node, tree.Binary) and node.operator == "-" and isinstance(kind, SizeRange):
        message = f"this must be {kind.expects}, but it is a difference"
        help = f"write `{node.left.span.text}..{node.right.span.text}`"
        raise frame.fault("recipe", message, node.span, help=help)
    if (
        isinstance(kind, QuotedText)
        and isinstance(node, tree.Name)
        and node.name not in frame.names
    ):
        message = f"this must be {kind.expects}, but it is the name `{node.name}`"
        raise frame.fault("recipe", message, node.span, help=f'write `"{node.name}"`')
    if isinstance(kind, WordKind | PartNames):
        # A parameter of the recipe hides a word of its name.
        if isinstance(node, tree.Name) and node.name not in frame.names:
            return node.name
        if isinstance(node, tree.Tuple):
            return tuple(evaluate(frame, item, kind) for item in node.items)
    return frame.evaluate(node)


def _range(frame: Frame, node: tree.Range) -> Value:
    low, high = (frame.evaluate(side) for side in (node.low, node.high))
    if is_number(low) and is_number(high) and low > high:
        message = f"a range must start with the smaller size, but this is {show(low)}..{show(high)}"
        help = f"write `{node.high.span.text}..{node.low.span.text}`"
        raise frame.fault("recipe", message, node.span, help=help)
    return (low, high)
