"""Comparisons: element by element, and values that are chosen by them."""

from __future__ import annotations

from archdsl.diagnostics import counted
from archdsl.ir.integers import TRUTH, Range, joined
from archdsl.ir.types import TensorType
from archdsl.ops.arithmetic import Arithmetic
from archdsl.ops.base import Mismatch, Operation, Types, check_numbers, kind
from archdsl.ops.forms import Expression
from archdsl.ops.shapes import broadcast
from archdsl.params.kinds import Maybe, Real, number, parameter
from archdsl.params.numbers import Number


class Comparison(Arithmetic):
    """Base of the comparisons, which give true and false."""

    def integers(self, *operands: TensorType) -> Range | None:
        check_numbers(self.name, operands)
        return TRUTH


Equal = kind(Comparison, "equal", "Whether x is y.", symbol="==")
NotEqual = kind(Comparison, "not_equal", "Whether x is not y.", symbol="!=")
Less = kind(Comparison, "less", "Whether x is below y.", symbol="<")
LessEqual = kind(Comparison, "less_equal", "Whether x is at most y.", symbol="<=")
Greater = kind(Comparison, "greater", "Whether x is above y.", symbol=">")
GreaterEqual = kind(Comparison, "greater_equal", "Whether x is at least y.", symbol=">=")


class Where(Operation):
    """Where a condition is true the one, elsewhere the other: two numbers, or two tensors.

    `x == y -> where(0, -100)` gives numbers, `where(condition, a, b)` elements of tensors.

    Example: `8 x 4 + (arange(4) < 2 -> where(0, -100))`
    """

    name = "where"
    arity = (1, 3)
    broadcasts = True
    then: Number | None = parameter(Maybe(Real()), None)
    otherwise: Number | None = parameter(Maybe(Real()), None)

    def infer(self, condition: TensorType, *chosen: TensorType) -> Types:
        constants = [value for value in (self.then, self.otherwise) if value is not None]
        if sorted((len(chosen), len(constants))) != [0, 2]:
            takes = "`where` takes a condition and two tensors, or a condition and two numbers"
            given = f"{counted(1 + len(chosen), 'tensor')} and {counted(len(constants), 'number')}"
            help = "`masked_fill` puts a number where a condition is true"
            raise Mismatch(f"{takes}, but this call has {given}", help=help)
        return (broadcast(self.name, (condition, *chosen)),)

    def integers(self, condition: TensorType, *chosen: TensorType) -> Range | None:
        check_condition(self.name, condition, 0)
        constants = [Range.of(number(v)) for v in (self.then, self.otherwise) if v is not None]
        return joined([*(x.integers for x in chosen), *constants])

    def emit(self, operands: Types, results: Types) -> Expression:
        if self.then is None or self.otherwise is None:
            return Expression("torch.where({operands})")
        values = {"then": number(self.then), "otherwise": number(self.otherwise)}
        return Expression("torch.where({0}, {then}, {otherwise})", values)


class MaskedFill(Operation):
    """x, with one `value` where a condition is true.

    Example: `8 x 4 -> masked_fill(arange(4) < 2, -100)`
    """

    name = "masked_fill"
    arity = (2, 2)
    value: Number = parameter(Real())

    def infer(self, x: TensorType, condition: TensorType) -> Types:
        both = broadcast(self.name, (x, condition))
        if both.shape != x.shape:
            must = f"the condition must broadcast to {x}"
            raise Mismatch(f"{must}, but this is {condition}", operand=1)
        return (x,)

    def integers(self, x: TensorType, condition: TensorType) -> Range | None:
        check_numbers(self.name, (x,))
        check_condition(self.name, condition, 1)
        return joined((x.integers, Range.of(number(self.value))))

    def emit(self, operands: Types, results: Types) -> Expression:
        return Expression("{0}.masked_fill({1}, {value})", {"value": number(self.value)})


def check_condition(name: str, condition: TensorType, operand: int) -> None:
    """Check that an operand is true and false.

    Raises:
        Mismatch: it has numbers.
    """
    if condition.integers is None or not condition.integers.is_truth:
        message = f"`{name}` takes a condition, but this is {condition}"
        raise Mismatch(message, operand=operand, help="compare: `x > 0`, or `x == y`")
