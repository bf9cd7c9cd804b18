"""What the module for training writes for operations, where it is not what they declare."""

from __future__ import annotations

from dataclasses import replace

from archdsl.emit.targets.base import as_declared
from archdsl.ops.base import Operation, Types
from archdsl.ops.forms import Form, Layer

_OWN = ("Conv2d", "Conv3d", "BatchNorm2d", "BatchNorm3d")
"""The layers that the template has its own classes for, which are classes of torch's."""


def form(operation: Operation, operands: Types, results: Types) -> Form:
    """The form of an operation."""
    declared = as_declared(operation, operands, results)
    if isinstance(declared, Layer):
        constructor = declared.constructor.removeprefix("nn.")
        if constructor in _OWN:
            return replace(declared, constructor=constructor)
    return declared
