"""The call of a transform made into the transform: its options by name, evaluated and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from archdsl.build import expressions, names
from archdsl.build.options import Reader
from archdsl.build.session import Frame
from archdsl.build.values import Value
from archdsl.diagnostics import did_you_mean
from archdsl.params.kinds import Kind, kind_of
from archdsl.plan import bringing
from archdsl.plan.derivations import Resolved
from archdsl.plan.transforms import TRANSFORMS, Transform
from archdsl.plan.transforms.base import WORDS, Anything, BlockName, Word
from archdsl.source import Span
from archdsl.syntax import tree


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
    read = reader.read(call.arguments, call.span)
    return Called(kind(**read.values), read.spans, reader.resolved)


def _kind(frame: Frame, name: tree.Name) -> type[Transform]:
    if name.name in TRANSFORMS:
        return TRANSFORMS[name.name]
    known = ["insert", *TRANSFORMS]
    hint = did_you_mean(name.name, known) or f"there is {', '.join(known)}"
    message = f"no transform is called `{name.name}`"
    raise frame.fault("transform", message, name.span, help=hint)


class _Reader(Reader):
    """Reads the options of a transform. `resolved` learns the blocks that they bring."""

    code = "transform"

    def __init__(
        self, frame: Frame, kind: type[Transform], resolved: Resolved, own: Mapping[str, object]
    ) -> None:
        super().__init__(frame, kind)
        self.resolved = resolved
        self.own = own

    def value(self, name: str, argument: tree.Argument) -> object:
        value = super().value(name, argument)
        if isinstance(kind_of(self.options[name]), Anything):
            span, brought = argument.span, cast("Value", value)
            self.resolved = bringing.with_blocks(self.frame, self.resolved, brought, span)
        return value

    def evaluated(self, node: tree.Expression, kind: Kind) -> Value:
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
                return tuple(self.evaluated(item, kind) for item in node.items)
        return super().evaluated(node, kind)

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
