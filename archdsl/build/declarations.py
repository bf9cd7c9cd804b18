"""What a network declares: its inputs, and how its weights start."""

from __future__ import annotations

from archdsl.build import arguments, expressions, origins
from archdsl.build.operations import NO_PARAMETERS, add
from archdsl.build.session import Fault, Frame
from archdsl.build.values import (
    POISON,
    Given,
    Tensor,
    Value,
    Written,
    describe,
    is_integer,
    is_number,
)
from archdsl.diagnostics import did_you_mean
from archdsl.ir.graph import Initialisation
from archdsl.ops import OPERATIONS
from archdsl.ops.base import Mismatch, checked
from archdsl.ops.sources import Input
from archdsl.source import Span
from archdsl.syntax import tree


def running(frame: Frame, span: Span) -> tuple[Value, ...]:
    """The running value.

    Raises:
        Fault: there is none yet.
    """
    if POISON in frame.running:
        raise Fault
    if frame.running:
        return frame.running
    message = "there is no value to go on from"
    hint = "declare one: `input video: 3 x 16 x 224^2`"
    if frame.session.calls:
        hint = "give the block a parameter for it: `block ...(x)`"
    raise frame.fault("value", message, span, help=hint)


def declare_input(frame: Frame, statement: tree.Input) -> None:
    """`input video: 3 x 16 x 224^2`."""
    graph = frame.session.graph
    if frame.session.calls:
        message = "only a network has inputs; those of a block are its parameters"
        raise frame.fault("input", message, statement.span)
    if statement.name in graph.inputs:
        message = f"there is an input `{statement.name}` already"
        raise frame.fault("name", message, statement.span)
    if statement.name in frame.fixed:
        message = f"`{statement.name}` is a parameter already"
        raise frame.fault("name", message, statement.span)
    assert frame.session.plan is not None
    shape = frame.session.plan.shape_of(statement)
    operation = Input(_sizes(frame, shape))
    try:
        checked(operation, ())
    except Mismatch as mismatch:
        raise frame.fault("shape", mismatch.message, shape.span) from None
    frame.naming = (statement, (statement.name,))
    tensor = add(frame, operation, [], NO_PARAMETERS, statement)
    assert isinstance(tensor, Tensor)
    graph.inputs[statement.name] = tensor.value
    frame.mean(statement.name, tensor, None)
    frame.run_on((*frame.running, tensor))


def _sizes(frame: Frame, shape: tree.Expression) -> tuple[int, ...]:
    value = expressions.evaluate(frame, shape)
    sizes = value if isinstance(value, tuple) else (value,)
    written = expressions.dimensions(shape)
    written = written if len(written) == len(sizes) else [shape] * len(sizes)
    for size, node in zip(sizes, written, strict=True):
        if not is_integer(size) or size < 1:
            message = f"a size is a positive integer, not {describe(size)}"
            given = Given(size, node.span, node, frame.now)
            raise origins.refusal(frame, "shape", message, given, "this size", help=None)
    return tuple(filter(is_integer, sizes))


SCHEMES: dict[str, tuple[str, ...]] = {
    "he_fan_out": (),
    "he_fan_in": (),
    "xavier": (),
    "zeros": (),
    "normal": ("std",),
    "truncated_normal": ("std",),
}
"""Ways to initialise weights, each with the options it needs."""

INITIALISED = tuple(name for name, kind in OPERATIONS.items() if kind.is_weighted)
"""The operations whose weights a scheme can start."""


def initialise(frame: Frame, statement: tree.Initialise) -> None:
    """`init linear: normal(std = 0.01)`."""
    if frame.session.calls:
        message = "only a network says how weights start, for all of its blocks"
        raise frame.fault("init", message, statement.span)
    if statement.kind not in INITIALISED:
        message = f"`init` is for {', '.join(INITIALISED)}; `{statement.kind}` is none of them"
        hint = did_you_mean(statement.kind, INITIALISED)
        if statement.kind == "parameter":
            hint = "a parameter says itself how it starts: `parameter(shape, normal, std = 0.02)`"
        raise frame.fault("init", message, statement.span, help=hint)
    name, written = tree.called(statement.scheme)
    if name.name not in SCHEMES:
        message = f"no way to initialise is called `{name.name}`"
        hint = did_you_mean(name.name, SCHEMES) or f"there are {', '.join(SCHEMES)}"
        raise frame.fault("init", message, name.span, help=hint)
    options = _options(frame, name.name, arguments.written(frame, written), statement.scheme.span)
    initialisation = Initialisation(statement.kind, name.name, options)
    frame.session.graph.initialisations.append(initialisation)


def _options(frame: Frame, scheme: str, written: Written, span: Span) -> dict[str, Value]:
    numbers = all(is_number(given.value) and given.value >= 0 for given in written.named.values())
    if tuple(written.named) != SCHEMES[scheme] or written.positional or not numbers:
        takes = " and ".join(f"`{option} = ...`" for option in SCHEMES[scheme]) or "no options"
        raise frame.fault("init", f"`{scheme}` takes {takes}", span)
    return {option: given.value for option, given in written.named.items()}
