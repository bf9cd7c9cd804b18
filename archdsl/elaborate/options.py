"""The call of a transform made into the transform: its options by name, evaluated and checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

from archdsl.diagnostics import did_you_mean
from archdsl.elaborate import binding, bringing, expressions, names
from archdsl.elaborate.derivations import Resolved
from archdsl.elaborate.session import Fault, Frame
from archdsl.elaborate.values import Value, describe
from archdsl.ops.parameters import Kind, kind_of
from archdsl.source import Span
from archdsl.syntax import tree
from archdsl.transforms import TRANSFORMS, Transform
from archdsl.transforms.base import WORDS, Anything, BlockName, Word


@dataclass(frozen=True)
class Called:
    """A transform with where its options were written, and the network as it may say them."""

    transform: Transform
    spans: Mapping[str, Span]
    resolved: Resolved


def called(frame: Frame, call: tree.Call, resolved: Resolved, own: Mapping[str, object]) -> Called:
    """The transform of a call; `own` are the values of the network's own names.

    Raises:
        Fault: there is no such transform, or it does not take these options.
    """
    kind = _kind(frame, call.function)
    reader = _Reader(frame, kind, resolved, own)
    written = dict(reader.by_name(call))
    values = {name: reader.value(name, argument) for name, argument in written.items()}
    for name, option in reader.options.items():
        if option.default is dataclasses.MISSING and name not in values:
            message = f"`{kind.name}` needs `{name}`: {kind_of(option).expects}"
            raise frame.fault("transform", message, call.span, help=f"`{kind.signature()}`")
    spans = {name: argument.span for name, argument in written.items()}
    return Called(kind(**values), spans, reader.resolved)


def _kind(frame: Frame, name: tree.Name) -> type[Transform]:
    if name.name in TRANSFORMS:
        return TRANSFORMS[name.name]
    known = ["insert", *TRANSFORMS]
    hint = did_you_mean(name.name, known) or f"there is {', '.join(known)}"
    message = f"no transform is called `{name.name}`"
    raise frame.fault("transform", message, name.span, help=hint)


class _Reader:
    """Reads the options of one call. `resolved` learns the blocks that they bring."""

    def __init__(
        self, frame: Frame, kind: type[Transform], resolved: Resolved, own: Mapping[str, object]
    ) -> None:
        self.frame = frame
        self.kind = kind
        self.resolved = resolved
        self.own = own
        self.options = {option.name: option for option in dataclasses.fields(kind)}

    def by_name(self, call: tree.Call) -> Iterator[tuple[str, tree.Argument]]:
        """The arguments by name; the first may go without."""
        given: set[str] = set()
        for place, argument in enumerate(call.arguments):
            name = argument.name or self._leading(argument, place)
            if name not in self.options:
                hint = did_you_mean(name, self.options) or binding.listed(tuple(self.options))
                message = f"`{self.kind.name}` has no option `{name}`"
                raise self._fault(message, argument.span, hint)
            if name in given:
                raise self._fault(f"`{name}` is given twice", argument.span)
            given.add(name)
            yield name, argument

    def _leading(self, argument: tree.Argument, place: int) -> str:
        if place == 0 and self.kind.leading is not None:
            return self.kind.leading
        text = argument.span.text
        choices = [f"`{name} = {text}`" for name in self.options if place == 0 or name == text]
        hint = f"write {' or '.join(choices[:2])}" if choices else f"`{self.kind.signature()}`"
        raise self._fault(f"an option of `{self.kind.name}` has a name here", argument.span, hint)

    def value(self, name: str, argument: tree.Argument) -> Value:
        """An option's value, as the option takes it.

        Raises:
            Fault: it does not.
        """
        kind = kind_of(self.options[name])
        value = self._evaluated(argument.value, kind)
        if not kind.accepts(value):
            message = f"`{name}` of `{self.kind.name}` is {kind.expects}, not {describe(value)}"
            raise self._fault(message, argument.span)
        if isinstance(kind, Anything):
            span = argument.span
            self.resolved = bringing.with_blocks(self.frame, self.resolved, value, span)
        return value

    def _evaluated(self, node: tree.Expression, kind: Kind) -> Value:
        """The value of an expression; where a name is wanted, the word itself."""
        if isinstance(kind, Anything):
            own = cast("dict[str, Value]", dict(self.own))
            return expressions.evaluate(replace(self._seeing_both, names=own), node)
        if isinstance(kind, BlockName) and isinstance(node, tree.Name):
            return self._block(node)
        if kind is WORDS or isinstance(kind, Word):
            if isinstance(node, tree.Name):
                return node.name
            if isinstance(node, tree.Tuple):
                return tuple(self._evaluated(item, kind) for item in node.items)
        return expressions.evaluate(self.frame, node)

    def _block(self, node: tree.Name) -> str:
        """The name of a block, which the network's text may say from here on."""
        name, span = node.name, node.span
        if name not in bringing.own_names(self.resolved.network):
            names.callee(self._seeing_both, node)
        self.resolved = bringing.with_name(self.frame, self.resolved, name, span)
        return name

    @property
    def _seeing_both(self) -> Frame:
        unit = bringing.seen_by_both(self.frame, self.resolved)
        return replace(self.frame, unit=unit)

    def _fault(self, message: str, span: Span, hint: str | None = None) -> Fault:
        return self.frame.fault("transform", message, span, help=hint)
