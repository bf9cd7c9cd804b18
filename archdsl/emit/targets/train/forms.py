"""What the module for training writes for operations, where it is not what they declare."""

from __future__ import annotations

from dataclasses import replace

from archdsl.emit.targets.base import as_declared
from archdsl.ops.base import Operation, Types
from archdsl.ops.forms import Form, Layer

_CONSTRUCTORS = {f"nn.{name}": name for name in ("Conv2d", "Conv3d")}
"""The layers that the template has its own classes for, which are classes of torch's."""


def form(operation: Operation, operands: Types, results: Types) -> Form:
    """The form of an operation."""
    declared = as_declared(operation, operands, results)
    if isinstance(declared, Layer) and declared.constructor in _CONSTRUCTORS:
        return replace(declared, constructor=_CONSTRUCTORS[declared.constructor])
    return declared
