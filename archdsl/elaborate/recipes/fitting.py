"""Whether a recipe and its network fit: what goes in, what comes out, what can be set."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.diagnostics import CompileError, Diagnostic, Label, error
from archdsl.elaborate.recipes.settings import Entry, Sheet
from archdsl.infer import infer
from archdsl.ir.graph import Graph
from archdsl.ir.types import TensorType, show_shape
from archdsl.recipes.recipe import Recipe
from archdsl.recipes.settings import FullLength
from archdsl.source import Span


def mistakes(recipe: Recipe, sheet: Sheet, graph: Graph, network: Span) -> Iterator[Diagnostic]:
    """What a network cannot do that a recipe asks for; `network` is where the recipe names it."""
    ends = [*_ends(graph, network)]
    yield from ends
    yield from _dropout(sheet, graph)
    yield from _norms(sheet, graph)
    if not ends:
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


def _clip(recipe: Recipe, sheet: Sheet, graph: Graph) -> Iterator[Diagnostic]:
    shape = (3, recipe.clip.frames, recipe.crop, recipe.crop)
    also = [Label(sheet["crop"].span, "the crop")]
    yield from _taken(graph, shape, "a clip of the recipe", sheet["clip"], also)


def _test(recipe: Recipe, sheet: Sheet, graph: Graph) -> Iterator[Diagnostic]:
    test, clip = recipe.test, recipe.clip
    if isinstance(test, FullLength):
        frames = test.frames or clip.frames
        shape = (3, frames, *test.size)
    else:
        shape = (3, clip.frames, test.size, test.size)
    yield from _taken(graph, shape, "a view of the test", sheet["test"], [])


def _taken(
    graph: Graph, shape: tuple[int, ...], what: str, entry: Entry, also: list[Label]
) -> Iterator[Diagnostic]:
    """That a network takes an input of this shape, and gives what it gives at its own."""
    (name,) = graph.inputs
    shown = f"{what}, {show_shape(shape)}"
    try:
        typed = infer(graph, {name: TensorType(shape)})
    except CompileError as failure:
        cause = failure.diagnostics[0]
        message = f"network `{graph.name}` does not take {shown}: {cause.message}"
        labels = [*also, Label(cause.labels[0].span, "it fails here")]
        yield error("recipe", message, entry.span, also=labels, notes=cause.notes[:1])
        return
    own, given = (g.type(g.outputs[0]).shape for g in (graph, typed))
    if own != given:
        message = f"of {shown}, network `{graph.name}` gives {show_shape(given)}"
        message = f"{message}, and of its own input {show_shape(own)}"
        yield error("recipe", message, entry.span, also=also)
