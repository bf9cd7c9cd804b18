"""Calls: what the name of what is called stands for, and what is inserted after the call.

A name means a value at hand, else what the program says. A block that is derived from another
is that block with parameters given in advance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archdsl import limits
from archdsl.build.arguments import evaluate_arguments
from archdsl.build.arithmetic import FUNCTIONS, BadValue
from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.values import (
    POISON,
    Applicable,
    Arguments,
    BlockValue,
    FunctionValue,
    Given,
    Inserted,
    OperationValue,
    Tensor,
    Value,
    describe,
    describe_count,
    tensors_in,
)
from archdsl.diagnostics import Label, did_you_mean
from archdsl.ir.graph import Address
from archdsl.ops import OPERATIONS
from archdsl.program.cells.parts import CellBlock
from archdsl.program.files import use_hint
from archdsl.program.names import CANDIDATES
from archdsl.program.program import Definition, Function
from archdsl.syntax import tree


def look_up(frame: Frame, node: tree.Name) -> Value:
    """The value of a name; the innermost binding wins."""
    name = node.name
    if name in frame.names:
        return frame.names[name]
    if name == "in" and frame.running:
        if POISON in frame.running:
            raise Fault
        return frame.running[0] if len(frame.running) == 1 else frame.running
    match frame.program.lookup(frame.unit, name):
        case Definition() as definition:
            return _resolve_block(frame, definition, node)
        case Function():
            return FUNCTIONS[name]
        case type() as operation:
            return OperationValue(operation)
        case str():
            return name
    raise _unknown_name(frame, node)


def _unknown_name(frame: Frame, node: tree.Name) -> Fault:
    if node.name == "in":
        return frame.fault("name", "nothing enters here yet, so there is no `in`", node.span)
    if node.name in frame.assigned:
        return frame.fault("name", f"`{node.name}` has no value yet", node.span)
    known = [*frame.names, *frame.unit.names, *frame.program.language]
    hint = use_hint(node, frame.unit.file.source) or did_you_mean(node.name, known[:CANDIDATES])
    return frame.fault("name", f"`{node.name}` is not defined", node.span, help=hint)


def resolve_callee(frame: Frame, node: tree.Name) -> Value:
    """What a call calls. A number or tensor does not hide the block or operation of its name."""
    local = frame.names.get(node.name)
    if not isinstance(local, BlockValue | OperationValue | None):
        definition = frame.program.lookup(frame.unit, node.name)
        is_hidden = definition is not None and not isinstance(definition, str)
        frame = frame.top_level(frame.unit) if is_hidden else frame
    value = look_up(frame, node)
    if value is POISON:
        raise Fault
    return value


def _resolve_block(
    frame: Frame, found: Definition, node: tree.Node, seen: tuple[tree.Derived, ...] = ()
) -> Applicable:
    """The block that a definition stands for; a derived one has parameters given in advance."""
    definition = found.node
    if isinstance(definition, CellBlock) and definition.faulty:
        raise Fault
    if isinstance(definition, tree.Block):
        return BlockValue(found)
    if isinstance(definition, tree.Network) or definition.kind == "network":
        message = f"`{definition.name}` is a network, not a block"
        raise frame.fault("name", message, node.span)
    derived = frame.context.derived
    if found.number not in derived:
        derived[found.number] = _derive_block(frame.top_level(found.unit), definition, seen)
    return derived[found.number]


def _derive_block(
    frame: Frame, definition: tree.Derived, seen: tuple[tree.Derived, ...]
) -> Applicable:
    check_derivation_path(frame, definition, seen)
    name, arguments = tree.split_call(definition.base)
    base: Value
    if name.name in frame.unit.names:
        base = _resolve_block(frame, frame.unit.names[name.name], name, (*seen, definition))
    else:
        base = look_up(frame, name)
    value = frame.apply(base, evaluate_arguments(frame, arguments), definition.base)
    if isinstance(value, BlockValue | OperationValue):
        return value
    message = f"`{definition.name}` is to be a block; this is {describe(value)}"
    raise frame.fault("type", message, definition.base.span)


def check_derivation_path(
    frame: Frame,
    definition: tree.Derived | tree.DerivedRecipe,
    seen: Sequence[tree.Derived | tree.DerivedRecipe],
) -> None:
    """Check that the derivations `seen` on the way here form no cycle, and are not too many.

    A cycle is shown from its first definition in the text on, whichever it was entered by, so
    that those in it report it once.

    Raises:
        Fault: they are.
    """
    kind = "recipe" if isinstance(definition, tree.DerivedRecipe) else definition.kind
    span = definition.base.span
    start = next((place for place, other in enumerate(seen) if other is definition), None)
    if start is not None:
        cycle = seen[start:]
        first = min(cycle, key=lambda each: each.span.start)
        turn = cycle.index(first)
        path = " -> ".join(each.name for each in (*cycle[turn:], *cycle[:turn], first))
        message = f"{kind}s are derived from each other in a cycle: {path}"
        raise frame.fault("recursion", message, first.base.span)
    if len(seen) == limits.DERIVATIONS:
        message = f"`{seen[0].name}` is derived through more than {limits.DERIVATIONS} {kind}s"
        raise frame.fault("nesting", message, span)


def pass_on(frame: Frame, piped: tuple[Given, ...], step: tree.Call | tree.Name) -> Value:
    """Pass values on to a call, a block by its name, or `none`, which hands them on."""
    name, given = tree.split_call(step)
    called = resolve_callee(frame, name)
    if called is None and step is name:
        return piped[0].value if len(piped) == 1 else tuple([given.value for given in piped])
    arguments = evaluate_arguments(frame, given, piped, called)
    before = frame.guards
    if frame.history and name.name in frame.history.parameters:
        present = tree.Binary("!=", name, tree.Constant(None, span=name.span), span=name.span)
        frame.guards = (*before, frame.as_written(True, present))
    try:
        return insert_after_call(frame, frame.apply(called, arguments, step), step)
    finally:
        frame.guards = before


def insert_after_call(frame: Frame, value: Value, node: tree.Node) -> Value:
    """The value of a call or an operator, with what derivations insert after it."""
    if not frame.context.inserted:
        return value
    return insert_at(frame, value, frame.graph.address(frame.scope, frame.site(node.span)))


def insert_at(frame: Frame, value: Value, place: Address) -> Value:
    """What derivations insert after a place, applied to the value that it gives."""
    for inserted in frame.context.inserted.get(place, ()):
        if not isinstance(value, Tensor):
            message = f"`{inserted.block.name}` is inserted after one tensor, not {describe(value)}"
            raise frame.fault("insert", message, inserted.place.span)
        value = _insert(frame, inserted, value)
    return value


def _insert(frame: Frame, inserted: Inserted, value: Tensor) -> Value:
    """A block applied in a row of its own, and what is in turn inserted after it."""
    node, graph, rounds = inserted.node, frame.graph, (*frame.iterations, -1 - inserted.number)
    inner = replace(frame, iterations=rounds, naming=(node, (inserted.name,)))
    site = inner.site(node.span)
    name, kind = inserted.name, tree.split_call(node.block)[0].name
    inner.scope = graph.open("row", (name,), kind, frame.scope, site, node.span)
    written = Arguments((Given(value, node.span),), {})
    result = inner.apply(inserted.block, written, node)
    graph.close(inner.scope, {}, {"x": value.value}, tensors_in(result))
    if isinstance(result, Tensor) and result.type != value.type:
        text = f"`{kind}`, inserted here, makes {result.type} of {value.type}"
        frame.context.reshaped[node.span] = Label(node.span, text)
    return insert_at(frame, result, graph.address(inner.scope, site))


def call_function(
    frame: Frame, callee: FunctionValue, arguments: Arguments, node: tree.Node
) -> Value:
    """The value of a function; `max` of tensors is an operation, though `max` of numbers is not."""
    if callee.name in OPERATIONS and arguments.has_tensors:
        operation = OperationValue(OPERATIONS[callee.name])
        return frame.context.rules.callees[OperationValue](frame, operation, arguments, node)
    function = callee.function
    if arguments.named:
        message = f"`{function.name}` takes its arguments without names"
        raise frame.fault("argument", message, next(iter(arguments.named.values())).span)
    count, least, most = len(arguments.positional), function.least, function.most
    if count < least or (most is not None and count > most):
        message = f"`{function.name}` takes {describe_count(least, most)}, not {count}"
        raise frame.fault("argument", message, node.span)
    try:
        return callee.call(*(given.value for given in arguments.positional))
    except BadValue as bad:
        raise frame.fault("value", f"`{function.name}`: {bad}", node.span) from None
