"""Shape inference at another input size: the same operations, with new types.

Shapes are integers, so another size is another run of each operation's shape rule, in
milliseconds. Nothing is planned or built again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from archdsl.diagnostics import CompileError, Diagnostic, Label, error
from archdsl.ir.graph import Graph, Node
from archdsl.ir.naming import name_all
from archdsl.ir.rewrite import Rewrite
from archdsl.ir.types import TensorType
from archdsl.ops.base import Mismatch, Types
from archdsl.ops.forms import Expression
from archdsl.ops.sources import Input


def infer(graph: Graph, inputs: Mapping[str, TensorType]) -> Graph:
    """A copy of the graph with other shapes of its inputs, without the batch.

    Parameters keep their values, as they do in an emitted module that gets other inputs. An input
    that is not named keeps its shape.

    Raises:
        CompileError: the network does not take these sizes.
    """
    given = {graph.inputs[name].node: type_.shape for name, type_ in inputs.items()}
    typed = Rewrite(graph)
    for node in graph:
        operation = node.operation
        if isinstance(operation, Input) and node.index in given:
            # Inputs are operations without operands, so a new shape is a new operation.
            operation = replace(operation, shape=given[node.index])
        try:
            typed.replace(node, operation)
        except Mismatch as mismatch:
            diagnostic = _explain(graph, typed.operands(node), node, mismatch)
            raise CompileError([diagnostic]) from None
    return typed.finish()


def is_same_module(graph: Graph, other: Graph) -> bool:
    """Whether one module computes both graphs: the same layers in the same order.

    What `forward` computes from the sizes of tensors may differ.
    """
    return [*_layers(graph)] == [*_layers(other)]


def _layers(graph: Graph) -> Iterator[object]:
    for node in graph:
        if isinstance(node.operation, Input):
            continue
        form = node.operation.emit(graph.types(graph.operands(node)), node.results)
        yield form.template if isinstance(form, Expression) else form


def _explain(graph: Graph, types: Types, node: Node, mismatch: Mismatch) -> Diagnostic:
    spans = [graph.node(operand.node).span for operand in graph.operands(node)]
    labels = [Label(span, str(type_)) for span, type_ in zip(spans, types, strict=True)]
    notes = [f"in {name_all(graph).path(node)}", "at the given input size"]
    return error("shape", mismatch.message, node.span, also=labels, notes=notes, help=mismatch.help)
