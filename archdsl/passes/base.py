"""The result of a pass: another graph, and rules that compute its weights from those before.

A rule refers to nodes. It reads tensors of some nodes before the pass, by their names in torch's
layer (`weight`, `running_mean`), and computes those of one node after it. The keys of a state dict
depend on the emitted module, so they are given only when a state dict is converted. Rules do
arithmetic only, so that they need no torch, and work on arrays of any library.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from archdsl.ir.graph import Graph, Node
from archdsl.ir.rewrite import Rewrite
from archdsl.ops.forms import Expression, Layer
from archdsl.ops.sources import Input

Tensors: TypeAlias = Mapping[str, Any]
"""The tensors of a node, by their names in the layer; that of a free parameter is named ""."""

Paths: TypeAlias = Mapping[int, str]
"""The path of each node's layer in a module: the beginning of its keys in a state dict."""


@dataclass(frozen=True, slots=True)
class Keep:
    """The tensors of a node as they were, under its new index."""

    node: int
    reads: tuple[int]

    def compute(self, *held: Tensors) -> Tensors:
        return held[0]


@dataclass(frozen=True, slots=True)
class Fold:
    """The weight and bias of a layer together with the batch norm after it."""

    node: int
    reads: tuple[int, int]
    eps: float

    def compute(self, *held: Tensors) -> Tensors:
        layer, norm = held
        # Without `affine`, a norm has no weight and no bias: they are 1 and 0.
        scale = norm.get("weight", 1) / (norm["running_var"] + self.eps) ** 0.5
        shift = norm.get("bias", 0) - norm["running_mean"] * scale
        weight = layer["weight"]
        # Output channels are the first axis of the weight, of whatever rank.
        per_channel = scale.reshape((-1,) + (1,) * (weight.ndim - 1))
        return {"weight": weight * per_channel, "bias": layer.get("bias", 0) * scale + shift}


WeightRule: TypeAlias = Keep | Fold
"""How the tensors of one `node` after a pass follow from the nodes that it `reads` before."""


@dataclass(frozen=True)
class Lowered:
    """The graph after a pass, with a rule for each of its nodes that has tensors."""

    graph: Graph
    weights: tuple[WeightRule, ...]

    def then(self, later: Lowered) -> Lowered:
        """The result of both passes, with rules that read the graph before the first.

        A layer is folded once: a norm behind a folded one has no layer before it.
        """
        earlier = {rule.node: rule for rule in self.weights}
        return Lowered(later.graph, tuple([_both(earlier, rule) for rule in later.weights]))

    def convert_state(self, state: Tensors, before: Paths, after: Paths) -> dict[str, Any]:
        """The state dict of the new graph's module, from that of the old graph's module.

        `before` and `after` are the paths of their layers.
        """
        held = _tensors_by_node(state, before)
        made = {
            rule.node: rule.compute(*map(held.__getitem__, rule.reads)) for rule in self.weights
        }
        return {
            f"{after[node]}.{name}" if name else after[node]: tensor
            for node, tensors in made.items()
            for name, tensor in tensors.items()
        }


def _both(earlier: Mapping[int, WeightRule], rule: WeightRule) -> WeightRule:
    if isinstance(rule, Keep):
        return replace(earlier[rule.reads[0]], node=rule.node)
    layer, norm = (earlier[node] for node in rule.reads)
    assert isinstance(layer, Keep)
    assert isinstance(norm, Keep)
    return replace(rule, reads=(*layer.reads, *norm.reads))


def _tensors_by_node(state: Tensors, paths: Paths) -> dict[int, Tensors]:
    """The tensors of each node that has a path."""
    # A key is the path of a free parameter, or the path of a layer and the name of its tensor.
    by_layer: dict[str, dict[str, Any]] = {key: {"": value} for key, value in state.items()}
    for key, value in state.items():
        layer, _, name = key.rpartition(".")
        by_layer.setdefault(layer, {})[name] = value
    return {node: by_layer.get(path, {}) for node, path in paths.items()}


def kept(rewrite: Rewrite) -> Lowered:
    """The result of a pass that leaves all tensors as they are."""
    places = rewrite.places
    holding = [n.index for n in nodes_with_tensors(rewrite.graph) if n.index in places]
    rules = [Keep(places[index], (index,)) for index in holding]
    return Lowered(rewrite.finish(), tuple(rules))


def nodes_with_tensors(graph: Graph) -> Iterator[Node]:
    """The nodes that can have tensors of their own: free parameters, and layers with state.

    A later use of shared weights has none: they are those of the first use.
    """
    for node in graph:
        if isinstance(node.operation, Input) or node.weights_of is not None:
            continue
        form = node.operation.emit(graph.types(graph.operands(node)), node.results)
        if not isinstance(form, Expression) and not (isinstance(form, Layer) and form.shared):
            yield node
