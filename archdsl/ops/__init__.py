"""The operations: what a network is made of, one family a file.

Each operation is one frozen dataclass. Its fields are its parameters in the language, `infer`
is its shape rule, `cost` its cost rule and `emit` its PyTorch form; nothing else in the package
knows one operation from another. A family lists its own, and this room lists the families.
"""

from __future__ import annotations

from archdsl.ops import (
    activation,
    arithmetic,
    attention,
    convolution,
    dropout,
    grouping,
    joining,
    layout,
    linear,
    normalisation,
    padding,
    patches,
    pooling,
    rectifier,
    reduction,
    resampling,
    selection,
    softmax,
    sources,
    vectors,
)
from archdsl.ops.base import Operation

FAMILIES: tuple[tuple[type[Operation], ...], ...] = (
    sources.FAMILY,
    convolution.FAMILY,
    linear.FAMILY,
    attention.FAMILY,
    pooling.FAMILY,
    normalisation.FAMILY,
    rectifier.FAMILY,
    activation.FAMILY,
    softmax.FAMILY,
    dropout.FAMILY,
    arithmetic.FAMILY,
    reduction.FAMILY,
    vectors.FAMILY,
    layout.FAMILY,
    joining.FAMILY,
    selection.FAMILY,
    grouping.FAMILY,
    padding.FAMILY,
    patches.FAMILY,
    resampling.FAMILY,
)

OPERATIONS: dict[str, type[Operation]] = {
    operation.name: operation for family in FAMILIES for operation in family
}
"""Every operation under its name in the language."""
