"""Where tensors come from: what a network is given, and what it learns."""

from __future__ import annotations

from archdsl.diagnostics import alternatives
from archdsl.ir.integers import Range
from archdsl.ir.traced import is_literal
from archdsl.ir.types import TensorType
from archdsl.ops.base import Cost, Mismatch, Operation, Types
from archdsl.ops.forms import Form, LayerArgument, Weight
from archdsl.ops.shapes import entries
from archdsl.params.kinds import (
    Choice,
    Either,
    Extent,
    Integer,
    Maybe,
    Real,
    Sizes,
    number,
    parameter,
)
from archdsl.params.numbers import Number, show_number

INITIAL: dict[str, tuple[str, ...]] = {
    "zeros": (),
    "ones": (),
    "normal": ("std",),
    "truncated_normal": ("std", "least", "most"),
    "uniform": ("least", "most"),
}
"""How a parameter can start, with the options of each."""


class Input(Operation):
    """An input of the network, one sample of `shape`. It has no form: `forward` names it.

    It holds integers from 0 up to but without `below`, if that is given.
    """

    name = "input"
    arity = (0, 0)
    shape: Extent = parameter(Sizes())
    below: int | None = parameter(Maybe(Integer()), None)

    def infer(self, *operands: TensorType) -> Types:
        return (TensorType(entries(self.shape)),)

    def integers(self, *operands: TensorType) -> Range | None:
        return None if self.below is None else Range(0, self.below - 1)

    def emit(self, operands: Types, results: Types) -> Form:
        raise TypeError("an input has no form of its own")


class Parameter(Operation):
    """A tensor of `shape` that is learned, the same for all samples: nn.Parameter.

    It starts as the number `initial`, or as this names. `std` is the standard deviation of `normal`
    and `truncated_normal`, and `least` and `most` bound `uniform` (0 and 1 unless given) and
    `truncated_normal` (-2 and 2).

    It has no batch, so it broadcasts as torch does: as a tensor with fewer axes, too. With an
    operand, it is repeated for each sample of the operand's batch, as a class token must be before
    it is concatenated.

    Example: `196 x 768 -> parameter((1, 768), normal, std = 0.02)`
    """

    name = "parameter"
    arity = (0, 1)
    starts_alike = True
    shape: Extent = parameter(Sizes())
    initial: str | Number = parameter(Either(Choice(tuple(INITIAL)), Real()), "zeros")
    std: Number = parameter(Real(least=0), 1)
    least: Number | None = parameter(Maybe(Real()), None)
    most: Number | None = parameter(Maybe(Real()), None)

    def infer(self, *operands: TensorType) -> Types:
        takes = INITIAL[self.initial] if isinstance(self.initial, str) else ()
        given = {
            "std": self.std != 1,
            "least": self.least is not None,
            "most": self.most is not None,
        }
        for option in (name for name, is_given in given.items() if is_given and name not in takes):
            raise Mismatch(self._misplaced(option), parameter=option)
        least, most = self._bounds()
        if least >= most:
            low, high = show_number(least), show_number(most)
            message = f"`least` must be below `most` ({high}), but this is {low}"
            raise Mismatch(message, parameter="most" if self.least is None else "least")
        return (TensorType(entries(self.shape)),)

    def samples(self, *operands: TensorType) -> int:
        return operands[0].samples if operands else 0

    def cost(self, operands: Types, results: Types) -> Cost:
        return Cost(results[0].elements)

    def emit(self, operands: Types, results: Types) -> Weight:
        initial, options = self._scheme()
        expanded = any(operand.leading for operand in operands)
        return Weight(initial, entries(self.shape), options, expanded=expanded)

    def _misplaced(self, option: str) -> str:
        """The message for an option of another scheme than this one."""
        schemes = (f"`{name}`" for name, options in INITIAL.items() if option in options)
        initial = self.initial
        start = f"`{initial}`" if isinstance(initial, str) else show_number(initial)
        return f"`{option}` is for the initial {alternatives(schemes)}, but this is {start}"

    def _bounds(self) -> tuple[Number, Number]:
        """The bounds of what is drawn: torch's own, unless given."""
        least, most = (0, 1) if self.initial == "uniform" else (-2, 2)
        return (
            least if self.least is None else self.least,
            most if self.most is None else self.most,
        )

    def _scheme(self) -> tuple[str, tuple[LayerArgument, ...]]:
        """The function of torch.nn.init, and its options."""
        std = LayerArgument("std", number(self.std), 1)
        low, high = map(number, self._bounds())
        match self.initial:
            case "normal":
                return "normal", (std,)
            case "truncated_normal":
                bounds = LayerArgument("a", low, -2), LayerArgument("b", high, 2)
                return "trunc_normal", (std, *bounds)
            case "uniform":
                return "uniform", (LayerArgument("a", low, 0), LayerArgument("b", high, 1))
            case str():
                return self.initial, ()
        if is_literal(self.initial) and self.initial in (0, 1):
            return ("ones" if self.initial else "zeros"), ()
        value = LayerArgument("val", number(self.initial), positional=True)
        return "constant", (value,)
