"""The call of a transform made into the transform: its options by name, evaluated and checked.

Options may name blocks of the file that changes a network, which the network's own file does not
know: the plan's text may say them from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

from archdsl.build import calls
from archdsl.build.context import Frame
from archdsl.build.parameters import OptionReader
from archdsl.build.request import Fault
from archdsl.build.values import BlockValue, Value, parts
from archdsl.diagnostics import suggestion
from archdsl.params.kinds import Kind, kind_of
from archdsl.plan.edits import network_of
from archdsl.plan.plan import Plan
from archdsl.plan.transforms import TRANSFORMS, Transform
from archdsl.plan.transforms.base import WORDS, Anything, BlockName, Word
from archdsl.program.program import Definition, assigned_names, names_in
from archdsl.source import Span
from archdsl.syntax import tree


@dataclass(frozen=True)
class Called:
    """A transform with where its options were written, and the network as it may say them."""

    transform: Transform
    spans: Mapping[str, Span]
    plan: Plan


def called(frame: Frame, call: tree.Call, plan: Plan) -> Called:
    """The transform of a call, for a plan whose numbers are known.

    Raises:
        Fault: there is no such transform, or it does not take these options.
    """
    kind = _kind(frame, call.function)
    reader = _Reader(frame, kind, plan)
    read = reader.read(call.arguments, call.span)
    return Called(kind(**read.values), read.spans, reader.plan)


def _kind(frame: Frame, name: tree.Name) -> type[Transform]:
    if name.name in TRANSFORMS:
        return TRANSFORMS[name.name]
    hint = suggestion(name.name, ["insert", *TRANSFORMS])
    message = f"no transform is called `{name.name}`"
    raise frame.fault("transform", message, name.span, help=hint)


class _Reader(OptionReader):
    """Reads the options of a transform. `plan` learns the blocks that they bring."""

    code = "transform"

    def __init__(self, frame: Frame, kind: type[Transform], plan: Plan) -> None:
        super().__init__(frame, kind)
        self.plan = plan

    def value(self, name: str, argument: tree.Argument) -> object:
        value = super().value(name, argument)
        if isinstance(kind_of(self.options[name]), Anything):
            span, brought = argument.span, cast("Value", value)
            self.plan = _with_blocks(self.frame, self.plan, brought, span)
        return value

    def evaluate(self, node: tree.Expression, kind: Kind) -> Value:
        """The value of an expression; where a name is wanted, the word itself."""
        if isinstance(kind, Anything):
            own = replace(self._seeing_both, names=dict(self.plan.parameters))
            return own.evaluate(node)
        if isinstance(kind, BlockName) and isinstance(node, tree.Name):
            return self._block(node)
        if kind is WORDS or isinstance(kind, Word):
            if isinstance(node, tree.Name):
                return node.name
            if isinstance(node, tree.Tuple):
                return tuple(self.evaluate(item, kind) for item in node.items)
        return super().evaluate(node, kind)

    def _block(self, node: tree.Name) -> str:
        """The name of a block, which the network's text may say from here on."""
        name, span = node.name, node.span
        if name not in _own_names(self.plan.network):
            calls.resolve_callee(self._seeing_both, node)
        self.plan = _with_name(self.frame, self.plan, name, span)
        return name

    @property
    def _seeing_both(self) -> Frame:
        """Sees the names of the file that changes the network, and those of its own file."""
        unit = self.frame.unit
        names = {**self.plan.unit.names, **unit.names}
        return replace(self.frame, unit=replace(unit, names=names))


def _own_names(network: tree.Network) -> frozenset[str]:
    """What a network calls its parameters and values, which stands before what files define."""
    return frozenset(
        [*(parameter.name for parameter in network.parameters), *assigned_names(*network.body)]
    )


def _with_name(frame: Frame, plan: Plan, name: str, span: Span) -> Plan:
    """A network whose text may say a name as the file means it that changes the network.

    Raises:
        Fault: the network says it already, and means another thing.
    """
    if name in _own_names(plan.network) or name not in frame.unit.names:
        return plan
    return _with(frame, plan, frame.unit.names[name], span)


def _with_blocks(frame: Frame, plan: Plan, value: Value, span: Span) -> Plan:
    """A network whose text may say the names of the blocks that a value is made of.

    Raises:
        Fault: the network says one already, and means another thing.
    """
    for block in blocks_in(value):
        if block.name in _own_names(plan.network):
            raise _hidden(frame, plan, block.name, span)
        plan = _with(frame, plan, block.definition, span)
    return plan


def blocks_in(value: Value) -> Iterator[BlockValue]:
    """The blocks of the language that a value is made of."""
    if isinstance(value, BlockValue):
        yield value
    for part in parts(value):
        yield from blocks_in(part)


def _with(frame: Frame, plan: Plan, found: Definition, span: Span) -> Plan:
    unit, network, name = plan.unit, network_of(plan), found.name
    if name in unit.names and unit.names[name].number == found.number:
        return plan
    if name in unit.names and name in names_in(*network.body, *network.parameters):
        raise _hidden(frame, plan, name, span)
    return replace(plan, unit=replace(unit, names={**unit.names, name: found}))


def _hidden(frame: Frame, plan: Plan, name: str, span: Span) -> Fault:
    message = f"in network `{plan.network.name}`, `{name}` is another thing"
    hint = f"give yours another name: `block other = {name}`"
    return frame.fault("name", message, span, help=hint)
