"""What an operation does, in the terms of a machine: its make, its arithmetic and its traffic.

Operations of one make reach about the same share of what a machine can do. Those of others do not:
a depthwise convolution does a tenth of the multiply-adds per second of a dense one, and a sigmoid
takes four times as long as a sum of as many elements.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from archdsl.costs.figures import figures_of
from archdsl.ir.graph import Graph, Node
from archdsl.ops.activation import (
    Gelu,
    HardSwish,
    LogSigmoid,
    Mish,
    Sigmoid,
    Silu,
    Softplus,
    Tanh,
    TanhShrink,
)
from archdsl.ops.base import Operation, Types
from archdsl.ops.convolution import Convolution
from archdsl.ops.normalisation import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, RmsNorm
from archdsl.ops.pooling import AvgPool, LpPool, MaxPool
from archdsl.ops.rectifier import Celu, Elu, Relu, Selu
from archdsl.ops.shapes import per_axis
from archdsl.ops.softmax import AlongAxis, Glu
from archdsl.ops.sources import Input, Parameter
from archdsl.passes.fused import ACTIVATIONS, FusedConvolution, InPlace

DENSE, DEPTHWISE = "dense convolution", "depthwise convolution"
POINTWISE, PRODUCT = "pointwise convolution", "matrix product"
NORM, POOL = "norm", "pool"
ELEMENTWISE, EXPONENTIAL, VIEW = "elementwise", "exponential", "view"

STORED, STORED_WITH_SUM = (Relu, HardSwish), (Relu,)
"""The activations that emitted convolutions apply to a result, and a sum, as they store it."""

AXES = (1, 2, 3)
"""The axes that convolutions go over. How many there are decides which code runs."""

_NORMS = (BatchNorm, GroupNorm, InstanceNorm, LayerNorm, RmsNorm)
_POOLS = (AvgPool, LpPool, MaxPool)
_EXPONENTIALS = (
    *(AlongAxis, Celu, Elu, Gelu, Glu, LogSigmoid, Mish, Selu),
    *(Sigmoid, Silu, Softplus, Tanh, TanhShrink),
)


def makes() -> tuple[str, ...]:
    """All makes."""
    windowed = (_over(make, axes) for make in (DENSE, DEPTHWISE) for axes in AXES)
    return (*windowed, POINTWISE, PRODUCT, NORM, POOL, ELEMENTWISE, EXPONENTIAL, VIEW)


def _over(make: str, axes: int) -> str:
    return f"{make}, {axes}-D"


@dataclass(frozen=True, slots=True)
class Work:
    """What one kernel does: of a `make`, so much `arithmetic`, and `traffic` in bytes.

    Arithmetic is multiply-adds, and of a pool the elements that its windows have.
    """

    make: str
    arithmetic: int
    traffic: int


def work_of(graph: Graph, node: Node) -> Iterator[Work]:
    """The work of one operation: of one kernel for most, of none for what only holds a value."""
    operation = node.operation
    if isinstance(operation, Input | Parameter):
        return
    operands = graph.types(graph.operands(node))
    figures = figures_of(graph, node)
    make = make_of(operation, operands)
    windows = _window_elements(operation, operands, node.results)
    yield Work(make, figures.macs + windows, figures.bytes_moved)
    if isinstance(operation, FusedConvolution):
        yield from _activation(operation, operands, node.results)


def make_of(operation: Operation, operands: Types) -> str:
    """The make of an operation, after which a roof is named."""
    match operation:
        case InPlace(operation=inner):
            return make_of(inner, operands)
        case Convolution():
            return _make_of_convolution(operation, operands)
        case _ if isinstance(operation, _NORMS):
            return NORM
        case _ if isinstance(operation, _POOLS):
            return POOL
        case _ if isinstance(operation, _EXPONENTIALS):
            return EXPONENTIAL
    if operation.is_view:
        return VIEW
    has_products = operation.cost(operands, operation.infer(*operands)).macs > 0
    return PRODUCT if has_products else ELEMENTWISE


def _make_of_convolution(operation: Convolution, operands: Types) -> str:
    axes = len(operands[0].extents)
    if operation.groups > 1 and operation.groups == operands[0].channels:
        return _over(DEPTHWISE, axes)
    is_point = prod(per_axis(operation.kernel, axes, "kernel")) == 1
    return POINTWISE if is_point else _over(DENSE, axes)


def _window_elements(operation: Operation, operands: Types, results: Types) -> int:
    """The elements that all windows of a pool have together."""
    if not isinstance(operation, AvgPool | LpPool | MaxPool):
        return 0
    kernel = per_axis(operation.kernel, len(operands[0].extents), "kernel")
    return prod(kernel) * sum(each.volume for each in results)


def _activation(operation: FusedConvolution, operands: Types, results: Types) -> Iterator[Work]:
    """The activation behind a convolution, which goes over the result again but for some."""
    made = next((each for each in ACTIVATIONS if each.name == operation.activation), Relu)
    if made not in (STORED if len(operands) == 1 else STORED_WITH_SUM):
        is_exponential = issubclass(made, _EXPONENTIALS)
        moved = 2 * sum(each.bytes for each in results)
        yield Work(EXPONENTIAL if is_exponential else ELEMENTWISE, 0, moved)
