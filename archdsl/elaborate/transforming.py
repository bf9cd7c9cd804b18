"""Transforms of a network: a call made into its transform, and carried out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from archdsl.diagnostics import did_you_mean
from archdsl.elaborate import binding, blueprints, expressions
from archdsl.elaborate.candidates import Candidates
from archdsl.elaborate.derivations import Resolved
from archdsl.elaborate.session import Frame, Session
from archdsl.elaborate.values import Value, describe
from archdsl.ops.parameters import Kind, kind_of
from archdsl.source import Span
from archdsl.syntax import tree
from archdsl.transforms import TRANSFORMS, Refused, Transform
from archdsl.transforms.base import WORDS, Word


def transformed(frame: Frame, call: tree.Call, resolved: Resolved, standing: Session) -> Resolved:
    """A network changed by a transform; `standing` is the session in which it was built so far.

    Raises:
        Fault: there is no such transform, or the network cannot be changed by it.
    """
    transform, options = _constructed(frame, call)
    before = blueprints.blueprint(standing, resolved)
    candidates = Candidates(session=standing, resolved=resolved, blueprint=before, span=call.span)
    try:
        after = transform.carried_out(before, candidates.measured)
    except Refused as refused:
        span = options.get(refused.option or "", call.span)
        raise frame.fault("transform", refused.message, span, help=refused.help) from None
    frame.session.step(call.span, candidates.steps)
    return blueprints.changed(resolved, standing, before, after, call.span)


# The call


def _constructed(frame: Frame, call: tree.Call) -> tuple[Transform, Mapping[str, Span]]:
    """The transform of a call, and where each option was written."""
    name = call.function
    if name.name not in TRANSFORMS:
        known = ["insert", *TRANSFORMS]
        hint = did_you_mean(name.name, known) or f"there is {', '.join(known)}"
        message = f"no transform is called `{name.name}`"
        raise frame.fault("transform", message, name.span, help=hint)
    kind = TRANSFORMS[name.name]
    kinds = {field.name: kind_of(field) for field in dataclasses.fields(kind)}
    written = dict(_options(frame, kind, call))
    values: dict[str, Value] = {}
    for option, argument in written.items():
        if option not in kinds:
            hint = did_you_mean(option, kinds) or binding.listed(tuple(kinds))
            message = f"`{name.name}` has no option `{option}`"
            raise frame.fault("transform", message, argument.span, help=hint)
        values[option] = _value(frame, argument.value, kinds[option])
        if not kinds[option].accepts(values[option]):
            message = f"`{option}` of `{name.name}` is {kinds[option].expects}"
            message += f", not {describe(values[option])}"
            raise frame.fault("transform", message, argument.span)
    _check_required(frame, kind, call, values)
    return kind(**values), {option: argument.span for option, argument in written.items()}


def _options(
    frame: Frame, kind: type[Transform], call: tree.Call
) -> Iterator[tuple[str, tree.Argument]]:
    """The arguments by name; the first may go without."""
    for place, argument in enumerate(call.arguments):
        name = argument.name
        if name is None and (place or kind.leading is None):
            message = f"an option of `{kind.name}` has a name"
            raise frame.fault("transform", message, argument.span)
        yield name or kind.leading or "", argument


def _check_required(
    frame: Frame, kind: type[Transform], call: tree.Call, values: Mapping[str, Value]
) -> None:
    for field in dataclasses.fields(kind):
        if field.default is dataclasses.MISSING and field.name not in values:
            message = f"`{kind.name}` needs `{field.name}`: {kind_of(field).expects}"
            raise frame.fault("transform", message, call.span)


def _value(frame: Frame, node: tree.Expression, kind: Kind) -> Value:
    """An option's value; where it is a name, the word itself."""
    if kind is WORDS or isinstance(kind, Word):
        if isinstance(node, tree.Name):
            return node.name
        if isinstance(node, tree.Tuple):
            return tuple(_value(frame, item, kind) for item in node.items)
    return expressions.evaluate(frame, node)
