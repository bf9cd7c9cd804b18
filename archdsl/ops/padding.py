"""Padding: zeros, another value, or the tensor itself around a tensor."""

from __future__ import annotations

from archdsl.ir.integers import Range
from archdsl.ir.traced import is_literal
from archdsl.ir.types import POSITIONS, TensorType
from archdsl.ops.base import Mismatch, Operation, Types, check_numbers
from archdsl.ops.forms import SAME, Expression, PyValue
from archdsl.ops.shapes import Axes, axis_indices, per_axis
from archdsl.params.kinds import AxisNames, Choice, Extent, Maybe, Real, Sizes, number, parameter
from archdsl.params.numbers import Number, show_number


class Pad(Operation):
    """Axes longer by `before` and `after` (as much unless given).

    `axes` are all after the channels unless given; only `constant`, with its `value`, can pad
    channels.

    Example: `64 x 8 x 14^2 -> pad(2, after = 0, axes = frames)`
    """

    name = "pad"
    before: Extent = parameter(Sizes(least=0))
    after: Extent | None = parameter(Maybe(Sizes(least=0)), None)
    axes: Axes = parameter(AxisNames(), POSITIONS)
    mode: str = parameter(Choice(("constant", "reflect", "replicate", "circular")), "constant")
    value: Number = parameter(Real(), 0)

    def infer(self, x: TensorType) -> Types:
        widths = self._widths(x)
        self._check_mode(x, widths)
        shape = (b + size + a for size, (b, a) in zip(x.shape, widths, strict=True))
        return (TensorType(tuple(shape)),)

    def integers(self, x: TensorType) -> Range | None:
        if x.integers is None or self.mode != "constant":
            return x.integers
        check_numbers(self.name, (x,))
        filled = Range.of(number(self.value))
        if filled is None:
            # torch cuts off the fraction, without an error.
            must = "`value` must be an integer beside integers"
            raise Mismatch(f"{must}, but this is {show_number(self.value)}", parameter="value")
        return x.integers.join(filled)

    def emit(self, operands: Types, results: Types) -> Expression:
        widths = self._widths(operands[0])
        # F.pad lists axes from the last one on.
        pad = tuple(width for pair in reversed(widths[self._first(widths) :]) for width in pair)
        if not any(pad) and is_literal(pad):
            return SAME
        values: dict[str, PyValue] = {"pad": pad}
        if self.mode != "constant":
            values["mode"] = self.mode
        if self.value:
            values["value"] = number(self.value)
        options = "".join(f", {name}={{{name}}}" for name in values if name != "pad")
        return Expression(f"F.pad({{0}}, {{pad}}{options})", values)

    def _first(self, widths: tuple[tuple[int, int], ...]) -> int:
        """The first axis that the call names: the first that is padded."""
        # Modes other than `constant` are implemented for all axes after the channels at once.
        if self.mode != "constant":
            return 1
        padded = (i for i, pair in enumerate(widths) if any(pair) or not is_literal(pair))
        return next(padded, len(widths) - 1)

    def _widths(self, x: TensorType) -> tuple[tuple[int, int], ...]:
        """The padding before and after each axis."""
        indices = axis_indices(self.axes, x.rank)
        before = per_axis(self.before, len(indices), "before")
        after = before if self.after is None else per_axis(self.after, len(indices), "after")
        widths = dict(zip(indices, zip(before, after, strict=True), strict=True))
        return tuple(widths.get(index, (0, 0)) for index in range(x.rank))

    def _check_mode(self, x: TensorType, widths: tuple[tuple[int, int], ...]) -> None:
        if self.mode == "constant":
            return
        if self.value:
            message = f"`value` is for the mode `constant`, but this is `{self.mode}`"
            raise Mismatch(message, parameter="value")
        if widths[0] != (0, 0) or not 2 <= x.rank <= 4:
            takes = f"`{self.mode}` pads one to three axes after the channels"
            raise Mismatch(f"{takes}, but this is {x}", operand=0)
        for size, pair in zip(x.shape, widths, strict=True):
            # A reflection leaves out the edge itself; a circle has each element once.
            most = {"reflect": size - 1, "circular": size}.get(self.mode, max(pair))
            if max(pair) > most:
                must = f"`{self.mode}` pads an axis of {size} by at most {most}"
                at_fault = "before" if pair[0] > most else "after"
                raise Mismatch(f"{must}, but this is {max(pair)}", parameter=at_fault)
