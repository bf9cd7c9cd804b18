"""What a pass gives: another graph, and the rules by which weights of the first become its own.

A rule speaks of nodes: the tensors that it reads are those of some nodes of the graph before, by
their names in torch's layer (`weight`, `running_mean`), and those that it makes belong to one
node after. Under which key a state dict has them is up to the module that is made of a graph.
Rules do arithmetic only, so tensors of any library will do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from archdsl.ir.graph import Graph, Node
from archdsl.ops.base import Expression, Layer
from archdsl.ops.sources import Input

Tensors: TypeAlias = Mapping[str, Any]
"""What a node holds, by its names in the layer; a free parameter is its only one, named ``."""

Paths: TypeAlias = Mapping[int, str]
"""Where in a module the layer of each node stands: what its keys in a state dict begin with."""


class WeightRule(Protocol):
    """How the tensors of one `node` after a pass come of those that it `reads`."""

    @property
    def node(self) -> int: ...

    @property
    def reads(self) -> tuple[int, ...]: ...

    def compute(self, *held: Tensors) -> Tensors: ...


@dataclass(frozen=True, slots=True)
class Keep:
    """The tensors of a node as they were, in its new place."""

    node: int
    reads: tuple[int]

    def compute(self, *held: Tensors) -> Tensors:
        return held[0]


@dataclass(frozen=True)
class Lowered:
    """The graph after a pass, with a rule for each of its nodes that holds tensors."""

    graph: Graph
    weights: tuple[WeightRule, ...]

    def convert_state(self, state: Tensors, before: Paths, after: Paths) -> dict[str, Any]:
        """The state dict of a module of the graph, from that of a module of the one before."""
        held = _tensors_by_node(state, before)
        made = {
            rule.node: rule.compute(*map(held.__getitem__, rule.reads)) for rule in self.weights
        }
        return {
            f"{after[node]}.{name}" if name else after[node]: tensor
            for node, tensors in made.items()
            for name, tensor in tensors.items()
        }


def _tensors_by_node(state: Tensors, paths: Paths) -> dict[int, Tensors]:
    """The tensors of each node that has a path."""
    by_layer: dict[str, dict[str, Any]] = {key: {"": value} for key, value in state.items()}
    for key, value in state.items():
        layer, _, name = key.rpartition(".")
        by_layer.setdefault(layer, {})[name] = value
    return {node: by_layer.get(path, {}) for node, path in paths.items()}


def nodes_with_tensors(graph: Graph) -> Iterator[Node]:
    """The nodes that can hold tensors of their own: free parameters, and layers not shared."""
    for node in graph:
        if isinstance(node.operation, Input):
            continue
        form = node.operation.emit(graph.types(graph.operands(node)), node.results)
        if not isinstance(form, Expression) and not (isinstance(form, Layer) and form.shared):
            yield node
