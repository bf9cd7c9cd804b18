"""The operations: what a network is made of, one family a file.

Each operation is one frozen dataclass. Its fields are its parameters in the language, `infer`
is its shape rule, `cost` its cost rule and `emit` its PyTorch form; nothing else in the package
knows one operation from another. A class with a name in a file of this room is an operation.
"""

from __future__ import annotations

from types import ModuleType

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

_FILES = (
    sources,
    convolution,
    linear,
    attention,
    pooling,
    normalisation,
    rectifier,
    activation,
    softmax,
    dropout,
    arithmetic,
    reduction,
    vectors,
    layout,
    joining,
    selection,
    grouping,
    padding,
    patches,
    resampling,
)


def _family(file: ModuleType) -> tuple[type[Operation], ...]:
    """What a file defines under a name of the language, in its order; bases have none."""
    kinds = (kind for kind in vars(file).values() if isinstance(kind, type))
    return tuple(kind for kind in kinds if issubclass(kind, Operation) and hasattr(kind, "name"))


FAMILIES = tuple(map(_family, _FILES))

OPERATIONS = {operation.name: operation for family in FAMILIES for operation in family}
"""Every operation under its name in the language."""
