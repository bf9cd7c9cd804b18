"""Applications of blocks: the body evaluated in a scope of its own, or stamped once more."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from archdsl.elaborate import parameters, statements
from archdsl.elaborate.arguments import bind, listed
from archdsl.elaborate.session import Fault, Frame, Session
from archdsl.elaborate.stamps import Place, Stamp, key_of, press
from archdsl.elaborate.values import (
    BlockValue,
    Tensor,
    Value,
    Written,
    holds_tensor,
    tensors_in,
)
from archdsl.ir.graph import Value as GraphValue
from archdsl.syntax import tree


def apply_block(frame: Frame, callee: BlockValue, arguments: Written, node: tree.Node) -> Value:
    """What a block returns for these arguments; without its inputs, a block with them given.

    Raises:
        Fault: the arguments do not suit, the block calls itself, or its body has no value.
    """
    block = callee.definition
    given = bind(frame, callee, arguments.positional, arguments.named)
    values = parameters.checked(frame, parameters.Owner(block.name, block.parameters), given)
    missing = [p.name for p in block.parameters if p.default is None and p.name not in given]
    if missing and not arguments.positional and not any(map(holds_tensor, values.values())):
        return BlockValue(block, callee.unit, given)
    if missing:
        raise _missing(frame, callee, missing[0], arguments, node)
    return _Application(frame, callee, values, node).value()


def _missing(
    frame: Frame, callee: BlockValue, parameter: str, arguments: Written, node: tree.Node
) -> Fault:
    message = f"`{callee.name}` needs `{parameter}`"
    hint = listed(callee.parameters)
    if not arguments.has_tensors:
        hint = f"pass a tensor on: `x -> {node.span.text}`"
    return frame.fault("argument", message, node.span, help=hint)


@dataclass(frozen=True, slots=True)
class _Application:
    """One application of a block, at a node of the body that `frame` evaluates."""

    frame: Frame
    callee: BlockValue
    values: Mapping[str, Value]
    node: tree.Node

    def value(self) -> Value:
        session, span = self.frame.session, self.node.span
        self._check_recursion()
        session.step(span)
        key, inputs = key_of(self.callee, self.values)
        if key not in session.stamps:
            session.stamps[key] = None
            return self._evaluate(key, inputs)
        stamp = session.stamps[key]
        if stamp is None:
            raise Fault  # it failed before, and the reason was reported
        session.step(span, len(stamp.scopes))
        session.check_room(span, len(stamp.nodes), len(stamp.scopes))
        return press(session.graph, stamp, inputs, self._place())

    def _place(self) -> Place:
        frame, span = self.frame, self.node.span
        return Place(frame.name_of(self.node), frame.scope, frame.site(span), span)

    def _evaluate(self, key: Hashable, inputs: tuple[GraphValue, ...]) -> Value:
        session, block = self.frame.session, self.callee.definition
        nodes, scopes = len(session.graph), len(session.graph.scopes)
        session.enter(self.node.span)
        session.calls.append((block, self.node.span))
        try:
            result = self._run(session)
        finally:
            session.calls.pop()
            session.leave()
        made, opened = len(session.graph), len(session.graph.scopes)
        session.stamps[key] = Stamp(range(nodes, made), range(scopes, opened), inputs, result)
        return result

    def _run(self, session: Session) -> Value:
        block, place = self.callee.definition, self._place()
        outline = session.outline(block)
        scope = session.graph.open(
            "block",
            place.name,
            block.name,
            place.parent,
            place.site,
            place.span,
            outline.definition,
        )
        inner = Frame(session, self.callee.unit, scope, assigned=outline.assigned)
        parameters.fill(inner, parameters.Owner(block.name, block.parameters), self.values)
        inputs = _inputs(inner.names)
        inner.running = _entering(inner.names)
        result = statements.run_body(inner, block)
        bindings = {n: v for n, v in inner.names.items() if not holds_tensor(v)}
        session.graph.close(scope, bindings, inputs, tensors_in(result))
        return result

    def _check_recursion(self) -> None:
        block, calls = self.callee.definition, self.frame.session.calls
        start = next((i for i, (open_block, _) in enumerate(calls) if open_block is block), None)
        if start is None:
            return
        path = " -> ".join([open_block.name for open_block, _ in calls[start:]] + [block.name])
        message = f"blocks call each other in a circle: {path}"
        raise self.frame.fault("recursion", message, self.node.span)


def _entering(names: Mapping[str, Value]) -> tuple[Value, ...]:
    """What bare calls of a block start from: its first parameter that is a tensor."""
    first = next((value for value in names.values() if holds_tensor(value)), ())
    return first if isinstance(first, tuple) else (first,)


def _inputs(names: Mapping[str, Value]) -> dict[str, GraphValue]:
    """The tensors among the parameters; those of a tuple are numbered."""
    inputs: dict[str, GraphValue] = {}
    for name, value in names.items():
        if isinstance(value, Tensor):
            inputs[name] = value.value
        elif isinstance(value, tuple):
            inputs |= {f"{name}{i}": v for i, v in enumerate(tensors_in(value), start=1)}
    return inputs
