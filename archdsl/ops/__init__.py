"""The operations that networks are made of, one family a file.

Each operation is one frozen dataclass. Its fields are its parameters in the language, `infer`
is its shape rule, `cost` its cost rule and `emit` its PyTorch form. Nothing else in the package
knows one operation from another, so a new one takes one class. Every class with a `name` in a file
of this room is an operation; bases have none.
"""

from __future__ import annotations

from types import ModuleType

from archdsl.ops import (
    activation,
    arithmetic,
    attention,
    comparison,
    constants,
    convolution,
    dropout,
    embedding,
    grouping,
    indexing,
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
    weighing,
)
from archdsl.ops.arithmetic import Arithmetic
from archdsl.ops.base import Operation

_FILES = (
    sources,
    constants,
    convolution,
    linear,
    embedding,
    attention,
    pooling,
    normalisation,
    rectifier,
    activation,
    softmax,
    dropout,
    arithmetic,
    comparison,
    reduction,
    vectors,
    layout,
    joining,
    weighing,
    selection,
    indexing,
    grouping,
    padding,
    patches,
    resampling,
)


def _family(file: ModuleType) -> tuple[type[Operation], ...]:
    """The operations that a file defines, in its order."""
    kinds = (kind for kind in vars(file).values() if isinstance(kind, type))
    return tuple(kind for kind in kinds if issubclass(kind, Operation) and hasattr(kind, "name"))


FAMILIES = tuple(map(_family, _FILES))

OPERATIONS = {operation.name: operation for family in FAMILIES for operation in family}
"""Every operation under its name in the language."""

INFIX = {op.symbol: op for op in OPERATIONS.values() if issubclass(op, Arithmetic)}
"""The operations that the language writes as operators: `INFIX["-"](1, constant_first=True)`."""
