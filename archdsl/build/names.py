"""What a name stands for: a value at hand, a block of the file, an operation, or itself."""

from __future__ import annotations

from archdsl.build.functions import FUNCTIONS
from archdsl.build.session import Fault, Frame
from archdsl.build.values import POISON, BlockValue, OperationValue, Value
from archdsl.diagnostics import did_you_mean
from archdsl.ops import OPERATIONS
from archdsl.plan import derivations
from archdsl.program.files import brings
from archdsl.program.names import CANDIDATES
from archdsl.program.program import Definition, Function
from archdsl.syntax import tree


def look_up(frame: Frame, node: tree.Name) -> Value:
    """The value of a name; the innermost meaning wins.

    Raises:
        Fault: there is nothing of the name.
    """
    name = node.name
    if name in frame.names:
        return frame.names[name]
    if name == "in" and frame.running:
        if POISON in frame.running:
            raise Fault
        return frame.running[0] if len(frame.running) == 1 else frame.running
    match frame.session.program.meaning(frame.unit, name):
        case Definition() as definition:
            return derivations.block_of(frame, definition, node)
        case Function():
            return FUNCTIONS[name]
        case type() as operation:
            return OperationValue(operation)
        case str():
            return name
    raise _unknown(frame, node)


def _unknown(frame: Frame, node: tree.Name) -> Fault:
    if node.name == "in":
        return frame.fault("name", "nothing enters here yet, so there is no `in`", node.span)
    if node.name in frame.assigned:
        return frame.fault("name", f"`{node.name}` has no value yet", node.span)
    known = [*frame.names, *frame.unit.names, *frame.session.program.language]
    hint = brings(node.name) or did_you_mean(node.name, known[:CANDIDATES])
    return frame.fault("name", f"nothing is called `{node.name}`", node.span, help=hint)


def callee(frame: Frame, node: tree.Name) -> Value:
    """What a call calls. A number or tensor does not hide the block or operation of its name."""
    local = frame.names.get(node.name)
    if local is None or isinstance(local, BlockValue | OperationValue):
        return look_up(frame, node)
    outside = node.name in frame.unit.names or node.name in OPERATIONS or node.name in FUNCTIONS
    return look_up(Frame(frame.session, frame.unit) if outside else frame, node)
