"""Reads the call of a transform: its options by name, evaluated and checked.

Options can name blocks of the file that derives a network, which the network's own file does not
know. The names are added to those that the network's text sees.
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
from archdsl.plan.decisions import CHOOSE
from archdsl.plan.edits import network_of
from archdsl.plan.plan import Plan
from archdsl.plan.transforms import TRANSFORMS, Transform
from archdsl.plan.transforms.base import WORDS, Anything, BlockName, Word
from archdsl.program.outline import assigned_names
from archdsl.program.program import Definition, names_in
from archdsl.source import Span
from archdsl.syntax import tree


@dataclass(frozen=True)
class TransformCall:
    """A transform, the spans of its options, and the plan with the names that they use."""

    transform: Transform
    spans: Mapping[str, Span]
    plan: Plan


def read_transform(frame: Frame, call: tree.Call, plan: Plan) -> TransformCall:
    """Read the call of a transform, for a plan with values.

    Raises:
        Fault: there is no such transform, or it does not take these options.
    """
    kind = _kind(frame, call.function)
    reader = _Reader(frame, kind, plan)
    read = reader.read(call.arguments, call.span)
    return TransformCall(kind(**read.values), read.spans, reader.plan)


def _kind(frame: Frame, name: tree.Name) -> type[Transform]:
    if name.name in TRANSFORMS:
        return TRANSFORMS[name.name]
    hint = suggestion(name.name, ["insert", CHOOSE, *TRANSFORMS])
    message = f"no transform is called `{name.name}`"
    raise frame.fault("transform", message, name.span, help=hint)


class _Reader(OptionReader):
    """Reads the options of a transform, and adds the blocks that they name to the `plan`."""

    code = "transform"

    def __init__(self, frame: Frame, kind: type[Transform], plan: Plan) -> None:
        super().__init__(frame, kind)
        self.plan = plan

    def value(self, name: str, argument: tree.Argument) -> object:
        value = super().value(name, argument)
        if isinstance(kind_of(self.options[name]), Anything):
            self.plan = _with_blocks(self.frame, self.plan, cast("Value", value), argument.span)
        return value

    def evaluate(self, node: tree.Expression, kind: Kind) -> Value:
        """The value of an expression; for an option that takes a name, the name itself."""
        if isinstance(kind, Anything):
            # With the parameters of the network, so that `set(mid, 2 * width)` can be written.
            own = replace(self._in_both_files, names=dict(self.plan.parameters))
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
        """The name of a block, which the network's text can use from now on."""
        name, span = node.name, node.span
        if name not in _own_names(self.plan.network):
            calls.resolve_callee(self._in_both_files, node)
        self.plan = _with_name(self.frame, self.plan, name, span)
        return name

    @property
    def _in_both_files(self) -> Frame:
        """A frame that sees the names of the deriving file, and those of the network's file."""
        unit = self.frame.unit
        # The deriving file comes last, so its names win.
        names = {**self.plan.unit.names, **unit.names}
        return replace(self.frame, unit=replace(unit, names=names))


def _own_names(network: tree.Network) -> frozenset[str]:
    """The names of a network's parameters and values, which hide those that files define."""
    return frozenset(
        [*(parameter.name for parameter in network.parameters), *assigned_names(*network.body)]
    )


def _with_name(frame: Frame, plan: Plan, name: str, span: Span) -> Plan:
    """The plan, whose text can use a name with its meaning in the deriving file.

    Raises:
        Fault: the network uses the name with another meaning.
    """
    if name in _own_names(plan.network) or name not in frame.unit.names:
        return plan
    return _with_definition(frame, plan, frame.unit.names[name], span)


def _with_blocks(frame: Frame, plan: Plan, value: Value, span: Span) -> Plan:
    """The plan, whose text can use the names of the blocks in a value.

    Raises:
        Fault: the network uses one of them with another meaning.
    """
    for block in blocks_in(value):
        if block.name in _own_names(plan.network):
            raise _name_conflict(frame, plan, block.name, span)
        plan = _with_definition(frame, plan, block.definition, span)
    return plan


def blocks_in(value: Value) -> Iterator[BlockValue]:
    """The blocks in a value: itself, and those given to it in advance."""
    if isinstance(value, BlockValue):
        yield value
    for part in parts(value):
        yield from blocks_in(part)


def _with_definition(frame: Frame, plan: Plan, found: Definition, span: Span) -> Plan:
    unit, network, name = plan.unit, network_of(plan), found.name
    # The same definition, used by both files.
    if name in unit.names and unit.names[name].number == found.number:
        return plan
    if name in unit.names and name in names_in(*network.body, *network.parameters):
        raise _name_conflict(frame, plan, name, span)
    return replace(plan, unit=replace(unit, names={**unit.names, name: found}))


def _name_conflict(frame: Frame, plan: Plan, name: str, span: Span) -> Fault:
    message = f"network `{plan.network.name}` uses `{name}` with another meaning"
    hint = f"give your block another name: `block other = {name}`"
    return frame.fault("name", message, span, help=hint)
