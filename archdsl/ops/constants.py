"""Constants: tensors that depend neither on inputs nor on parameters, such as positions.

What is computed of constants alone is a constant too. Like a parameter it has no batch. It costs
no parameters and no multiply-adds.
"""

from __future__ import annotations

from archdsl.ir.integers import Range
from archdsl.ir.traced import is_literal
from archdsl.ir.types import TensorType
from archdsl.ops.base import Mismatch, Operation, Rearrangement, Types
from archdsl.ops.forms import Expression, PyValue
from archdsl.ops.shapes import entries
from archdsl.params.kinds import Extent, Integer, Maybe, Real, Sizes, number, parameter
from archdsl.params.numbers import Number


class Constant(Operation):
    """Base of the operations that make a constant."""

    arity = (0, 0)

    def samples(self, *operands: TensorType) -> int:
        return 0


class Arange(Constant):
    """The integers from `start` up to but without `stop`, every `step`-th.

    One number is `stop`, as in torch: `arange(4)` is 0, 1, 2, 3.

    Example: `8 x 4 + arange(4)`
    """

    name = "arange"
    start: int = parameter(Integer(least=None))
    stop: int | None = parameter(Maybe(Integer(least=None)), None)
    step: int = parameter(Integer(least=None), 1)

    def infer(self, *operands: TensorType) -> Types:
        if self.step == 0:
            raise Mismatch("`step` must not be 0", parameter="step")
        start, stop = self._bounds()
        # A step of 1 needs no division. Traced, the count stays `stop - start`.
        count = stop - start if self.step == 1 else -((start - stop) // self.step)
        if count < 1:
            message = f"there is nothing from {start} up to {stop} in steps of {self.step}"
            raise Mismatch(message, parameter="start" if self.stop is None else "stop")
        return (TensorType((count,)),)

    def integers(self, *operands: TensorType) -> Range | None:
        start, _ = self._bounds()
        ((count,),) = (result.shape for result in self.infer())
        last = start + (count - 1) * self.step
        return Range(min(start, last), max(start, last))

    def emit(self, operands: Types, results: Types) -> Expression:
        values: dict[str, PyValue] = {}
        start, stop = self._bounds()
        has_step = self.step != 1 or not is_literal(self.step)
        if has_step or start or not is_literal(start):
            values["start"] = start
        values["stop"] = stop
        if has_step:
            values["step"] = self.step
        return Expression(f"torch.arange({', '.join(f'{{{name}}}' for name in values)})", values)

    def _bounds(self) -> tuple[int, int]:
        return (0, self.start) if self.stop is None else (self.start, self.stop)


class Persistent(Rearrangement):
    """A constant that state dicts have; others are computed by the code alone.

    Buffers that the weights of others have need it. What depends on the sizes of a clip is computed
    in each call, and no state dict has it.

    Example: `8 x 4 + (arange(4) -> persistent)`
    """

    name = "persistent"
    is_view = True
    needs_constant = True

    def emit(self, operands: Types, results: Types) -> Expression:
        return Expression("{0}", persistent=True)


class Full(Constant):
    """A tensor of `shape` with one `value` everywhere.

    Example: `8 x 4 + full(4, 0.5)`
    """

    name = "full"
    shape: Extent = parameter(Sizes())
    value: Number = parameter(Real())

    def infer(self, *operands: TensorType) -> Types:
        return (TensorType(entries(self.shape)),)

    def integers(self, *operands: TensorType) -> Range | None:
        return Range.of(number(self.value))

    def emit(self, operands: Types, results: Types) -> Expression:
        values = {"shape": entries(self.shape), "value": number(self.value)}
        return Expression("torch.full({shape}, {value})", values)
