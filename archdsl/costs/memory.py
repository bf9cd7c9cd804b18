"""Peak memory, by a stated model of which values are alive."""

from __future__ import annotations

from archdsl.costs.figures import BYTES_PER_ELEMENT, Costs
from archdsl.ir.graph import Graph, Node


def inference_bytes(graph: Graph, costs: Costs) -> int:
    """Peak bytes of one forward pass over one sample, in single precision.

    Operations run one by one in the graph's order. A value is alive from the operation that
    makes it until the last one that reads it or a view of it; nothing is computed in place.
    The parameters are alive throughout.
    """
    made = [_own_elements(node) for node in graph]
    freed = [0] * len(made)
    for index, last in _last_uses(graph).items():
        freed[last] += made[index]
    alive = peak = 0
    for size, dead in zip(made, freed, strict=True):
        alive += size
        peak = max(peak, alive)
        alive -= dead
    return BYTES_PER_ELEMENT * (peak + costs.total.params)


def training_bytes(graph: Graph, costs: Costs) -> int:
    """Peak bytes of one training step over one sample, in single precision.

    Every value that is no view is kept until the backward pass, where the largest of them
    has its gradient beside it; each parameter has a gradient and a momentum.
    """
    sizes = [_own_elements(node) for node in graph]
    return BYTES_PER_ELEMENT * (sum(sizes) + max(sizes, default=0) + 3 * costs.total.params)


def _own_elements(node: Node) -> int:
    return 0 if node.operation.is_view else sum(t.volume for t in node.results)


def _last_uses(graph: Graph) -> dict[int, int]:
    """For each node that owns memory, the last node that reads it, through views or directly."""
    owner: dict[int, int] = {}
    last: dict[int, int] = {}
    for node in graph:
        operands = graph.operands(node)
        for operand in operands:
            last[owner[operand.node]] = node.index
        is_view = node.operation.is_view and operands
        owner[node.index] = owner[operands[0].node] if is_view else node.index
        last[owner[node.index]] = node.index
    end = len(graph) - 1
    return last | {owner[value.node]: end for value in graph.outputs}
