"""What every operation declares: parameters, a shape rule, a cost rule and a PyTorch form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, ClassVar, TypeAlias, TypeVar, cast

from archdsl.frozen import Frozen
from archdsl.ir.types import TensorType
from archdsl.limits import ELEMENTS

PyValue: TypeAlias = "int | float | bool | str | tuple[PyValue, ...] | None"
Types: TypeAlias = tuple[TensorType, ...]

RANK = 24
"""Axes of one sample: with the batch, as many as the kernels of every device take."""


class Mismatch(Exception):
    """An operation cannot take these operands with these parameters.

    `operand` (an index) or `parameter` (a name) says which words of the call are at fault.
    """

    def __init__(
        self,
        message: str,
        *,
        operand: int | None = None,
        parameter: str | None = None,
        help: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.operand = operand
        self.parameter = parameter
        self.help = help


@dataclass(frozen=True, slots=True)
class Cost:
    """What one operation costs for one sample.

    `macs` counts the multiply-adds of convolutions, linear layers and matrix products,
    `normalised` the elements that a normalisation puts out, and `fvcore` what fvcore adds
    to the multiply-adds in evaluation mode.
    """

    parameters: int = 0
    macs: int = 0
    normalised: int = 0
    fvcore: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.parameters + other.parameters,
            self.macs + other.macs,
            self.normalised + other.normalised,
            self.fvcore + other.fvcore,
        )

    def __sub__(self, other: Cost) -> Cost:
        return Cost(
            self.parameters - other.parameters,
            self.macs - other.macs,
            self.normalised - other.normalised,
            self.fvcore - other.fvcore,
        )

    def times(self, samples: int) -> Cost:
        """The cost for several samples, which share their parameters."""
        if samples == 1:
            return self
        work = (self.macs * samples, self.normalised * samples, self.fvcore * samples)
        return Cost(self.parameters, *work)


class Required(Enum):
    """The default of an argument that has none."""

    REQUIRED = "required"


class LayerArgument(Frozen):
    """An argument of a layer's constructor; left out where it has torch's own `default`.

    A tuple of `uniform` kind may be written as one number where all its entries agree.
    """

    name: str
    value: PyValue
    default: PyValue | Required = Required.REQUIRED
    positional: bool = False
    uniform: bool = False


class Layer(Frozen):
    """An operation that is a module of its own: `self.conv = nn.Conv3d(...)`.

    `label` is the attribute's name before numbering, `zero` the parameters that start at
    zero. A `shared` layer holds no state, so one module serves all its uses in a class.
    """

    constructor: str
    arguments: tuple[LayerArgument, ...]
    label: str
    zero: tuple[str, ...] = ()
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Expression:
    """An operation that is written in place, inside `forward`.

    In `template`, `{0}`, `{1}` stand for the operands and `{name}` for an entry of `values`;
    `{operands}` for all of them, parted by commas. `loose` marks an infix form, which needs
    parentheses inside another expression.
    """

    template: str
    values: Mapping[str, PyValue] = field(default_factory=dict)
    loose: bool = False


class Weight(Frozen):
    """A free parameter of the model: `self.name = nn.Parameter(torch.zeros(shape))`.

    `initial` is the function that makes its first value (`torch.zeros`), and `shape` begins
    with a batch axis of 1; the value is multiplied by `scale`. Where it is `expanded`, it takes
    the batch of its one operand: `self.name.expand(x.shape[0], -1, -1)`.
    """

    initial: str
    shape: tuple[int, ...]
    scale: int | float = 1
    label: str = "weight"
    expanded: bool = False


Form: TypeAlias = Layer | Expression | Weight


class Operation(Frozen):
    """Base of the operations. The fields of a subclass are its parameters in the language."""

    name: ClassVar[str]
    """What the language calls it."""

    arity: ClassVar[tuple[int, int | None]] = (1, 1)
    """The least and the most operands; None for no bound."""

    joins_samples: ClassVar[bool] = False
    """Whether torch needs the operands to have one batch; others are broadcast over it."""

    is_weighted: ClassVar[bool] = False
    """Whether it has weights that a network's `init` can start."""

    is_view: ClassVar[bool] = False
    """Whether the result shares its operand's memory."""

    # Subclasses name their operands: `Any` twice is what lets a type checker allow that.

    def infer(self, *operands: Any, **_: Any) -> Types:
        """The types of the results, as if one sample were all; unless told, the operands'.

        Raises:
            Mismatch: the operands do not suit.
        """
        return operands

    def samples(self, *operands: Any, **_: Any) -> int:
        """How many tensors the results are for each sample of the network.

        Raises:
            Mismatch: the operands are not of one batch.
        """
        return _common_samples(self, operands)

    def cost(self, operands: Types, results: Types) -> Cost:
        return Cost()

    def emit(self, operands: Types, results: Types) -> Form:
        raise NotImplementedError


K = TypeVar("K", bound=Operation)


def kind(base: type[K], name: str, meaning: str, **constants: str) -> type[K]:
    """An operation that differs from its base by its name, its meaning and constants alone."""
    described = {"name": name, "__doc__": meaning, "__module__": base.__module__}
    made = type(name.title().replace("_", ""), (base,), described | constants)
    return cast("type[K]", made)


@lru_cache(maxsize=4096)
def infer_types(operation: Operation, operands: Types) -> Types:
    """The types of an operation's results; the one way by which they enter a graph.

    Raises:
        Mismatch: the operands do not suit, or a result is empty or beyond all measure.
    """
    _check_arity(operation, len(operands))
    samples = operation.samples(*operands)
    results = operation.infer(*operands)
    if samples != 1:
        results = tuple(TensorType(result.shape, samples) for result in results)
    for result in results:
        _check_result(operation.name, result)
    return results


def _common_samples(operation: Operation, operands: Types) -> int:
    """What is learned goes with every batch, unless torch has to put it beside the samples."""
    if not operands:
        return 1
    counts = [operand.samples for operand in operands]
    most = max(counts)
    for slot, operand in enumerate(operands):
        if operand.samples not in (0, most):
            other = operands[counts.index(most)]
            message = f"`{operation.name}` takes tensors of one batch, not {operand} and {other}"
            help = "`group` both, or `ungroup` the one that is in groups"
            raise Mismatch(message, operand=slot, help=help)
        if operand.samples != most and operation.joins_samples:
            raise missing_batch(operation, slot)
    return most


def missing_batch(operation: Operation, operand: int) -> Mismatch:
    """A tensor that is learned for all samples, where each is to have its own."""
    message = f"`{operation.name}` needs this for each sample; it is one for all"
    help = "give it the batch of a tensor: `x -> parameter(...)`"
    return Mismatch(message, operand=operand, help=help)


def _check_arity(operation: Operation, count: int) -> None:
    least, most = operation.arity
    if count >= least and (most is None or count <= most):
        return
    bound = f"at least {least}" if most is None else str(least)
    bound = f"{least} to {most}" if most not in (None, least) else bound
    raise Mismatch(f"`{operation.name}` takes {bound} tensors, not {count}")


def _check_result(name: str, result: TensorType) -> None:
    if result.rank > RANK:
        raise Mismatch(f"`{name}` would give a tensor of {result.rank} axes; at most {RANK} can be")
    if any(size < 1 for size in result.shape):
        raise Mismatch(f"`{name}` would give {result}, which holds nothing")
    if result.volume > ELEMENTS:
        raise Mismatch(f"`{name}` would give {result}, more than {ELEMENTS} elements")
