"""Embeddings: integers as learned vectors."""

from __future__ import annotations

from archdsl.ir.integers import Range
from archdsl.ir.types import TensorType
from archdsl.ops.base import Cost, Mismatch, Operation, Types
from archdsl.ops.forms import Layer, LayerArgument
from archdsl.params.kinds import Integer, Maybe, parameter


class Embedding(Operation):
    """Each integer as a learned vector: ... becomes ... x `features`, for `vocabulary` integers.

    The vector of `padding_index` is zero, and is not trained. No convention counts a look-up.

    Example: `1024 integers below 50257 -> embedding(50257, 768)`
    """

    name = "embedding"
    is_weighted = True
    vocabulary: int = parameter(Integer())
    features: int = parameter(Integer())
    padding_index: int | None = parameter(Maybe(Integer(least=0)), None)

    def infer(self, x: TensorType) -> Types:
        if x.integers is None or x.integers.is_truth:
            help = "an input of integers is written `input tokens: 1024 integers below 50257`"
            raise Mismatch(f"`embedding` takes integers, but this is {x}", operand=0, help=help)
        if x.integers.least < 0:
            message = f"`embedding` takes integers of at least 0, but this is {x}"
            raise Mismatch(message, operand=0)
        if x.integers.most >= self.vocabulary:
            must = f"`vocabulary` must be above all integers of {x}"
            raise Mismatch(f"{must}, but this is {self.vocabulary}", parameter="vocabulary")
        if self.padding_index is not None and self.padding_index >= self.vocabulary:
            must = f"`padding_index` must be below `vocabulary` ({self.vocabulary})"
            raise Mismatch(f"{must}, but this is {self.padding_index}", parameter="padding_index")
        return (TensorType((*x.shape, self.features)),)

    def integers(self, x: TensorType) -> Range | None:
        return None

    def cost(self, operands: Types, results: Types) -> Cost:
        return Cost(self.vocabulary * self.features)

    def reads(self, operands: Types, results: Types) -> int:
        return operands[0].bytes + results[0].bytes

    def weight(self, x: TensorType) -> tuple[int, ...]:
        return (self.vocabulary, self.features)

    def emit(self, operands: Types, results: Types) -> Layer:
        arguments = (
            LayerArgument("num_embeddings", self.vocabulary, positional=True),
            LayerArgument("embedding_dim", self.features, positional=True),
            LayerArgument("padding_idx", self.padding_index, None),
        )
        return Layer("nn.Embedding", arguments, "embedding")
