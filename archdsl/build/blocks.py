"""Applications of blocks: each evaluates the body in a frame and a scope of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archdsl.build import parameters
from archdsl.build.arguments import bind_arguments, names_hint, tensor_hint
from archdsl.build.context import Frame
from archdsl.build.provenance import NameHistory
from archdsl.build.request import Call, Fault
from archdsl.build.uses import place_in
from archdsl.build.values import (
    Arguments,
    BlockValue,
    Given,
    Tensor,
    Value,
    holds_tensor,
    joins_in,
    tensors_in,
)
from archdsl.ir.types import AXES
from archdsl.program.cells.blocks import CellBlock
from archdsl.program.places import dotted
from archdsl.syntax import tree

VIDEO = AXES[4]
"""The axes of a cell's input."""


def apply_block(frame: Frame, callee: BlockValue, arguments: Arguments, node: tree.Node) -> Value:
    """The result of a block; without tensors, the block with these arguments bound."""
    block = callee.block
    given = bind_arguments(frame, callee, arguments.positional, arguments.named)
    # Checked even if the block is only bound, since the mistake is here and not where it is used.
    checked = parameters.check_arguments(frame, block, given)
    missing = [p.name for p in block.parameters if p.default is None and p.name not in given]
    if missing:
        has_tensors = any(holds_tensor(argument.value) for argument in checked.values())
        if not arguments.positional and not has_tensors:
            return BlockValue(callee.definition, given)
        raise _missing(frame, callee, missing[0], arguments, node)
    return _evaluate(frame, callee, checked, node)


def _missing(
    frame: Frame, callee: BlockValue, parameter: str, arguments: Arguments, node: tree.Node
) -> Fault:
    types = parameters.describe_types(
        next(p for p in callee.block.parameters if p.name == parameter)
    )
    message = f"`{callee.name}` needs `{parameter}`{types and f': {types}'}"
    hint = names_hint(callee.parameters)
    if not arguments.has_tensors:
        hint = tensor_hint(frame, callee, node)
    return frame.fault("argument", message, node.span, help=hint)


def _evaluate(
    frame: Frame, callee: BlockValue, given: Mapping[str, Given], node: tree.Node
) -> Value:
    """The result of a block's body, which becomes a scope of the graph."""
    _check_recursion(frame, callee.block, node)
    frame.check_room(node.span)
    frame.enter(node.span)
    try:
        inner = _body_frame(frame, callee, node)
        parameters.bind_parameters(inner, callee.block, given)
        tensors = _tensors(inner.names)
        inputs = {name: tensor.value for name, tensor in tensors.items()}
        entering = {name: tensor.join for name, tensor in tensors.items() if tensor.join}
        inner.set_running(_entering(inner.names))
        _check_cell(frame, callee.block, inner.running, node)
        result = inner.run(callee.block)
        bindings = {n: v for n, v in inner.names.items() if not holds_tensor(v)}
        outputs, conditions = tensors_in(result), tuple(inner.conditions)
        leaving, targets = joins_in(result), _targets(frame.targets_of(node), result)
        frame.graph.close(
            inner.scope,
            bindings,
            inputs,
            outputs,
            inner.given,
            conditions,
            entering,
            leaving,
            targets,
        )
        return result
    finally:
        frame.leave()


def _targets(names: tuple[str, ...], result: Value) -> tuple[str, ...]:
    """The names of the tensors in a result, which may have numbers beside them."""
    if not isinstance(result, tuple) or len(names) != len(result):
        return names
    return tuple(n for n, value in zip(names, result, strict=True) if isinstance(value, Tensor))


def _check_recursion(frame: Frame, block: tree.Block, node: tree.Node) -> None:
    """Check that a block is not inside itself.

    A condition could end the recursion, but no paper's block needs that. Without recursion, an
    endless cycle is one clear message instead of 150 nested calls.
    """
    called, call = [(block, node.span)], frame.call
    while call is not None and call.block is not block:
        called.append((call.block, call.span))
        call = call.outer
    if call is None:
        return
    # A cycle is shown from its first block in the text on, whichever it was entered by, so that
    # the networks that meet it report it once.
    called.reverse()
    first = min(range(len(called)), key=lambda place: called[place - 1][0].span.start)
    turned = [*called[first:], *called[:first]]
    names = [turned[-1][0].name, *(each.name for each, _ in turned)]
    message = f"blocks call each other in a cycle: {' -> '.join(names)}"
    raise frame.fault("recursion", message, turned[0][1])


def _body_frame(frame: Frame, callee: BlockValue, node: tree.Node) -> Frame:
    """A new frame for a block's body, in which no name is bound yet."""
    block, outline = callee.block, callee.definition.outline
    names, site = frame.names_of(node), frame.site(node.span)
    scope = frame.graph.open(
        "block",
        names,
        block.name,
        frame.scope,
        site,
        node.span,
        outline.definition,
        frame.guard,
    )
    call = Call(block, node.span, frame.call)
    history = frame.history and NameHistory(scope, frozenset(callee.parameters))
    unit, assigned = callee.definition.unit, outline.assigned
    use = frame.use.inside(block.name, _place(frame, callee, node))
    return Frame(frame.context, unit, call, scope, assigned=assigned, history=history, use=use)


def _place(frame: Frame, callee: BlockValue, node: tree.Node) -> str:
    """The place of a call, if the block decides anew at each; "" otherwise."""
    if not callee.definition.varies:
        return ""
    name = tree.split_call(node)[0] if isinstance(node, tree.Call | tree.Name) else node
    return dotted(frame.use.place, place_in(frame.unit, name) or callee.block.name)


def _check_cell(
    frame: Frame, block: tree.Block, entering: tuple[Value, ...], node: tree.Node
) -> None:
    """Check that a cell gets video, since it attends over frames and over positions in them."""
    if not isinstance(block, CellBlock):
        return
    for value in entering:
        if isinstance(value, Tensor) and value.type.rank != len(VIDEO):
            message = f"cell `{block.name}` takes {' x '.join(VIDEO)}, but this is {value.type}"
            also = (frame.origin(value),)
            raise frame.fault("shape", message, node.span, also=also)


def _entering(names: Mapping[str, Value]) -> tuple[Value, ...]:
    """The running value with which a block's body starts: its first tensor parameter."""
    first = next((value for value in names.values() if holds_tensor(value)), ())
    return first if isinstance(first, tuple) else (first,)


def _tensors(names: Mapping[str, Value]) -> dict[str, Tensor]:
    """The tensors among the parameters; those of a tuple are numbered."""
    found: dict[str, Tensor] = {}
    for name, value in names.items():
        if isinstance(value, Tensor):
            found[name] = value
        elif isinstance(value, tuple):
            found |= {f"{name}{i}": tensor for i, tensor in enumerate(_inside(value), start=1)}
    return found


def _inside(value: Value) -> Iterator[Tensor]:
    """The tensors of a tuple, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple):
        for entry in value:
            yield from _inside(entry)
