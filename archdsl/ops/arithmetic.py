"""Arithmetic, element by element: on tensors, or on a tensor and an exact constant.

As in torch, integers with integers give integers, and with real numbers real numbers.
"""

from __future__ import annotations

from typing import ClassVar

from archdsl.ir.integers import Range, over
from archdsl.ir.traced import is_literal
from archdsl.ir.types import TensorType
from archdsl.ops.base import Mismatch, Operation, Reordered, Types, check_numbers, kind
from archdsl.ops.forms import SAME, Expression
from archdsl.ops.order import by_element
from archdsl.ops.shapes import broadcast
from archdsl.params.kinds import Boolean, Maybe, Real, number, parameter
from archdsl.params.numbers import Number, show_number


class Arithmetic(Operation):
    """Base of the operators: two tensors that broadcast, or one and a `constant`.

    `2 / x` is a division whose constant comes first.
    """

    arity = (1, 2)
    broadcasts = True
    symbol: ClassVar[str]
    constant: Number | None = parameter(Maybe(Real()), None)
    constant_first: bool = parameter(Boolean(), False)

    @property
    def formula(self) -> str:
        if self.constant is None:
            return ""
        sides = ("x", show_number(self.constant))
        return f" {self.symbol} ".join(reversed(sides) if self.constant_first else sides)

    def infer(self, *operands: TensorType) -> Types:
        check_constant(self.name, self.constant, operands)
        return (broadcast(self.name, operands),)

    def integers(self, *operands: TensorType) -> Range | None:
        left, right = _sides(self.name, operands, self.constant)
        if self.constant is not None and self.constant_first:
            left, right = right, left
        return self._of_integers(left, right) if left and right else None

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return by_element(axes, operands)

    def _of_integers(self, left: Range, right: Range) -> Range | None:
        """The range of the operator on integers."""
        return over(self.symbol, left, right)

    def emit(self, operands: Types, results: Types) -> Expression:
        if self.constant is None:
            return Expression(f"{{0}} {self.symbol} {{1}}", loose=True)
        if self._changes_nothing(operands[0]):
            return SAME
        first, second = _ROLES.get(self.symbol, ("bound", "bound"))
        role = first if self.constant_first else second
        order = (f"{{{role}}}", "{0}") if self.constant_first else ("{0}", f"{{{role}}}")
        template = f" {self.symbol} ".join(order)
        return Expression(template, {role: number(self.constant)}, loose=True)

    def _changes_nothing(self, x: TensorType) -> bool:
        """Whether the text has a constant that leaves every number as it is.

        Of integers it may make real numbers.
        """
        is_written = not self.constant_first and is_literal(self.constant)
        return is_written and x.integers is None and self.constant == _UNITS.get(self.symbol)


_UNITS = {"+": 0, "-": 0, "*": 1, "/": 1}
"""The constants that change nothing, on the right side of an operator."""

_ROLES = {
    "+": ("offset", "offset"),
    "-": ("offset", "offset"),
    "*": ("factor", "factor"),
    "/": ("dividend", "divisor"),
    "//": ("dividend", "divisor"),
    "%": ("dividend", "divisor"),
}
"""What a constant is called on the left and on the right side of an operator that computes."""


def check_constant(name: str, constant: Number | None, operands: Types) -> None:
    """Check that there are two tensors, or one and a constant.

    Raises:
        Mismatch: there is only one operand, or a constant beside two tensors.
    """
    takes = f"`{name}` takes two tensors, or a tensor and a constant"
    if constant is None and len(operands) == 1:
        raise Mismatch(f"{takes}, but this call has one tensor", operand=0)
    if constant is not None and len(operands) == 2:
        raise Mismatch(f"{takes}, but this call has all three", parameter="constant")


def _sides(
    name: str, operands: Types, constant: Number | None
) -> tuple[Range | None, Range | None]:
    """The ranges of two tensors, or of a tensor and a constant."""
    check_numbers(name, operands)
    left, *right = (operand.integers for operand in operands)
    return left, right[0] if constant is None else Range.of(number(constant))


class Commutative(Arithmetic):
    """Base of the operators that give x and y the same roles."""

    commutes = True


Add = kind(Commutative, "add", "x + y.", symbol="+")
Subtract = kind(Arithmetic, "subtract", "x - y.", symbol="-")
Multiply = kind(Commutative, "multiply", "x * y.", symbol="*")


class Quotient(Arithmetic):
    """Base of the operators that divide."""

    def infer(self, *operands: TensorType) -> Types:
        if self.constant == 0 and not self.constant_first:
            raise Mismatch("a tensor cannot be divided by 0", parameter="constant")
        return super().infer(*operands)


class Divide(Quotient):
    """x / y: real numbers, of integers too."""

    name = "divide"
    symbol = "/"

    def _of_integers(self, left: Range, right: Range) -> Range | None:
        return None


class WholeQuotient(Quotient):
    """Base of the operators of a division with a remainder."""

    def _of_integers(self, left: Range, right: Range) -> Range | None:
        if right.least <= 0 <= right.most:
            # torch stops when it meets a 0, or on some devices gives anything.
            message = f"`{self.symbol}` must not divide by 0, but the divisor is in {right}"
            raise Mismatch(message)
        return super()._of_integers(left, right)


FloorDivide = kind(WholeQuotient, "floor_divide", "x / y, rounded down.", symbol="//")
Remainder = kind(
    WholeQuotient, "remainder", "What x // y leaves of x, with the sign of y.", symbol="%"
)


class Power(Arithmetic):
    """x ** y. Integers have constant exponents of at least 0."""

    name = "power"
    symbol = "**"

    def infer(self, *operands: TensorType) -> Types:
        if self.constant is not None and self.constant < 0 and self.constant_first:
            # torch.pow of a negative number and a fraction is nan, without an error.
            base = show_number(self.constant)
            message = f"the base of a power must be at least 0, but this is {base}"
            raise Mismatch(message, parameter="constant")
        return super().infer(*operands)

    def _of_integers(self, left: Range, right: Range) -> Range | None:
        if right.least < 0 or right.least != right.most:
            must = "integers must have a constant exponent of at least 0"
            raise Mismatch(f"{must}, but this is in {right}", help="divide, which gives reals")
        return left.to_the(right.least)

    def emit(self, operands: Types, results: Types) -> Expression:
        if self.constant is None:
            return Expression("torch.pow({0}, {1})")
        constant = number(self.constant)
        if self.constant_first:
            return Expression("torch.pow({base}, {0})", {"base": constant})
        return Expression("torch.pow({0}, {exponent})", {"exponent": constant})


class Extreme(Operation):
    """Base of the larger and the smaller of two tensors, or of a tensor and a `constant`."""

    arity = (1, 2)
    broadcasts = True
    commutes = True
    bound: ClassVar[str]
    constant: Number | None = parameter(Maybe(Real()), None)

    def infer(self, *operands: TensorType) -> Types:
        check_constant(self.name, self.constant, operands)
        return (broadcast(self.name, operands),)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return by_element(axes, operands)

    def integers(self, *operands: TensorType) -> Range | None:
        return over(self.name, *_sides(self.name, operands, self.constant))

    def emit(self, operands: Types, results: Types) -> Expression:
        if self.constant is None:
            return Expression(f"torch.{self.name}({{0}}, {{1}})")
        # torch.maximum takes no numbers, but a lower bound does the same.
        template = f"{{0}}.clamp({self.bound}={{bound}})"
        return Expression(template, {"bound": number(self.constant)})


Maximum = kind(Extreme, "maximum", "The larger of x and y.", bound="min")
Minimum = kind(Extreme, "minimum", "The smaller of x and y.", bound="max")


class Clamp(Operation):
    """x held between `least` and `most`, of which one may be left out.

    Example: `16 x 14^2 -> clamp(least = 0, most = 6)`
    """

    name = "clamp"
    least: Number | None = parameter(Maybe(Real()), None)
    most: Number | None = parameter(Maybe(Real()), None)

    def infer(self, *operands: TensorType) -> Types:
        if self.least is None and self.most is None:
            raise Mismatch("`clamp` takes `least`, `most` or both, but this call has neither")
        if self.least is not None and self.most is not None and self.least > self.most:
            least, most = show_number(self.least), show_number(self.most)
            message = f"`least` must be at most `most` ({most}), but this is {least}"
            raise Mismatch(message, parameter="least")
        return operands

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return by_element(axes, operands)

    def integers(self, x: TensorType) -> Range | None:
        check_numbers(self.name, (x,))
        held = x.integers
        for bound, name in ((self.least, "maximum"), (self.most, "minimum")):
            held = held if bound is None else over(name, held, Range.of(number(bound)))
        return held

    def emit(self, operands: Types, results: Types) -> Expression:
        bounds = {"min": self.least, "max": self.most}
        values = {name: number(bound) for name, bound in bounds.items() if bound is not None}
        arguments = ", ".join(f"{name}={{{name}}}" for name in values)
        return Expression(f"{{0}}.clamp({arguments})", values)


class Unary(Operation):
    """Base of the functions of one tensor that a tensor has as methods of the same name.

    They give real numbers, of integers too.
    """

    def integers(self, x: TensorType) -> Range | None:
        check_numbers(self.name, (x,))
        return self._of_integers(x.integers) if x.integers else None

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return by_element(axes, operands)

    def _of_integers(self, x: Range) -> Range | None:
        """The range of the function of integers."""
        return None

    def emit(self, operands: Types, results: Types) -> Expression:
        return Expression(f"{{0}}.{self.name}()")


class Negative(Unary):
    """-x."""

    name = "negative"

    def _of_integers(self, x: Range) -> Range | None:
        return -x

    def emit(self, operands: Types, results: Types) -> Expression:
        return Expression("-{0}", loose=True)


class Abs(Unary):
    """|x|."""

    name = "abs"

    def _of_integers(self, x: Range) -> Range | None:
        return abs(x)


class Square(Unary):
    """x times itself."""

    name = "square"

    def _of_integers(self, x: Range) -> Range | None:
        return x.to_the(2)


Exp = kind(Unary, "exp", "e to the power of x.")
Log = kind(Unary, "log", "The natural logarithm of x.")
Sqrt = kind(Unary, "sqrt", "The square root of x.")
Sin = kind(Unary, "sin", "The sine of x, in radians.")
Cos = kind(Unary, "cos", "The cosine of x, in radians.")
Rsqrt = kind(Unary, "rsqrt", "1 over the square root of x.")
