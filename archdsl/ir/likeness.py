"""Whether two graphs are one network, whatever things are called in them."""

from __future__ import annotations

from archdsl.ir.graph import Graph


def alike(a: Graph, b: Graph) -> bool:
    """The same operations on the same operands in the same order, names and blocks aside."""
    if len(a) != len(b) or a.outputs != b.outputs:
        return False
    if tuple(a.inputs.values()) != tuple(b.inputs.values()):
        return False
    return all(
        one.operation == other.operation
        and one.results == other.results
        and a.operands(one) == b.operands(other)
        for one, other in zip(a, b, strict=True)
    )
