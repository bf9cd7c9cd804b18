"""Blocks: arguments bound to parameters, then the body evaluated in a scope of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archdsl.diagnostics import Diagnostic, did_you_mean
from archdsl.elaborate import expressions, statements
from archdsl.elaborate.program import TYPE_WORDS
from archdsl.elaborate.session import Fault, Frame, Session
from archdsl.elaborate.values import (
    BlockValue,
    Given,
    OperationValue,
    Tensor,
    Value,
    Written,
    describe,
    holds_tensor,
    is_number,
    tensors_in,
)
from archdsl.ir.graph import Value as GraphValue
from archdsl.source import Span
from archdsl.syntax import tree


def apply_block(
    session: Session, frame: Frame, callee: BlockValue, arguments: Written, node: tree.Node
) -> Value:
    """What a block returns for these arguments; without its inputs, a block with them given."""
    block = callee.definition
    given = _bind(session, callee, arguments, node)
    missing = [p for p in block.parameters if p.default is None and p.name not in given]
    if missing and not arguments.positional and not any(map(holds_tensor, _values(given))):
        return BlockValue(block, callee.unit, given)
    if missing:
        raise Fault(_missing(session, block, missing[0], arguments, node))
    _check_recursion(session, block, node.span)
    session.step(node.span)
    session.enter(node.span)
    session.calls.append((block, node.span))
    try:
        return _evaluate_body(session, frame, callee, given, node)
    finally:
        session.calls.pop()
        session.leave()


def _values(given: Mapping[str, Given]) -> list[Value]:
    return [g.value for g in given.values()]


def _bind(
    session: Session, callee: BlockValue, arguments: Written, node: tree.Node
) -> dict[str, Given]:
    block = callee.definition
    names = [parameter.name for parameter in block.parameters]
    if len(arguments.positional) > len(names):
        message = f"`{block.name}` has {len(names)} parameters, not {len(arguments.positional)}"
        raise Fault(session.error("argument", message, arguments.positional[len(names)].span))
    bound = dict(zip(names, arguments.positional, strict=False))
    for name, value in arguments.named.items():
        if name not in names:
            hint = did_you_mean(name, names) or f"it has {', '.join(f'`{n}`' for n in names)}"
            message = f"`{block.name}` has no parameter `{name}`"
            raise Fault(session.error("argument", message, value.span, help=hint))
        if name in bound:
            raise Fault(session.error("argument", f"`{name}` is given twice", value.span))
        bound[name] = value
    return {**callee.given, **bound}


def _missing(
    session: Session,
    block: tree.Block,
    parameter: tree.Parameter,
    arguments: Written,
    node: tree.Node,
) -> Diagnostic:
    message = f"`{block.name}` needs `{parameter.name}`"
    hint = None if arguments.has_tensors else f"pass a tensor on: `x -> {node.span.text}`"
    return session.error("argument", message, node.span, help=hint)


def _check_recursion(session: Session, block: tree.Block, span: Span) -> None:
    open_blocks = [open_block for open_block, _ in session.calls]
    if block not in open_blocks:
        return
    around = [b.name for b in open_blocks[open_blocks.index(block) :]]
    path = " -> ".join([*around, block.name])
    raise Fault(session.error("recursion", f"blocks call each other in a circle: {path}", span))


def _evaluate_body(
    session: Session, frame: Frame, callee: BlockValue, given: dict[str, Given], node: tree.Node
) -> Value:
    block = callee.definition
    name = frame.name_of(node)
    site = frame.site(node.span)
    definition = session.definition(block)
    scope = session.graph.open(
        "block", name, block.name, frame.scope, site, node.span, definition
    )
    inner = Frame(callee.unit, scope, {})
    bind_parameters(session, inner, block.name, block.parameters, given)
    inputs = _inputs(inner.names)
    first = next((v for v in inner.names.values() if holds_tensor(v)), ())
    inner.running = first if isinstance(first, tuple) else (first,)
    result = statements.run_body(session, inner, block.body, node.span)
    bindings = {n: v for n, v in inner.names.items() if not holds_tensor(v)}
    session.graph.close(scope, bindings, inputs, tensors_in(result))
    return result


def _inputs(names: Mapping[str, Value]) -> dict[str, GraphValue]:
    """The tensors among the parameters; those of a tuple are numbered."""
    inputs: dict[str, GraphValue] = {}
    for name, value in names.items():
        if isinstance(value, Tensor):
            inputs[name] = value.value
        elif isinstance(value, tuple):
            inputs |= {f"{name}{i}": v for i, v in enumerate(tensors_in(value), start=1)}
    return inputs


def bind_parameters(
    session: Session,
    frame: Frame,
    owner: str,
    parameters: tuple[tree.Parameter, ...],
    given: Mapping[str, Given],
) -> None:
    """Give every parameter its argument or its default, each checked against its type."""
    for parameter in parameters:
        argument = given.get(parameter.name)
        if argument is None:
            assert parameter.default is not None
            default = expressions.evaluate(session, frame, parameter.default)
            argument = Given(default, parameter.default.span)
        if not _suits(parameter, argument.value):
            message = f"`{parameter.name}` of `{owner}` is {_wanted(parameter)}"
            message += f", not {describe(argument.value)}"
            raise Fault(session.error("type", message, argument.span))
        frame.names[parameter.name] = argument.value


def _is_block(value: Value) -> bool:
    return isinstance(value, BlockValue | OperationValue)


_TYPES: dict[str, Callable[[Value], bool]] = {
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": is_number,
    "bool": lambda value: isinstance(value, bool),
    "tuple": lambda value: isinstance(value, tuple),
    "tensor": holds_tensor,
    "block": _is_block,
    "none": lambda value: value is None,
}
_ARTICLES = {"int": "an integer", "none": "`none`"}


def _suits(parameter: tree.Parameter, value: Value) -> bool:
    types = types_of(parameter)
    if not types:
        return True
    return any(_TYPES[t](value) if t in TYPE_WORDS else value == t for t in types)


def types_of(parameter: tree.Parameter) -> tuple[str, ...]:
    """The types as written, else those that the default suggests; others take anything."""
    if parameter.types:
        return parameter.types
    default = parameter.default
    if isinstance(default, tree.Number | tree.Tuple | tree.Shape):
        return ("number", "tuple")
    if isinstance(default, tree.Constant) and default.value is not None:
        return ("bool",)
    return ()


def _wanted(parameter: tree.Parameter) -> str:
    shown = [
        _ARTICLES.get(t, f"a {t}") if t in TYPE_WORDS else f"`{t}`" for t in types_of(parameter)
    ]
    return " or ".join(shown)

