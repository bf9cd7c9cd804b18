"""What a name stands for: a value at hand, a block of the file, an operation, or itself."""

from __future__ import annotations

from archdsl import limits
from archdsl.diagnostics import did_you_mean
from archdsl.elaborate import arguments, calls
from archdsl.elaborate.functions import FUNCTIONS
from archdsl.elaborate.program import Named, Unit
from archdsl.elaborate.scoping import CANDIDATES
from archdsl.elaborate.session import Fault, Frame
from archdsl.elaborate.values import POISON, Applicable, BlockValue, OperationValue, Value, describe
from archdsl.ops import OPERATIONS
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
    if name in frame.unit.names:
        return block_of(frame, frame.unit.names[name], node)
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    if name in OPERATIONS:
        return OperationValue(OPERATIONS[name])
    if name in frame.session.words:
        return name
    raise _unknown(frame, node)


def _unknown(frame: Frame, node: tree.Name) -> Fault:
    if node.name == "in":
        return frame.fault("name", "nothing enters here yet, so there is no `in`", node.span)
    if node.name in frame.assigned:
        return frame.fault("name", f"`{node.name}` has no value yet", node.span)
    known = [*frame.names, *frame.unit.names, *OPERATIONS, *FUNCTIONS, *frame.session.words]
    hint = did_you_mean(node.name, known[:CANDIDATES])
    return frame.fault("name", f"nothing is called `{node.name}`", node.span, help=hint)


def callee(frame: Frame, node: tree.Name) -> Value:
    """What a call calls. A number or tensor does not hide the block or operation of its name."""
    local = frame.names.get(node.name)
    if local is None or isinstance(local, BlockValue | OperationValue):
        return look_up(frame, node)
    outside = node.name in frame.unit.names or node.name in OPERATIONS or node.name in FUNCTIONS
    return look_up(Frame(frame.session, frame.unit) if outside else frame, node)


def block_of(
    frame: Frame, found: tuple[Named, Unit], node: tree.Node, seen: tuple[str, ...] = ()
) -> Applicable:
    """The block that a definition stands for; a derived one has parameters given in advance."""
    definition, unit = found
    if isinstance(definition, tree.Block):
        return BlockValue(definition, unit)
    if isinstance(definition, tree.Network) or definition.kind == "network":
        message = f"`{definition.name}` is a network, not a block"
        raise frame.fault("name", message, node.span)
    derived = frame.session.derived
    if id(definition) not in derived:
        derived[id(definition)] = _derive(frame, definition, unit, seen)
    return derived[id(definition)]


def _derive(
    frame: Frame, definition: tree.Derived, unit: Unit, seen: tuple[str, ...]
) -> Applicable:
    if definition.name in seen:
        path = " -> ".join([*seen[seen.index(definition.name) :], definition.name])
        message = f"blocks are derived from each other in a circle: {path}"
        raise frame.fault("recursion", message, definition.base.span)
    if len(seen) == limits.DERIVATIONS:
        message = f"`{seen[0]}` is derived through more than {limits.DERIVATIONS} blocks"
        raise frame.fault("nesting", message, definition.base.span)
    outside = Frame(frame.session, unit)
    call = definition.base if isinstance(definition.base, tree.Call) else None
    name = call.function if call else definition.base
    assert isinstance(name, tree.Name)
    base: Value
    if name.name in unit.names:
        base = block_of(outside, unit.names[name.name], name, (*seen, definition.name))
    else:
        base = look_up(outside, name)
    written = arguments.written(outside, call)
    value = calls.apply(outside, base, written, definition.base)
    if isinstance(value, BlockValue | OperationValue):
        return value
    message = f"`{definition.name}` is to be a block; this is {describe(value)}"
    raise frame.fault("type", message, definition.base.span)
