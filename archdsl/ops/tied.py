"""The weight of a shared layer as a tensor of its own: `NAME.weight`, which has no call."""

from __future__ import annotations

from archdsl.ir.types import TensorType
from archdsl.ops.base import Operation, Types
from archdsl.ops.forms import Held
from archdsl.params.kinds import Sizes, parameter


class TiedWeight(Operation):
    """The `weight` of an earlier layer, of `shape`; the node has the weights of that layer's node.

    A classifier multiplies by the weight of the embedding (Press and Wolf, EACL 2017).
    """

    name = "weight"
    arity = (0, 0)
    is_view = True
    needs_owner = True
    shape: tuple[int, ...] = parameter(Sizes())

    def infer(self, *operands: TensorType) -> Types:
        return (TensorType(self.shape),)

    def samples(self, *operands: TensorType) -> int:
        return 0

    def emit(self, operands: Types, results: Types) -> Held:
        return Held("weight")
