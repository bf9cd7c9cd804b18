"""The same network at another input: types inferred anew, operations untouched."""

from __future__ import annotations

from collections.abc import Mapping

from archdsl.diagnostics import CompileError, Diagnostic, Label, error
from archdsl.ir.graph import Graph, Node
from archdsl.ir.naming import name_all
from archdsl.ir.rewrite import Rewrite
from archdsl.ir.types import TensorType
from archdsl.ops.base import Mismatch, Types
from archdsl.ops.sources import Input


def infer(graph: Graph, inputs: Mapping[str, TensorType]) -> Graph:
    """A copy of the graph, typed for other sizes of its inputs.

    What the emitted module does at that size is what this computes: parameters keep their
    values. An input that is not named keeps its size.

    Raises:
        CompileError: the network does not take these sizes.
    """
    given = {graph.inputs[name].node: Input(type_.shape) for name, type_ in inputs.items()}
    typed = Rewrite(graph)
    for node in graph:
        try:
            typed.replace(node, given.get(node.index, node.operation))
        except Mismatch as mismatch:
            told = _explain(graph, typed.operands(node), node, mismatch)
            raise CompileError([told]) from None
    return typed.finish()


def _explain(graph: Graph, types: Types, node: Node, mismatch: Mismatch) -> Diagnostic:
    spans = [graph.node(operand.node).span for operand in graph.operands(node)]
    labels = [Label(span, str(type_)) for span, type_ in zip(spans, types, strict=True)]
    notes = [f"in {name_all(graph).path(node)}", "at the input that was asked for"]
    return error("shape", mismatch.message, node.span, also=labels, notes=notes, help=mismatch.help)
