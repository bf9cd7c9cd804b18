"""Calls: names resolved to values, blocks and operations, and what is inserted after a call.

A name of the body hides a name of the file, which hides one of the language. A block derived from
another is that block with some arguments bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archdsl.build.arguments import evaluate_arguments
from archdsl.build.arithmetic import FUNCTIONS, BadValue
from archdsl.build.conditions import depend, joined
from archdsl.build.context import Frame
from archdsl.build.derivations import (
    Derivation,
    check_derivation_path,
    holds_choice,
    written,
)
from archdsl.build.origins import origin
from archdsl.build.request import Fault, Naming
from archdsl.build.uses import Use, place_in
from archdsl.build.values import (
    POISON,
    Applicable,
    Arguments,
    BlockValue,
    FunctionValue,
    Given,
    Inserted,
    OperationValue,
    SharedBlock,
    Tensor,
    Value,
    describe,
    describe_count,
    show,
    tensors_in,
)
from archdsl.diagnostics import Label
from archdsl.ir.graph import Address, Condition
from archdsl.ops import OPERATIONS
from archdsl.program.cells.blocks import CellBlock
from archdsl.program.hints import name_hint
from archdsl.program.places import dotted
from archdsl.program.program import Definition, Function, is_network
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
        message = "`in` is the running value, but there is none here yet"
        return frame.fault("name", message, node.span)
    if node.name in frame.assigned:
        return frame.fault("name", f"`{node.name}` is assigned only later", node.span)
    if frame.unit.may_see(node.name):
        return Fault()  # without a diagnostic: that of the file has been reported
    known = [*frame.names, *frame.unit.names, *frame.program.language]
    hint = name_hint(node, frame.unit.file.source, known)
    return frame.fault("name", f"`{node.name}` is not defined", node.span, help=hint)


def resolve_callee(frame: Frame, node: tree.Name) -> Value:
    """What a call calls. A number or tensor does not hide the block or operation of its name."""
    local = frame.names.get(node.name)
    # `mean = x -> mean` and `attention = ... -> attention` are how people name results.
    if not isinstance(local, BlockValue | OperationValue | SharedBlock | None):
        definition = frame.program.lookup(frame.unit, node.name)
        is_hidden = definition is not None and not isinstance(definition, str)
        frame = frame.top_level(frame.unit) if is_hidden else frame
    value = look_up(frame, node)
    if value is POISON:
        raise Fault
    return value


def _resolve_block(
    frame: Frame, definition: Definition, use: tree.Node, given: frozenset[str] = frozenset()
) -> Applicable:
    """The block of a definition, used at a node, which gives it some parameters."""
    node, number = definition.node, definition.number
    if isinstance(node, CellBlock) and node.faulty:
        raise Fault  # without a diagnostic: the check of cells has reported it
    if isinstance(node, tree.Block):
        return BlockValue(definition)
    if isinstance(node, tree.Network) or is_network(node):
        message = f"only a block can be called, but `{node.name}` is a network"
        raise frame.fault("name", message, use.span)
    if definition.varies or frame.use.is_anew:
        return _derive_block(_definition_frame(frame, definition, use), node, given)
    derived = frame.context.derived
    if number not in derived:
        derived[number] = _derive_block(_definition_frame(frame, definition, use), node)
    return derived[number]


def _definition_frame(frame: Frame, definition: Definition, use: tree.Node) -> Frame:
    """The frame for the text of a derivation, whose choices are named after it or after its use."""
    own, around = frame.top_level(definition.unit), frame.use
    if around.is_anew:
        place = around.marks
    elif around.is_definition:
        place = around.place  # of the definition that is derived from this one
    else:
        place = dotted(around.place, place_in(frame.unit, use) or definition.name)
    path = around.marks if around.is_anew else dotted(around.marks, definition.name)
    own.use = Use(path, around.marks, place, is_definition=True)
    return own


def _derive_block(
    frame: Frame, definition: Derivation, given: frozenset[str] = frozenset()
) -> Applicable:
    path = frame.context.deriving
    check_derivation_path(frame, definition, path)
    path.append(definition)
    try:
        value = _derived_value(frame, definition, given)
    finally:
        path.pop()
    if isinstance(value, BlockValue | OperationValue):
        return value
    message = f"`{definition.name}` must be a block, but this is {describe(value)}"
    raise frame.fault("type", message, written(definition).span)


def _derived_value(frame: Frame, definition: Derivation, given: frozenset[str]) -> Value:
    if isinstance(definition, tree.BlockChoice):
        return frame.evaluate(definition.choice)
    name, arguments = tree.split_call(definition.base)
    # What is given anew is not decided here: it would be a decision of no effect.
    own = [each for each in arguments if each.name not in given or not holds_choice(each)]
    base: Value
    if name.name in frame.unit.names:
        inner = given.union([each.name for each in arguments if each.name])
        base = _resolve_block(frame, frame.unit.names[name.name], name, inner)
    else:
        base = look_up(frame, name)
    return frame.apply(base, evaluate_arguments(frame, own), definition.base)


def last_call(node: tree.Expression) -> tree.Expression:
    """The part of an expression that computes its value: the last step of a chain."""
    if isinstance(node, tree.Each):
        return node.value
    return node.steps[-1] if isinstance(node, tree.Chain) else node


def pass_on(frame: Frame, piped: tuple[Given, ...], step: tree.Call | tree.Name) -> Value:
    """The value of one step of a chain. A step that is `none` returns what it is given."""
    name, given = tree.split_call(step)
    callee = resolve_callee(frame, name)
    condition = _presence(frame, name, callee)
    if callee is None and step is name:
        passed = piped[0].value if len(piped) == 1 else tuple([given.value for given in piped])
        return joined(frame, passed, condition) if condition else passed
    arguments = evaluate_arguments(frame, given, piped, callee)
    guard = frame.guard
    frame.guard = condition or guard
    try:
        value = insert_after_call(frame, frame.apply(callee, arguments, step), step)
    finally:
        frame.guard = guard
    return joined(frame, value, condition) if condition else value


def look_over(frame: Frame, steps: Sequence[tree.Call | tree.Name]) -> None:
    """Report mistakes in the arguments of calls that have nothing to be applied to.

    What the calls compute depends on a mistake before them; what they are given seldom does.
    """
    for step in steps:
        name, given = tree.split_call(step)
        try:
            callee = resolve_callee(frame, name)
            piped = (Given(POISON, step.span),) if isinstance(callee, BlockValue) else ()
            evaluate_arguments(frame, given, piped, callee)
        except Fault as fault:
            frame.findings.report(fault)


def _presence(frame: Frame, name: tree.Name, callee: Value) -> Condition | None:
    """The condition whether a call is there: `x -> attention` with a parameter `attention`.

    Emission must know that it is there only where an instance of the class is given a block.
    """
    if not frame.history or name.name not in frame.history.parameters:
        return None
    if frame.names.get(name.name) is not callee:
        return None  # a number has the name of the operation, as in `x -> dropout(dropout)`
    present = tree.Binary("!=", name, tree.Constant(None, span=name.span), span=name.span)
    return depend(frame, callee is not None, present)


def insert_after_call(frame: Frame, value: Value, node: tree.Node) -> Value:
    """The value of a call or an operator after the insertions at its place."""
    if not frame.context.inserted:
        return value
    return insert_at(frame, value, frame.graph.address(frame.scope, frame.site(node.span)))


def insert_at(frame: Frame, value: Value, address: Address) -> Value:
    """A value after all blocks that derivations insert at an address were applied to it."""
    for inserted in frame.context.inserted.get(address, ()):
        if not isinstance(value, Tensor):
            name = inserted.block.name
            message = f"`{name}` can be inserted after one tensor, but this is {describe(value)}"
            raise frame.fault("insert", message, inserted.place.span)
        value = _insert(frame, inserted, value)
    return value


def _insert(frame: Frame, inserted: Inserted, value: Tensor) -> Value:
    """Apply a block in a row of its own, then whatever is inserted after that row."""
    node, graph = inserted.node, frame.graph
    # One `insert` at many places has one span. A negative iteration, which no loop has, keeps the
    # sites apart, and is how `Scope.is_inserted` knows them.
    iterations = (*frame.iterations, -1 - inserted.number)
    inner = replace(frame, iterations=iterations, naming=Naming(node, (inserted.name,)))
    inner.use = Use(inserted.mark, inserted.mark, inserted.label)
    site = inner.site(node.span)
    name, kind = inserted.name, tree.split_call(node.block)[0].name
    inner.scope = graph.open("row", (name,), kind, frame.scope, site, node.span)
    arguments = Arguments((Given(value, node.span),), {})
    block = inserted.block
    if inserted.unit is not None:
        own = inner.top_level(inserted.unit)
        own.use = inner.use
        block = block_to_insert(own, node.block)
    result = inner.apply(block, arguments, node)
    graph.close(inner.scope, {}, {"x": value.value}, tensors_in(result))
    if isinstance(result, Tensor) and result.type != value.type:
        text = f"`{kind}`, inserted here, changes {value.type} to {result.type}"
        frame.context.reshaped[node.span] = Label(node.span, text)
    return insert_at(frame, result, graph.address(inner.scope, site))


def block_to_insert(frame: Frame, written: tree.Call | tree.Name) -> Applicable:
    """The block to insert, with the parameters that it is given."""
    name, given = tree.split_call(written)
    value = resolve_callee(frame, name)
    if isinstance(written, tree.Call):
        _check_named(frame, value, given)
        value = frame.apply(value, evaluate_arguments(frame, given, (), value), written)
    if isinstance(value, BlockValue | OperationValue):
        return value
    message = f"only a block or a cell can be inserted, but this is {describe(value)}"
    raise frame.fault("insert", message, written.span)


def _check_named(frame: Frame, callee: Value, given: tuple[tree.Argument, ...]) -> None:
    """Check that parameters have names: the first positional one is the tensor of the place."""
    if not given or given[0].name is not None:
        return
    parameters = callee.parameters if isinstance(callee, BlockValue | OperationValue) else ()
    own = parameters[1:] if isinstance(callee, BlockValue) else parameters
    message = "parameters of an inserted block must be given by name"
    hint = f"write `{own[0]} = {given[0].span.text}`" if own else None
    raise frame.fault("argument", message, given[0].span, help=hint)


def call_function(
    frame: Frame, callee: FunctionValue, arguments: Arguments, node: tree.Node
) -> Value:
    """The value of a function. `max` of numbers is one, but `max` of tensors is an operation."""
    if callee.name in OPERATIONS and arguments.has_tensors:
        operation = OperationValue(OPERATIONS[callee.name])
        return frame.context.rules.callees[OperationValue](frame, operation, arguments, node)
    function = callee.function
    if arguments.named:
        first = next(iter(arguments.named.values()))
        message = f"`{function.name}` takes its arguments without names"
        hint = f"write `{show(first.value)}`"
        raise frame.fault("argument", message, first.span, help=hint)
    count, least, most = len(arguments.positional), function.least, function.most
    if count < least or (most is not None and count > most):
        takes = f"`{function.name}` takes {describe_count(least, most)}"
        raise frame.fault("argument", f"{takes}, but this call has {count}", node.span)
    try:
        return callee.call(*(given.value for given in arguments.positional))
    except BadValue as bad:
        message = f"`{function.name}`: {bad}"
        wrong = [given for given in arguments.positional if given.value is bad.culprit]
        if wrong and origin(wrong[0]) is not wrong[0]:
            raise frame.refuse("value", message, wrong[0], "the argument") from None
        raise frame.fault("value", message, node.span) from None
