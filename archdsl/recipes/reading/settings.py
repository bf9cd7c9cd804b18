"""The settings of a recipe, evaluated: what each one is, and which words say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

from archdsl.build.context import Frame
from archdsl.build.parameters import Reader
from archdsl.build.request import Fault
from archdsl.build.values import Value, describe, show
from archdsl.diagnostics import Label, did_you_mean, suggestion
from archdsl.params.kinds import Kind, kind_of
from archdsl.params.numbers import is_number
from archdsl.recipes.kinds import Band, Chosen, Form, Plain, Quoted, Setting, Wording, taken
from archdsl.recipes.recipe import FIELDS, SETTINGS
from archdsl.source import Span
from archdsl.syntax import tree


@dataclass(frozen=True)
class Entry:
    """A setting as it was read: its value, and where that and its options were written."""

    name: str
    value: Any
    span: Span
    options: Mapping[str, Span] = field(default_factory=dict)

    def span_of(self, option: str) -> Span:
        """The words of an option, or of the whole setting where the option has its default."""
        return self.options.get(option, self.span)


Sheet: TypeAlias = dict[str, Entry]
"""The settings of a recipe by the fields that they fill."""


def read(frame: Frame, settings: Sequence[tree.Setting]) -> Sheet:
    """Every setting that can be read; the mistakes of the others are reported."""
    sheet: Sheet = {}
    for setting in known(frame, settings):
        try:
            entry = _read(frame, setting, SETTINGS[setting.name])
        except Fault as fault:
            frame.findings.report(fault)
            continue
        if entry is not None:
            sheet[FIELDS[setting.name]] = entry
    return sheet


def known(frame: Frame, settings: Sequence[tree.Setting]) -> list[tree.Setting]:
    """The settings that there are, each once; others are reported."""
    first: dict[str, tree.Setting] = {}
    for setting in settings:
        if setting.name not in SETTINGS:
            hint = suggestion(setting.name, SETTINGS)
            message = f"a recipe has no setting `{setting.name}`"
            fault = frame.fault("recipe", message, _name_span(setting), help=hint)
            frame.findings.report(fault)
        elif (fills := FIELDS[setting.name]) in first:
            frame.findings.report(_twice(frame, setting, first[fills]))
        else:
            first[fills] = setting
    return list(first.values())


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
    """A setting's value; None where it is set to `none`, which leaves it out.

    Raises:
        Fault: it cannot be this.
    """
    value = _value(frame, setting)
    if value is not None and _is_none(frame, value):
        return None
    if isinstance(form, Plain):
        return _plain(frame, setting, form, value)
    if isinstance(form, Chosen):
        return _chosen(frame, setting, form, value)
    return _with_options(frame, setting.name, form.setting, setting.arguments, setting.span)


def _value(frame: Frame, setting: tree.Setting) -> tree.Expression | None:
    """What stands behind the name of a setting without options; of a conditional, its branch."""
    if len(setting.arguments) != 1 or setting.arguments[0].name is not None:
        return None
    node = setting.arguments[0].value
    while isinstance(node, tree.Conditional):
        node = node.then if frame.truth(node.test) else node.other
    return node


def _is_none(frame: Frame, node: tree.Expression) -> bool:
    if isinstance(node, tree.Name):
        return frame.names.get(node.name, ...) is None
    return isinstance(node, tree.Constant) and node.value is None


def _plain(frame: Frame, setting: tree.Setting, form: Plain, node: tree.Expression | None) -> Entry:
    """`epochs 300`, or `flip` alone."""
    name, kind = setting.name, form.kind
    if node is None and not setting.arguments and form.alone is not None:
        return Entry(name, form.alone, setting.span)
    if node is None:
        what = "has no options" if setting.arguments else "has no value"
        message = f"`{name}` {what}: it is {kind.expects}"
        raise frame.fault("recipe", message, setting.span)
    value = evaluated(frame, node, kind)
    if not kind.accepts(value):
        message = f"`{name}` is {kind.expects}, not {describe(value)}"
        raise frame.fault("recipe", message, node.span, help=_near(kind, value))
    return Entry(name, taken(kind, value), node.span)


def _chosen(
    frame: Frame, setting: tree.Setting, form: Chosen, node: tree.Expression | None
) -> Entry:
    """`optimizer sgd(lr = 0.1)`, or `schedule cosine`."""
    kinds = {kind.name: kind for kind in form.settings}
    listed = " or ".join(f"`{kind.signature()}`" for kind in form.settings)
    if not isinstance(node, tree.Call | tree.Name):
        span = node.span if node else setting.span
        message = f"`{setting.name}` says which: {' or '.join(f'`{name}`' for name in kinds)}"
        raise frame.fault("recipe", message, span, help=f"write `{setting.name}` and {listed}")
    name, arguments = tree.split_call(node)
    if name.name not in kinds:
        message = f"no `{setting.name}` is called `{name.name}`"
        hint = did_you_mean(name.name, kinds) or f"there is {listed}"
        raise frame.fault("recipe", message, name.span, help=hint)
    return _with_options(frame, setting.name, kinds[name.name], arguments, node.span)


def _with_options(
    frame: Frame,
    name: str,
    kind: type[Setting],
    arguments: Sequence[tree.Argument],
    span: Span,
) -> Entry:
    """`clip(frames = 13)`, or `warmup 35` for the option that leads."""
    read = _Reader(frame, kind).read(arguments, span)
    options = {option.name: kind_of(option) for option in fields(kind)}
    values = {option: taken(options[option], value) for option, value in read.values.items()}
    return Entry(name, kind(**values), span, read.spans)


class _Reader(Reader):
    """Reads the options of a setting."""

    code = "recipe"

    def evaluated(self, node: tree.Expression, kind: Kind) -> Value:
        return evaluated(self.frame, node, kind)


def evaluated(frame: Frame, node: tree.Expression, kind: Kind) -> Value:
    """The value of an expression where this kind of value stands; words stand for themselves.

    Raises:
        Fault: it has none.
    """
    if isinstance(node, tree.Text) and isinstance(kind, Quoted):
        return node.text
    if isinstance(node, tree.Range) and isinstance(kind, Band):
        return _range(frame, node)
    if isinstance(node, tree.Text | tree.Range):
        what = "a text" if isinstance(node, tree.Text) else "a range"
        raise frame.fault("recipe", f"expected {kind.expects}, not {what}", node.span)
    if isinstance(kind, Quoted) and isinstance(node, tree.Name) and node.name not in frame.names:
        help = f'write `"{node.name}"`'
        raise frame.fault("recipe", f"expected {kind.expects}", node.span, help=help)
    if isinstance(kind, Wording):
        if isinstance(node, tree.Name) and node.name not in frame.names:
            return node.name
        if isinstance(node, tree.Tuple):
            return tuple(evaluated(frame, item, kind) for item in node.items)
    return frame.evaluate(node)


def _range(frame: Frame, node: tree.Range) -> Value:
    low, high = (frame.evaluate(side) for side in (node.low, node.high))
    if is_number(low) and is_number(high) and low > high:
        message = f"a range begins with the smaller side, not from {show(low)} to {show(high)}"
        help = f"write `{node.high.span.text}..{node.low.span.text}`"
        raise frame.fault("recipe", message, node.span, help=help)
    return (low, high)


def _near(kind: Kind, value: Value) -> str | None:
    """A word much like one that was wanted."""
    if isinstance(kind, Wording) and isinstance(value, str):
        return did_you_mean(value, kind.words)
    return None
