"""Activations along an axis: softmax and its variants, and the gated linear unit."""

from __future__ import annotations

from typing import ClassVar

from archdsl.ir.types import TensorType
from archdsl.ops.base import Mismatch, Operation, Reordered, Types, kind
from archdsl.ops.forms import Layer, LayerArgument
from archdsl.ops.shapes import Axis, axis_index, dimension, with_size
from archdsl.params.kinds import AxisName, parameter


class AlongAxis(Operation):
    """Base of the modules that work along one axis and keep the shape."""

    constructor: ClassVar[str]
    axis: Axis = parameter(AxisName(), -1)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return axes[0]  # along its own axis too: each entry is compared with all others

    def infer(self, x: TensorType) -> Types:
        axis_index(self.axis, x.rank)
        return (x,)

    def emit(self, operands: Types, results: Types) -> Layer:
        dim = LayerArgument("dim", dimension(self.axis, operands[0]))
        return Layer(self.constructor, (dim,), self.name, shared=True)


Softmax = kind(
    AlongAxis, "softmax", "exp(x), divided by its sum along `axis`.", constructor="nn.Softmax"
)
Softmin = kind(
    AlongAxis, "softmin", "exp(-x), divided by its sum along `axis`.", constructor="nn.Softmin"
)
LogSoftmax = kind(
    AlongAxis, "log_softmax", "The logarithm of softmax along `axis`.", constructor="nn.LogSoftmax"
)


class Glu(Operation):
    """a sigmoid(b), where a and b are the halves of `axis`: 2C x ... becomes C x ....

    Example: `64 x 28^2 -> glu`
    """

    name = "glu"
    axis: Axis = parameter(AxisName(), 0)

    def infer(self, x: TensorType) -> Types:
        index = axis_index(self.axis, x.rank)
        size = x.shape[index]
        if size % 2:
            must = f"`glu` takes an even size on axis {index}"
            raise Mismatch(f"{must}, but {x} has {size}", operand=0)
        return (with_size(x, index, size // 2),)

    def emit(self, operands: Types, results: Types) -> Layer:
        dim = LayerArgument("dim", dimension(self.axis, operands[0]), -1)
        return Layer("nn.GLU", (dim,), "glu", shared=True)
