"""The sizes of tensors that meet element by element."""

from __future__ import annotations

from archdsl.ir.types import TensorType
from archdsl.ops.base import Mismatch, Types


def broadcast(name: str, operands: Types) -> TensorType:
    """The type in which all operands meet.

    Raises:
        Mismatch: they do not.
    """
    shape = operands[0].shape
    for index, operand in enumerate(operands[1:], 1):
        sizes = meet(shape, operand.shape)
        if sizes is None:
            message = f"`{name}` cannot bring {TensorType(shape)} and {operand} together"
            help = "every axis must have one size on both sides, or 1 on one of them"
            raise Mismatch(message, operand=index, help=help)
        shape = sizes
    return TensorType(shape)


def meet(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    """The sizes in which two shapes meet, or None where they do not.

    Their ranks must agree, for the batch stands in front of each.
    """
    if len(a) != len(b) or any(
        left != right and 1 not in (left, right) for left, right in zip(a, b, strict=True)
    ):
        return None
    return tuple(max(left, right) for left, right in zip(a, b, strict=True))
