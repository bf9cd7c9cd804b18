"""Whether a recipe fits its network: the shapes that it gives to it, and the parts that it names.

The network is inferred at these shapes and not built again: the emitted module has its weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from archdsl.diagnostics import CompileError, Diagnostic, Label, error, suggestion, warning
from archdsl.infer import infer
from archdsl.ir.graph import Graph, Node
from archdsl.ir.probabilities import final_softmax
from archdsl.ir.types import TensorType, show_shape
from archdsl.recipes.recipe import FullLength, Recipe
from archdsl.settings.reading.entries import Entries, Entry
from archdsl.source import Span


def clip_shape(recipe: Recipe) -> tuple[int, ...]:
    """The shape of a training clip: channels, frames, height, width."""
    return (3, recipe.clip.frames, recipe.crop, recipe.crop)


def view_shape(recipe: Recipe) -> tuple[int, ...]:
    """The shape of a view in the test. A whole video without a bound counts as long as a clip."""
    test, frames = recipe.test, recipe.clip.frames
    if isinstance(test, FullLength) and test.frames is not None:
        frames = test.frames
    return (3, frames, *test_size(recipe))


def test_size(recipe: Recipe) -> tuple[int, int]:
    """Height and width of a view in the test."""
    size = recipe.test.size
    return size if isinstance(size, tuple) else (size, size)


def misfits(recipe: Recipe, entries: Entries, graph: Graph, network: Span) -> Iterator[Diagnostic]:
    """What a recipe asks of its network that it cannot do; `network` is its name in the recipe."""
    interface = [*_interface(graph, network)]
    yield from interface
    yield from _dropout(entries, graph)
    yield from _norms(entries, graph)
    if not interface:
        yield from _class_weights(recipe, entries, graph)
        yield from _softmax(recipe, entries, graph, network)
        yield from _clip(recipe, entries, graph)
        yield from _test(recipe, entries, graph)


def _interface(graph: Graph, network: Span) -> Iterator[Diagnostic]:
    """The emitted scripts give a network one video, and take one score for each class."""
    inputs = [graph.type(value) for value in graph.inputs.values()]
    if len(inputs) != 1 or not _is_video(inputs[0]):
        shown = " and ".join(map(str, inputs))
        wanted = "must take one video, 3 x T x H x W"
        message = f"the network of a recipe {wanted}, but `{graph.name}` takes {shown}"
        yield error("recipe", message, network)
    outputs = [graph.type(value).shape for value in graph.outputs]
    if len(outputs) != 1 or len(outputs[0]) != 1:
        shown = " and ".join(map(show_shape, outputs))
        wanted = "must give one number for each class"
        message = f"the network of a recipe {wanted}, but `{graph.name}` gives {shown}"
        yield error("recipe", message, network)


def _is_video(x: TensorType) -> bool:
    return x.rank == 4 and x.channels == 3 and not x.integers


def _dropout(entries: Entries, graph: Graph) -> Iterator[Diagnostic]:
    if "dropout" in entries and "dropout" not in graph.open_parameters:
        message = f"network `{graph.name}` must have a parameter `dropout` that its blocks use"
        hint = f"write `network {graph.name}(dropout = 0.5)`, and pass `dropout` to its blocks"
        yield error("recipe", message, entries["dropout"].span, help=hint)


def _class_weights(recipe: Recipe, entries: Entries, graph: Graph) -> Iterator[Diagnostic]:
    classes = graph.type(graph.outputs[0]).channels
    weights = recipe.class_weights
    if isinstance(weights, tuple) and len(weights) != classes:
        wanted = f"a number for each class, {classes}"
        message = f"`class_weights` must have {wanted}, but this has {len(weights)}"
        yield error("recipe", message, entries["class_weights"].span)


def _norms(entries: Entries, graph: Graph) -> Iterator[Diagnostic]:
    """Only batch norm has statistics to synchronise or to measure again."""
    if any(node.operation.name == "batch_norm" for node in graph):
        return
    for field in ("precise_bn", "sync_bn"):
        if field in entries:
            message = f"`{field}` needs a `batch_norm`, but network `{graph.name}` has none"
            yield error("recipe", message, entries[field].span)


def unknown_parts(
    recipe: Recipe, entries: Entries, network: str, parts: Sequence[str]
) -> Iterator[Diagnostic]:
    """Names that no part of the network has. What a pattern says of insides, training tries."""
    if all(any(fnmatchcase(part, pattern) for pattern in recipe.freeze) for part in parts):
        message = f"`freeze` must leave a part of `{network}` that learns, but this is every part"
        yield error("recipe", message, entries["freeze"].span)
    named = [(pattern, entries["freeze"].span) for pattern in recipe.freeze]
    named += [(part, entries["rates"].span_of(part)) for part, _ in recipe.rates]
    for pattern, span in named:
        first, _, _ = pattern.partition(".")
        # In a pattern that begins with `*` the first dot may be deeper inside.
        if not any(fnmatchcase(part, first) for part in parts):
            message = f"network `{network}` has no part `{first}`"
            yield error("recipe", message, span, help=suggestion(first, parts))


def _softmax(recipe: Recipe, entries: Entries, graph: Graph, network: Span) -> Iterator[Diagnostic]:
    """Cross entropy takes scores. The test averages probabilities, which a network may give."""
    node = final_softmax(graph)
    if node is None:
        return
    name, also = node.operation.name, [Label(node.span, "it ends here")]
    ends = f"network `{graph.name}` ends with `{name}`"
    if recipe.loss == "binary_cross_entropy":
        message = f"{ends}, which makes one class of several, but `loss` is of each by itself"
        yield error("recipe", message, entries["loss"].span, also=also)
    elif name == "softmax":
        message = f"{ends}: it can be tested but not trained, as training takes scores"
        yield warning("recipe", message, network, also=also)
    else:
        message = f"{ends}, but training takes scores, and the test scores or probabilities"
        yield error("recipe", message, network, also=also)


def _clip(recipe: Recipe, entries: Entries, graph: Graph) -> Iterator[Diagnostic]:
    also = [Label(entries["crop"].span, "the crop")]
    yield from _accepts(graph, clip_shape(recipe), "a clip of the recipe", entries["clip"], also)


def _test(recipe: Recipe, entries: Entries, graph: Graph) -> Iterator[Diagnostic]:
    yield from _accepts(graph, view_shape(recipe), "a view of the test", entries["test"], [])


def _accepts(
    graph: Graph, shape: tuple[int, ...], what: str, entry: Entry, also: list[Label]
) -> Iterator[Diagnostic]:
    """Check that a network takes an input of this shape, and gives as many scores as at its own.

    The shape is inferred, not the network rebuilt: the emitted module has its weights already.
    """
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
        # The first note has the path of the operation; the next would say the size again.
        yield error("recipe", message, entry.span, also=labels, notes=cause.notes[:1])
        return
    for node in _of_fixed_size(graph, typed):
        labels = [*also, Label(node.span, "it fails here")]
        message = f"{refused}: `{node.operation.name}` has weights for another size"
        yield error("recipe", message, entry.span, also=labels)
        return
    own, given = (g.type(g.outputs[0]).shape for g in (graph, typed))
    if own != given:
        message = f"{refused}: it gives {show_shape(given)}, but {show_shape(own)} at its own size"
        yield error("recipe", message, entry.span, also=also)


def _of_fixed_size(graph: Graph, typed: Graph) -> Iterator[Node]:
    """Operations that would need more or fewer weights at the other size than they have."""
    for own, other in zip(graph, typed, strict=True):
        if _weights(graph, own) != _weights(typed, other):
            yield other


def _weights(graph: Graph, node: Node) -> int:
    return node.operation.cost(graph.types(graph.operands(node)), node.results).parameters
