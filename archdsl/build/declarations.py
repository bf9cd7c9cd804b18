"""The declarations of a network: its inputs, and how its weights are initialised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archdsl.build.arguments import evaluate_arguments
from archdsl.build.conditions import depend
from archdsl.build.context import Frame
from archdsl.build.origins import round_hint
from archdsl.build.request import Naming
from archdsl.build.schemes import INITIALISED, SCHEMES
from archdsl.build.values import Arguments, Tensor, Value, describe
from archdsl.diagnostics import suggestion
from archdsl.ir.graph import Initialisation
from archdsl.limits import MAGNITUDE
from archdsl.ops.base import Mismatch, infer_types
from archdsl.ops.sources import Input
from archdsl.params.numbers import is_integer, is_number
from archdsl.source import Span
from archdsl.syntax import tree


def _declare_input(frame: Frame, statement: tree.Input) -> None:
    """`input video: 3 x 16 x 224^2`."""
    graph = frame.graph
    if frame.call:
        message = "only a network has inputs; those of a block are its parameters"
        raise frame.fault("input", message, statement.span)
    if statement.name in graph.inputs:
        message = f"there is already an input `{statement.name}`"
        raise frame.fault("name", message, statement.span)
    if statement.name in frame.fixed:
        message = f"there is already a parameter `{statement.name}`"
        raise frame.fault("name", message, statement.span)
    if isinstance(statement.shape, tree.Chain):
        message = "an input must have a shape, but this is a chain"
        hint = f"a line that begins with `->` goes on with the line before: `{statement.name} -> f`"
        raise frame.fault("input", message, statement.shape.steps[0].span, help=hint)
    # A transform may have resized the input.
    request = frame.context.request
    shape = request.plan.shape_of(statement) if request else statement.shape
    operation = Input(_sizes(frame, shape), _bound(frame, statement))
    try:
        infer_types(operation, ())
    except Mismatch as mismatch:
        raise frame.fault("shape", mismatch.message, shape.span) from None
    frame.naming = Naming(statement, (statement.name,))
    tensor = frame.add(operation, [], {}, statement)
    assert isinstance(tensor, Tensor)
    graph.declare(statement.name, tensor.value)
    frame.bind(statement.name, tensor, None)
    frame.set_running((*frame.running, tensor))


def _bound(frame: Frame, statement: tree.Input) -> int | None:
    """What all integers of an input are below; None for an input of real numbers."""
    if statement.below is None:
        return None
    value = frame.evaluate(statement.below)
    if is_integer(value) and 1 <= value < MAGNITUDE:
        return value
    message = f"integers must be below an integer of at least 1, but this is {describe(value)}"
    given = frame.as_written(value, statement.below)
    hint = round_hint(given, lambda rounded: rounded >= 1)
    raise frame.refuse("input", message, given, "this bound", help=hint)


def _sizes(frame: Frame, shape: tree.Expression) -> tuple[int, ...]:
    """The sizes of an input, each with its own expression, if the shape is written out."""
    value = frame.evaluate(shape)
    depend(frame, value, shape)
    sizes = value if isinstance(value, tuple) else (value,)
    nodes = _dimensions(shape)
    nodes = nodes if len(nodes) == len(sizes) else [shape] * len(sizes)
    for size, node in zip(sizes, nodes, strict=True):
        if not is_integer(size) or size < 1:
            message = f"a size must be an integer of at least 1, but this is {describe(size)}"
            given = frame.as_written(size, node)
            hint = round_hint(given, lambda rounded: rounded >= 1)
            raise frame.refuse("shape", message, given, "this size", help=hint)
    return tuple(filter(is_integer, sizes))


def _dimensions(node: tree.Expression) -> list[tree.Expression]:
    """The expression behind each size of a shape: `16 x 56^2` has three sizes."""
    if isinstance(node, tree.Repeat) and isinstance(node.times.value, int):
        return [node] * node.times.value
    inside = node.dimensions if isinstance(node, tree.Shape) else ()
    return [written for dimension in inside for written in _dimensions(dimension)] or [node]


def _initialise(frame: Frame, statement: tree.Initialise) -> None:
    """`init linear: normal(std = 0.01)`."""
    if frame.call:
        message = "`init` can only be in a network: it initialises the weights of all its blocks"
        raise frame.fault("init", message, statement.span)
    if statement.kind not in INITIALISED:
        message = f"`{statement.kind}` has no weights that `init` could initialise"
        hint = _initialised_hint(statement.kind)
        if statement.kind == "parameter":
            hint = "a parameter has its own `initial`: `parameter(shape, normal, std = 0.02)`"
        raise frame.fault("init", message, statement.span, help=hint)
    if any(statement.kind == other.operation for other in frame.graph.initialisations):
        message = f"`{statement.kind}` is initialised twice"
        raise frame.fault("init", message, statement.span, help="the scheme is for all its layers")
    scheme, arguments = tree.split_call(statement.scheme)
    if scheme.name not in SCHEMES:
        from archdsl.foreign.words import value_hint  # a table that only a mistake needs

        message = f"`{scheme.name}` is not a scheme that initialises weights"
        hint = value_hint(scheme.name, SCHEMES) or suggestion(scheme.name, SCHEMES)
        raise frame.fault("init", message, scheme.span, help=hint)
    evaluated = evaluate_arguments(frame, arguments)
    options = _options(frame, scheme.name, evaluated, statement.scheme.span)
    frame.graph.initialise(Initialisation(statement.kind, scheme.name, options))


def _initialised_hint(kind: str) -> str | None:
    """The operation that is meant by a name in an `init`."""
    from archdsl.foreign.names import called  # a table that only a mistake needs

    own = (called(kind) or "").partition("(")[0]
    return f"it is called `{own}` here" if own in INITIALISED else suggestion(kind, INITIALISED)


def _options(frame: Frame, scheme: str, arguments: Arguments, span: Span) -> dict[str, Value]:
    """The options of a scheme, each a number of at least 0."""
    if tuple(arguments.named) != SCHEMES[scheme] or arguments.positional:
        takes = " and ".join(f"`{option}`" for option in SCHEMES[scheme]) or "no options"
        options = ", ".join(f"{option} = ..." for option in SCHEMES[scheme])
        hint = f"write `{scheme}({options})`" if options else f"write `{scheme}`"
        raise frame.fault("init", f"`{scheme}` takes {takes}", span, help=hint)
    for option, given in arguments.named.items():
        if not is_number(given.value) or given.value < 0:
            must = f"`{option}` of `{scheme}` must be a number of at least 0"
            raise frame.fault("init", f"{must}, but this is {describe(given.value)}", given.span)
    return {option: given.value for option, given in arguments.named.items()}


RULES: dict[type, Callable[[Frame, Any], None]] = {
    tree.Input: _declare_input,
    tree.Initialise: _initialise,
}
