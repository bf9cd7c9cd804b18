"""What the module for inference writes for operations, where it is not what they declare."""

from __future__ import annotations

from dataclasses import replace

from archdsl.emit.targets.base import as_declared
from archdsl.ir.types import POSITIONS
from archdsl.ops.arithmetic import Arithmetic
from archdsl.ops.base import Operation, Types
from archdsl.ops.convolution import Convolution
from archdsl.ops.forms import Expression, Form, Layer, LayerArgument
from archdsl.ops.reduction import Mean
from archdsl.ops.shapes import per_axis
from archdsl.passes.fused import NOTHING, Chunks, FusedConvolution, InPlace

_METHODS = {"+": "add_", "*": "mul_"}
"""The methods of tensors that compute an operator in place."""


def form(operation: Operation, operands: Types, results: Types) -> Form:
    """The form of an operation."""
    match operation:
        case Convolution():
            return _convolution(operation, operands, results)
        case InPlace(operation=Arithmetic(symbol=symbol), overwritten=place):
            return Expression(f"{{{place}}}.{_METHODS[symbol]}({{{1 - place}}})")
        case InPlace(operation=inner):
            declared = as_declared(inner, operands, results)
            assert isinstance(declared, Layer)
            arguments = (*declared.arguments, LayerArgument("inplace", True, False))
            return Layer(declared.constructor, arguments, declared.label, shared=declared.shared)
        case Mean(axes=axes, keep=True) if axes == POSITIONS and operands[0].samples:
            return Expression("mean_of_positions({0})")
    return as_declared(operation, operands, results)


def _convolution(operation: Convolution, operands: Types, results: Types) -> Layer:
    """`Conv` of the template, which computes what a `FusedConvolution` says."""
    declared = as_declared(operation, operands[:1], results)
    assert isinstance(declared, Layer)
    axes = len(operands[0].extents)
    # Always a tuple: it says how many axes there are.
    sizes = per_axis(operation.kernel, axes, "kernel")
    kernel = LayerArgument("kernel_size", sizes, positional=True)
    arguments = [kernel if each.name == "kernel_size" else each for each in declared.arguments]
    plain = Layer("Conv", tuple(arguments), declared.label)
    if not isinstance(operation, FusedConvolution):
        return plain
    activation = LayerArgument("activation", operation.activation, NOTHING)
    return replace(
        plain,
        arguments=(*arguments, activation),
        keywords=("into" if operation.overwrites else "added",)[: len(operands) - 1],
        is_inner=operation.chunks == Chunks.FIRST,
        caller="in_chunks" if operation.chunks == Chunks.SECOND else "",
    )
