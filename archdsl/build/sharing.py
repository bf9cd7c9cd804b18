"""Shared layers: `share encoder = tower(channels = 16)`, and the uses of `encoder` after it.

Every use is evaluated like a call of the block, so that it has shapes and costs of its own. Then
its operations are compared with those of the first use: they must be the same layers, with weights
of the same shapes, since one module computes them all.
"""

from __future__ import annotations

from archdsl.build.arguments import running_name
from archdsl.build.calls import resolve_callee
from archdsl.build.context import Frame
from archdsl.build.request import Fault, LocatedUse
from archdsl.build.values import (
    Arguments,
    BlockValue,
    OperationValue,
    SharedBlock,
    Tensor,
    Value,
    describe,
    holds_tensor,
)
from archdsl.diagnostics import Label
from archdsl.ir.builder import Builder, Use
from archdsl.ir.graph import Node, Scope
from archdsl.ir.graph import Value as GraphValue
from archdsl.ops.forms import Expression
from archdsl.ops.tied import TiedWeight
from archdsl.syntax import tree


def share(frame: Frame, statement: tree.Share) -> None:
    """Give a name to a block whose uses have one set of layers."""
    node, name = statement.block, statement.name
    value = resolve_callee(frame, node) if isinstance(node, tree.Name) else frame.evaluate(node)
    if not isinstance(value, BlockValue | OperationValue):
        message = f"only a block can be shared, but this is {describe(value)}"
        hint = "name what is shared without a tensor: `share encoder = conv(kernel = 3)`"
        raise frame.fault("type", message, node.span, help=hint)
    if name in frame.fixed:
        message = f"there is already a parameter `{name}`"
        raise frame.fault("name", message, statement.span)
    body = _body(frame)
    address = frame.graph.address(body, frame.site(statement.span))
    frame.bind(name, SharedBlock(name, value, body, address, statement.span), None)


def apply_shared(frame: Frame, callee: SharedBlock, arguments: Arguments, node: tree.Node) -> Value:
    """The result of one use of shared layers."""
    _check_call(frame, callee, arguments, node)
    graph = frame.graph
    nodes, scopes = len(graph), len(graph.scopes)
    result = frame.apply(callee.block, arguments, node)
    use = Use(range(nodes, len(graph)), range(scopes, len(graph.scopes)))
    if not use.nodes:
        return result
    graph.share(callee.name, use)
    first = frame.context.shared.setdefault(callee.share, LocatedUse(use, node.span))
    if first.use != use:
        _check_likeness(frame, callee, first, LocatedUse(use, node.span))
        graph.tie(first.use, use)
    return result


def tied_weight(frame: Frame, shared: SharedBlock, node: tree.Attribute) -> Value:
    """`wte.weight`: the weight of a shared layer, as a tensor that is the same for all samples."""
    also = (Label(shared.span, "shared here"),)
    if node.name != "weight":
        message = f"a shared layer has a `weight`, but no `{node.name}`"
        raise frame.fault("value", message, node.span, also=also)
    _check_body(frame, shared, node)
    first = frame.context.shared.get(shared.share)
    if first is None:
        message = f"the weight of `{shared.name}` is known only after its first use"
        hint = f"pass a tensor through it first: `{running_name(frame)} -> {shared.name}`"
        raise frame.fault("share", message, node.span, also=also, help=hint)
    graph = frame.graph
    layer = graph.node(first.use.nodes[0])
    shape = layer.operation.weight(*graph.types(graph.reads[layer.index]))
    if first.use.scopes or shape is None:
        message = "only a shared `embedding` or `linear` has a `weight`, but this is"
        what = describe(shared.block)
        raise frame.fault("value", f"{message} {what}", node.span, also=also)
    tensor = frame.add(TiedWeight(shape), [], {}, node)
    assert isinstance(tensor, Tensor)
    graph.hold(tensor.value.node, layer.index)
    return tensor


def _body(frame: Frame) -> int:
    """The scope of the body around this place, which may be in a row of a table."""
    around = frame.graph.enclosing(frame.scope)
    return next(scope.index for scope in around if scope.kind in ("block", "network"))


def _check_call(frame: Frame, callee: SharedBlock, arguments: Arguments, node: tree.Node) -> None:
    """Check that a use is in the body that shares the block, and gives it tensors only."""
    _check_body(frame, callee, node)
    also = (Label(callee.span, "shared here"),)
    for given in (*arguments.positional, *arguments.named.values()):
        if not holds_tensor(given.value):
            message = f"a use of `{callee.name}` is given tensors only, but this is"
            hint = f"give it where the block is shared: `share {callee.name} = ...`"
            raise frame.fault(
                "argument", f"{message} {describe(given.value)}", given.span, also=also, help=hint
            )
    if not arguments.has_tensors:
        hint = f"pass a tensor: `{running_name(frame)} -> {callee.name}`"
        message = f"`{callee.name}` is shared, and takes a tensor"
        raise frame.fault("argument", message, node.span, also=also, help=hint)


def _check_body(frame: Frame, shared: SharedBlock, node: tree.Node) -> None:
    """Check that a use is in the body that shares the block."""
    if _body(frame) != shared.scope:
        message = f"`{shared.name}` can only be used in the body that shares it"
        hint = "a block that gets it as an argument would have to hold its layers a second time"
        also = (Label(shared.span, "shared here"),)
        raise frame.fault("call", message, node.span, also=also, help=hint)


def _check_likeness(
    frame: Frame, callee: SharedBlock, first: LocatedUse, later: LocatedUse
) -> None:
    """Check that the layers of the first use can compute a later one."""
    graph = frame.graph
    reason = _difference(graph, first.use, later.use)
    if reason is None:
        return
    message = f"`{callee.name}` cannot share its layers: {reason}"
    also = (
        Label(first.span, f"first used here, {_entering(graph, first.use)}"),
        Label(callee.span, "shared here"),
    )
    label = f"used here, {_entering(graph, later.use)}"
    raise Fault(frame.error("share", message, later.span, label, also=also))


def _entering(graph: Builder, use: Use) -> str:
    """`on 3 x 32^2 and 8 x 16^2`: what enters a use from outside."""
    values = (value for index in use.nodes for value in graph.reads[index])
    outside = dict.fromkeys(value for value in values if value.node not in use.nodes)
    return "on " + " and ".join(str(graph.type(value)) for value in outside)


def _difference(graph: Builder, first: Use, later: Use) -> str | None:
    """Why one module cannot compute both uses; None if it can."""
    if [len(part) for part in first] != [len(part) for part in later]:
        return "it consists of other operations here"
    for own, other in zip(first.nodes, later.nodes, strict=True):
        one, two = graph.node(own), graph.node(other)
        if type(one.operation) is not type(two.operation):
            return f"here is `{two.operation.name}` where its first use has `{one.operation.name}`"
        if _form(graph, one) != _form(graph, two):
            form = _form(graph, two)
            what = "sizes" if isinstance(form, Expression) else "weights"
            return f"`{one.operation.name}` needs other {what} here"
    if _wiring(graph, first) != _wiring(graph, later):
        return "its operations are connected differently here"
    return None


def _form(graph: Builder, node: Node) -> object:
    """All that PyTorch needs to know of an operation: two that are equal can be one module."""
    return node.operation.emit(graph.types(graph.operands(node)), node.results)


def _wiring(graph: Builder, use: Use) -> object:
    """What each operation reads and each scope takes and gives, in terms of the use itself."""
    entering: dict[GraphValue, int] = {}

    def relative(value: GraphValue) -> tuple[int, int]:
        if value.node in use.nodes:
            return value.node - use.nodes.start, value.result
        return -1, entering.setdefault(value, len(entering))

    def inside(scope: Scope) -> object:
        inputs = [(name, relative(value)) for name, value in scope.inputs.items()]
        return scope.definition, inputs, [relative(value) for value in scope.outputs]

    scopes = [inside(graph.scopes[index]) for index in use.scopes]
    return scopes, [[relative(value) for value in graph.reads[index]] for index in use.nodes]
