"""What every operation declares: parameters, a shape rule, a cost rule and a PyTorch form.

Shapes are those of one sample, without the batch: (C, T, H, W) for video.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, TypeAlias, TypeVar, cast

from archdsl.frozen import Frozen
from archdsl.ir.integers import Range, joined
from archdsl.ir.types import REAL_BYTES, TensorType
from archdsl.limits import ELEMENTS, MAGNITUDE
from archdsl.ops.forms import Form

Types: TypeAlias = tuple[TensorType, ...]

_REAL = "`embedding` and `gather` look integers up; a quotient of them, such as `x / 2`, is real"

RANK = 24
"""The most axes of one sample: with the batch, as many as torch's kernels take on every device."""


class Mismatch(Exception):
    """An operation cannot take these operands with these parameters.

    `operand` (an index) or `parameter` (a name) says which words of the call are at fault; without
    either, it is the whole call. Rules raise it without a span, since they know no text.
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


class OrderMatters(Exception):
    """An operand in another order along an axis gives another result."""


Reordered: TypeAlias = tuple[int | None, ...]
"""For each operand the axis along which it is in another order; None if it is as it was."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one operation costs for one sample.

    `macs` counts the multiply-adds of convolutions, linear layers and matrix products,
    `normalised` the output elements of a normalisation, and `fvcore` what fvcore adds to the
    multiply-adds in evaluation mode. It is negative for products that fvcore does not see.
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


class Operation(Frozen):
    """Base of the operations. The fields of a subclass are its parameters in the language."""

    name: ClassVar[str]
    """Its name in the language."""

    arity: ClassVar[tuple[int, int | None]] = (1, 1)
    """The least and the most operands; None for no bound."""

    joins_samples: ClassVar[bool] = False
    """Whether torch needs one batch size for all operands, and does not broadcast over it."""

    needs_batch: ClassVar[bool] = False
    """Whether torch takes the first axis for the batch, so that there must be one."""

    passes_one: ClassVar[bool] = False
    """Whether one operand alone is the result, so that there is no operation."""

    is_weighted: ClassVar[bool] = False
    """Whether it has weights that a network's `init` can initialise."""

    needs_owner: ClassVar[bool] = False
    """Whether it is a part of the earlier operation whose weights it has, and computes nothing."""

    is_view: ClassVar[bool] = False
    """Whether the result shares its operand's memory."""

    broadcasts: ClassVar[bool] = False
    """Whether its result has the shape to which its operands broadcast."""

    needs_constant: ClassVar[bool] = False
    """Whether its operands depend neither on inputs nor on parameters."""

    commutes: ClassVar[bool] = False
    """Whether its operands may stand in any order."""

    starts_alike: ClassVar[bool] = False
    """Whether its result is learned, and all its elements start alike."""

    @property
    def basis(self) -> Operation:
        """The operation of the text that it is, whatever a pass has made of it."""
        return self

    @property
    def formula(self) -> str:
        """How the language writes it with `x` as its operand, where that is no call: `1 - x`."""
        return ""

    # Subclasses name their operands, as in `infer(self, q, k, v)`. A type checker allows such an
    # override only of `*operands: Any` together with `**_: Any`.

    def infer(self, *operands: Any, **_: Any) -> Types:
        """The shapes of the results, as types; by default, those of the operands.

        Raises:
            Mismatch: the operation does not take these operands.
        """
        return operands

    def samples(self, *operands: Any, **_: Any) -> int:
        """How many tensors each result is, for each sample of the network.

        Raises:
            Mismatch: the operands have different batches.
        """
        return _common_samples(self, operands)

    def integers(self, *operands: Any, **_: Any) -> Range | None:
        """The range of the results, if they are integers; by default, all is real numbers.

        Raises:
            Mismatch: the operation does not take integers, or not these.
        """
        for slot, operand in enumerate(operands):
            if operand.integers:
                message = f"`{self.name}` takes real numbers, but this is {operand}"
                raise Mismatch(message, operand=slot, help=_REAL)
        return None

    def cost(self, operands: Types, results: Types) -> Cost:
        """The cost for one sample, without regard to `samples`; by default, nothing."""
        return Cost()

    def reads(self, operands: Types, results: Types) -> int:
        """How many bytes it reads; by default, those of all operands and parameters."""
        parameters = self.cost(operands, results).parameters
        return sum(x.bytes for x in operands) + REAL_BYTES * parameters

    def weight(self, *operands: Any) -> tuple[int, ...] | None:
        """The shape of its `weight`; None if it has none that others can use."""
        return None

    def joined_axis(self, operands: Types) -> int | None:
        """The axis of the result along which its operands stand in their order, if they do."""
        return None

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        """The axis along which the result is in another order, if operands are along `axes`.

        None: it is as it was, if its weights are in that other order too. They start alike.

        Raises:
            OrderMatters: it is neither; by default, whatever the axes.
        """
        raise OrderMatters

    def emit(self, operands: Types, results: Types) -> Form:
        """The PyTorch form."""
        raise NotImplementedError


class Rearrangement(Operation):
    """Base of the operations that move elements and compute none: integers stay integers."""

    def integers(self, *operands: TensorType) -> Range | None:
        return joined(operand.integers for operand in operands)


K = TypeVar("K", bound=Operation)


def kind(base: type[K], name: str, meaning: str, **constants: str) -> type[K]:
    """An operation that differs from its base only by its name, its docstring and constants."""
    described = {"name": name, "__doc__": meaning, "__module__": base.__module__}
    made = type(name.title().replace("_", ""), (base,), described | constants)
    return cast("type[K]", made)


@lru_cache(maxsize=4096)
def infer_types(operation: Operation, operands: Types) -> Types:
    """The types of an operation's results. All types in a graph come from here.

    Networks repeat their blocks, and a search over costs builds similar networks again and again,
    so most calls are found in the cache.

    Raises:
        Mismatch: the operation does not take the operands, or a result is empty or too large.
    """
    _check_arity(operation, len(operands))
    samples = operation.samples(*operands)
    shapes = [result.shape for result in operation.infer(*operands)]
    integers = operation.integers(*operands)
    results = tuple([TensorType(shape, samples, integers) for shape in shapes])
    for result in results:
        _check_result(operation.name, result)
    return results


def _common_samples(operation: Operation, operands: Types) -> int:
    """The `samples` that all operands share.

    A learned tensor (0) goes with any batch, since torch broadcasts a tensor without this axis. But
    an operation that joins samples, such as `concat`, does not broadcast.
    """
    if not operands:
        return 1
    counts = [operand.samples for operand in operands]
    most = max(counts)
    for slot, operand in enumerate(operands):
        if operand.samples not in (0, most):
            other = operands[counts.index(most)]
            takes = f"`{operation.name}` takes tensors of one batch"
            message = f"{takes}, but these are {operand} and {other}"
            help = "`group` both, or `ungroup` the one that is in groups"
            raise Mismatch(message, operand=slot, help=help)
        if not operand.samples and (operation.needs_batch or (operation.joins_samples and most)):
            raise missing_batch(operation, slot)
    return most


def missing_batch(operation: Operation, operand: int) -> Mismatch:
    """The mismatch of a tensor that is learned for all samples, where each needs its own."""
    message = f"`{operation.name}` takes a tensor for each sample, but this is one for all samples"
    help = "repeat it for the batch of a tensor: `x -> parameter(...)`"
    return Mismatch(message, operand=operand, help=help)


def check_numbers(name: str, operands: Types) -> None:
    """Check that no operand is a tensor of conditions, with which no arithmetic computes.

    Raises:
        Mismatch: one is.
    """
    for slot, operand in enumerate(operands):
        if operand.integers and operand.integers.is_truth:
            message = f"`{name}` takes numbers, but this is {operand}"
            raise Mismatch(message, operand=slot, help="choose them: `x -> where(1, 0)`")


def _check_arity(operation: Operation, count: int) -> None:
    least, most = operation.arity
    if count >= least and (most is None or count <= most):
        return
    bound = f"at least {least}" if most is None else str(least)
    bound = f"{least} to {most}" if most not in (None, least) else bound
    noun = "tensor" if bound.endswith("1") else "tensors"
    raise Mismatch(f"`{operation.name}` takes {bound} {noun}, but this call has {count}")


def _check_result(name: str, result: TensorType) -> None:
    if result.rank > RANK:
        must = f"a tensor has at most {RANK} axes"
        raise Mismatch(f"{must}, but the result of `{name}` would have {result.rank}")
    if any(size < 1 for size in result.shape):
        raise Mismatch(f"the result of `{name}` would be {result}, which has no elements")
    if result.integers and max(map(abs, result.integers.bounds)) >= MAGNITUDE:
        must = "integers have 64 bits"
        raise Mismatch(f"{must}, but the result of `{name}` would be {result}")
    if result.volume > ELEMENTS:
        must = f"a tensor has at most {ELEMENTS:,} elements"
        raise Mismatch(f"{must}, but the result of `{name}` would be {result}")
