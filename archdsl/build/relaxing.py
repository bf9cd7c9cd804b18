"""The rule of choices in a relaxed network: a choice between tensors is their learned weighted sum.

So a supergraph is a network like any other. It has all options of every choice, and a parameter
with a weight for each: no other rule knows that it was a space. What `choose` has decided stays
decided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from archdsl.build.alternatives import (
    Option,
    decision_name,
    items_of,
    options_of,
    other_options,
)
from archdsl.build.connections import Connection, Weighing
from archdsl.build.context import Frame
from archdsl.build.values import Given, Tensor, Value, describe, holds_tensor
from archdsl.diagnostics import Label
from archdsl.ir.graph import Address
from archdsl.ops.weighing import WeightedSum
from archdsl.plan.decisions import Decision, NothingLeft, OtherOptions
from archdsl.syntax import tree


@dataclass(frozen=True)
class Relaxing:
    """The rule, and the connections that it has made; `decide` is the rule of a member."""

    weighing: Weighing
    decide: Callable[[Frame, tree.Choice], Value]
    connections: dict[str, Connection] = field(default_factory=dict)

    def __call__(self, frame: Frame, node: tree.Choice) -> Value:
        """The weighted sum of all options that are left."""
        options = options_of(frame, node)
        if len(options) == 1:
            return self.decide(frame, node)
        name, texts = decision_name(frame, node), tuple([option.text for option in options])
        try:
            allowed = frame.context.decisions.allowed(name, texts)
        except NothingLeft:
            allowed = ()
        if len(allowed) < 2:
            return self.decide(frame, node)
        decision = Decision(name, texts, allowed, node.span)
        connection, items = _connection(frame, node, decision, options)
        earlier = self.connections.setdefault(name, connection)
        if earlier.decision != decision or earlier.decision.span != node.span:
            raise other_options(frame, node, name, OtherOptions(earlier.decision))
        tensors = tuple([_tensor(frame, item) for item in items])
        _check_alike(frame, node, items, tensors)
        value, address = self._weighted(frame, node, tensors)
        places = (*earlier.places, address)
        self.connections[name] = replace(earlier, places=places)
        return (value,) if connection.is_selection else value

    def _weighted(
        self, frame: Frame, node: tree.Choice, tensors: tuple[Tensor, ...]
    ) -> tuple[Value, Address]:
        """The weighted sum of some tensors, and the address of its weights."""
        operation = WeightedSum(self.weighing.phi, self.weighing.temperature)
        options = {
            "phi": Given(operation.phi, node.span),
            "temperature": Given(operation.temperature, node.span),
        }
        operands = [Given(tensor, node.span) for tensor in tensors]
        value = frame.add(operation, operands, options, node)
        made = frame.graph.node(len(frame.graph) - 1)
        return value, frame.graph.address(made.scope, made.site)


def _connection(
    frame: Frame, node: tree.Choice, decision: Decision, options: Sequence[Option]
) -> tuple[Connection, list[Option]]:
    """The connection that a choice becomes, and what it is between."""
    if node.amount is None:
        left = [options[index] for index in decision.allowed]
        return Connection(decision, tuple([option.text for option in left])), left
    if len(decision.allowed) < len(options):
        message = f"`{decision.name}` must be decided or open, but `choose` leaves some selections"
        also = (Label(frame.context.decisions.narrowed[decision.name].span, "here"),)
        raise frame.fault("choice", message, node.span, also=also)
    items = items_of(frame, node)
    sizes = [len(cast("tree.Tuple", option.node).items) for option in options]
    texts = tuple([item.text for item in items])
    return Connection(decision, texts, min(sizes), max(sizes), is_selection=True), items


def _tensor(frame: Frame, option: Option) -> Tensor:
    """The value of an option, which must be a tensor."""
    value = None if isinstance(option.node, tree.Dash) else frame.evaluate(option.node)
    if isinstance(value, Tensor):
        return value
    must = "a choice that is searched by gradients must be between tensors"
    message = f"{must}, but `{option.text}` is {describe(value)}"
    hint = "write it between results, as in `{a(x), b(x)}`, or decide it with `choose`"
    if holds_tensor(value):
        hint = "of several tensors, write `<= 2 of {a, b, c}`"
    raise frame.fault("choice", message, option.node.span, help=hint)


def _check_alike(
    frame: Frame, node: tree.Choice, items: Sequence[Option], tensors: Sequence[Tensor]
) -> None:
    """Check that tensors can be added."""
    first = tensors[0]
    for item, tensor in zip(items, tensors, strict=True):
        if tensor.type.shape != first.type.shape:
            message = "the options of a choice that is searched by gradients must have one shape"
            texts = f"`{items[0].text}` is {first.type}, and `{item.text}` {tensor.type}"
            also = (frame.origin(first), frame.origin(tensor))
            raise frame.fault("shape", f"{message}, but {texts}", node.span, also=also)
