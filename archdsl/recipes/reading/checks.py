"""What is wrong with settings: they contradict each other, or do not fit their network.

A network does not fit by what goes in, what comes out, or what can be set in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from archdsl import limits
from archdsl.build.values import show
from archdsl.diagnostics import CompileError, Diagnostic, Label, error, warning
from archdsl.infer import infer
from archdsl.ir.graph import Graph, Node, softmax_at_end
from archdsl.ir.types import TensorType, show_shape
from archdsl.recipes.reading.settings import Entry, Sheet
from archdsl.recipes.recipe import FullLength, Recipe, ScaleJitter, Sgd, Steps
from archdsl.source import Span

# The shapes of what a recipe gives to its network


def clip_shape(recipe: Recipe) -> tuple[int, ...]:
    """A clip in training."""
    return (3, recipe.clip.frames, recipe.crop, recipe.crop)


def view_shape(recipe: Recipe) -> tuple[int, ...]:
    """A view of the test; of a whole video without a bound, as long as a clip."""
    test, frames = recipe.test, recipe.clip.frames
    if isinstance(test, FullLength) and test.frames is not None:
        frames = test.frames
    return (3, frames, *test_size(recipe))


def test_size(recipe: Recipe) -> tuple[int, int]:
    """Height and width in the test."""
    size = recipe.test.size
    return size if isinstance(size, tuple) else (size, size)


# Settings among each other


def contradictions(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    """What is wrong with the settings of a recipe, each of which can be."""
    for check in _CHECKS:
        yield from check(recipe, sheet)


def _crop(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    scale = recipe.scale
    sides = scale.sides if isinstance(scale, ScaleJitter) else scale.size
    least = min(sides)
    if recipe.crop > least:
        message = f"a crop of {recipe.crop} does not fit into a video whose least side is {least}"
        also = [Label(sheet["scale"].span, f"{least} comes from here")]
        yield error("recipe", message, sheet["crop"].span, also=also, help=f"at most {least}")


def _test_is_smaller(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    """What is learned from crops is not found again in videos that are smaller than these."""
    least = min(test_size(recipe))
    if least < recipe.crop:
        message = f"a test at {least} is smaller than the crop of {recipe.crop} in training"
        also = [Label(sheet["crop"].span, "the crop")]
        span = sheet["test"].span_of("size")
        yield error("recipe", message, span, also=also, help=f"at least {recipe.crop}")


def _room(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    sizes = {"clip": clip_shape(recipe), "test": view_shape(recipe)}
    for name, shape in sizes.items():
        if prod(shape) > limits.CLIP:
            message = f"{show_shape(shape)} are more than {limits.CLIP:,} values"
            yield error("size", message, sheet[name].span)


def _accumulate(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    if recipe.batch % recipe.accumulate:
        message = f"{recipe.accumulate} parts do not divide a batch of {recipe.batch}"
        also = [Label(sheet["batch"].span, "the batch")]
        yield error("recipe", message, sheet["accumulate"].span, also=also)


def _warmup(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    if recipe.warmup is not None and recipe.warmup.epochs >= recipe.epochs:
        epochs = show(recipe.warmup.epochs)
        message = f"a warm-up of {epochs} epochs is no shorter than the training, {recipe.epochs}"
        span, also = sheet["warmup"].span_of("epochs"), [Label(sheet["epochs"].span, "the epochs")]
        yield error("recipe", message, span, also=also)


def _warmup_start(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    rate = recipe.optimizer.lr
    if recipe.warmup is not None and recipe.warmup.start > rate:
        start = show(recipe.warmup.start)
        message = f"a warm-up rises: it cannot start from {start}, above the rate {show(rate)}"
        also = [Label(sheet["optimizer"].span_of("lr"), "the rate")]
        yield error("recipe", message, sheet["warmup"].span_of("start"), also=also)


def _nesterov(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    """PyTorch's optimiser refuses it."""
    optimizer = recipe.optimizer
    if isinstance(optimizer, Sgd) and optimizer.nesterov and optimizer.momentum == 0:
        message = "`nesterov` is a kind of momentum, and there is none"
        span = sheet["optimizer"].span_of("nesterov")
        yield error("recipe", message, span, help="give it, as `momentum = 0.9`")


def _steps(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    if isinstance(recipe.schedule, Steps) and recipe.schedule.at[-1] >= recipe.epochs:
        last = recipe.schedule.at[-1]
        message = f"a step after epoch {last} never comes: there are {recipe.epochs} epochs"
        also = [Label(sheet["epochs"].span, "the epochs")]
        yield error("recipe", message, sheet["schedule"].span_of("at"), also=also)


def _full_length(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    test, clip = recipe.test, recipe.clip
    if isinstance(test, FullLength) and test.frames is not None and test.frames < clip.frames:
        message = f"a whole video is no shorter than a clip: {test.frames} frames, {clip.frames}"
        also = [Label(sheet["clip"].span_of("frames"), "a clip")]
        yield error("recipe", message, sheet["test"].span_of("frames"), also=also)


def _no_decay(recipe: Recipe, sheet: Sheet) -> Iterator[Diagnostic]:
    if recipe.no_decay and recipe.optimizer.weight_decay == 0:
        message = "there is no weight decay that this could be an exception from"
        yield warning("recipe", message, sheet["no_decay"].span)


_CHECKS = (
    _crop,
    _test_is_smaller,
    _room,
    _accumulate,
    _warmup,
    _warmup_start,
    _nesterov,
    _steps,
    _full_length,
    _no_decay,
)


# A recipe and its network


def misfits(recipe: Recipe, sheet: Sheet, graph: Graph, network: Span) -> Iterator[Diagnostic]:
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
