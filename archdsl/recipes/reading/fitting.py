"""Whether a recipe and its network fit: what goes in, what comes out, what can be set."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.diagnostics import CompileError, Diagnostic, Label, error, warning
from archdsl.infer import infer
from archdsl.ir.ending import softmax_at_end
from archdsl.ir.graph import Graph, Node
from archdsl.ir.types import TensorType, show_shape
from archdsl.recipes.reading.settings import Entry, Sheet
from archdsl.recipes.reading.shapes import clip_shape, view_shape
from archdsl.recipes.recipe import Recipe
from archdsl.source import Span


def mistakes(recipe: Recipe, sheet: Sheet, graph: Graph, network: Span) -> Iterator[Diagnostic]:
    """What a network cannot do that a recipe asks for; `network` is where the recipe names it."""
    ends = [*_ends(graph, network)]
    yield from ends
    yield from _dropout(sheet, graph)
    yield from _norms(sheet, graph)
    if not ends:
        yield from _softmax(graph, network)
        yield from _clip(recipe, sheet, graph)
        yield from _test(recipe, sheet, graph)


def _ends(graph: Graph, network: Span) -> Iterator[Diagnostic]:
    """One video goes in, one vector comes out."""
    inputs = [graph.type(value).shape for value in graph.inputs.values()]
    if len(inputs) != 1 or len(inputs[0]) != 4 or inputs[0][0] != 3:
        shown = " and ".join(map(show_shape, inputs))
        message = f"a recipe is for a network of one video, 3 x T x H x W; `{graph.name}` takes"
        yield error("recipe", f"{message} {shown}", network)
    outputs = [graph.type(value).shape for value in graph.outputs]
    if len(outputs) != 1 or len(outputs[0]) != 1:
        shown = " and ".join(map(show_shape, outputs))
        message = f"a recipe is for a network that gives one number a class; `{graph.name}` gives"
        yield error("recipe", f"{message} {shown}", network)


def _dropout(sheet: Sheet, graph: Graph) -> Iterator[Diagnostic]:
    if "dropout" in sheet and "dropout" not in graph.open_parameters:
        message = f"network `{graph.name}` has no parameter `dropout` that it hands on"
        hint = "give it one, `dropout = 0.5`, and hand that to the blocks that drop"
        yield error("recipe", message, sheet["dropout"].span, help=hint)


def _norms(sheet: Sheet, graph: Graph) -> Iterator[Diagnostic]:
    """Statistics of a batch are there where a network has batch norms."""
    if any(node.operation.name == "batch_norm" for node in graph):
        return
    for field in ("precise_bn", "sync_bn"):
        if field in sheet:
            message = f"network `{graph.name}` has no `batch_norm` for `{field}`"
            yield error("recipe", message, sheet[field].span)


def _softmax(graph: Graph, network: Span) -> Iterator[Diagnostic]:
    """A loss takes scores; a test averages probabilities, which a network may give itself."""
    node = softmax_at_end(graph)
    if node is None:
        return
    ends, also = f"network `{graph.name}` ends with", [Label(node.span, "it ends here")]
    if node.operation.name == "softmax":
        message = f"{ends} `softmax`: it can be tested, but training takes scores"
        yield warning("recipe", message, network, also=also)
    else:
        message = f"{ends} `{node.operation.name}`; training takes scores, a test probabilities"
        yield error("recipe", message, network, also=also)


def _clip(recipe: Recipe, sheet: Sheet, graph: Graph) -> Iterator[Diagnostic]:
    also = [Label(sheet["crop"].span, "the crop")]
    yield from _taken(graph, clip_shape(recipe), "a clip of the recipe", sheet["clip"], also)


def _test(recipe: Recipe, sheet: Sheet, graph: Graph) -> Iterator[Diagnostic]:
    yield from _taken(graph, view_shape(recipe), "a view of the test", sheet["test"], [])


def _taken(
    graph: Graph, shape: tuple[int, ...], what: str, entry: Entry, also: list[Label]
) -> Iterator[Diagnostic]:
    """That a network takes an input of this shape, and gives what it gives at its own."""
    (name,) = graph.inputs
    if shape == graph.type(graph.inputs[name]).shape:
        return
    refused = f"network `{graph.name}` does not take {what}, {show_shape(shape)}"
    try:
        typed = infer(graph, {name: TensorType(shape)})
    except CompileError as failure:
        (cause,) = failure.diagnostics
        labels = [*also, Label(cause.labels[0].span, "it fails here")]
        message = f"{refused}: {cause.message}"
        yield error("recipe", message, entry.span, also=labels, notes=cause.notes[:1])
        return
    for node in _of_fixed_size(graph, typed):
        labels = [*also, Label(node.span, "it fails here")]
        message = f"{refused}: `{node.operation.name}` has weights for another size"
        yield error("recipe", message, entry.span, also=labels)
        return
    own, given = (g.type(g.outputs[0]).shape for g in (graph, typed))
    if own != given:
        message = f"{refused}: it gives {show_shape(given)}, and {show_shape(own)} at its own size"
        yield error("recipe", message, entry.span, also=also)


def _of_fixed_size(graph: Graph, typed: Graph) -> Iterator[Node]:
    """Operations that would need more weights, or fewer, than they have."""
    for own, other in zip(graph, typed, strict=True):
        if _weights(graph, own) != _weights(typed, other):
            yield other


def _weights(graph: Graph, node: Node) -> int:
    return node.operation.cost(graph.types(graph.operands(node)), node.results).parameters
