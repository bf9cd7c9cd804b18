"""Blocks of one file made known to a network of another, which a transform gives them to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from archdsl.build.session import Fault, Frame
from archdsl.build.values import BlockValue, Value, parts
from archdsl.plan.derivations import Resolved
from archdsl.program.mentions import names_in, targets
from archdsl.program.program import Definition, Unit
from archdsl.source import Span
from archdsl.syntax import tree


def seen_by_both(frame: Frame, resolved: Resolved) -> Unit:
    """The names of the file that changes a network, and those of the network's own file."""
    return replace(frame.unit, names={**resolved.unit.names, **frame.unit.names})


def own_names(network: tree.Network) -> frozenset[str]:
    """What a network calls its parameters and values, which stands before what files define."""
    return frozenset(
        [*(parameter.name for parameter in network.parameters), *targets(*network.body)]
    )


def with_name(frame: Frame, resolved: Resolved, name: str, span: Span) -> Resolved:
    """A network whose text may say a name as the file means it that changes the network.

    Raises:
        Fault: the network says it already, and means another thing.
    """
    if name in own_names(resolved.network) or name not in frame.unit.names:
        return resolved
    return _with(frame, resolved, frame.unit.names[name], span)


def with_blocks(frame: Frame, resolved: Resolved, value: Value, span: Span) -> Resolved:
    """A network whose text may say the names of the blocks that a value is made of.

    Raises:
        Fault: the network says one already, and means another thing.
    """
    for block in blocks_in(value):
        if block.name in own_names(resolved.network):
            raise _hidden(frame, resolved, block.name, span)
        resolved = _with(frame, resolved, block.definition, span)
    return resolved


def blocks_in(value: Value) -> Iterator[BlockValue]:
    """The blocks of the language that a value is made of."""
    if isinstance(value, BlockValue):
        yield value
    for part in parts(value):
        yield from blocks_in(part)


def _with(frame: Frame, resolved: Resolved, found: Definition, span: Span) -> Resolved:
    unit, network, name = resolved.unit, resolved.network, found.name
    if name in unit.names and unit.names[name].number == found.number:
        return resolved
    if name in unit.names and name in names_in(*network.body, *network.parameters):
        raise _hidden(frame, resolved, name, span)
    return replace(resolved, unit=replace(unit, names={**unit.names, name: found}))


def _hidden(frame: Frame, resolved: Resolved, name: str, span: Span) -> Fault:
    message = f"in network `{resolved.network.name}`, `{name}` is another thing"
    hint = f"give yours another name: `block other = {name}`"
    return frame.fault("name", message, span, help=hint)
