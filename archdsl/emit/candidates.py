"""What the instances of a class offer as arguments of its constructor."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from archdsl.emit import formulas
from archdsl.emit.classes import BlockClass
from archdsl.emit.columns import Column, spread
from archdsl.emit.structure import Instance
from archdsl.ops.base import PyValue


def candidates(owner: BlockClass) -> dict[str, Column]:
    """The channels of the inputs, the block's parameters, and the names in its body.

    What the body computes for a call is offered last, under the name that it has there.
    """
    found: dict[str, Column] = {}
    offers: list[Callable[[Instance], dict[str, PyValue]]] = [_channels, _bindings, _handed]
    for offer in offers:
        for place, instance in enumerate(owner.instances):
            for name, value in offer(instance).items():
                found.setdefault(name, {})[place] = value
    return {name: spread(column) for name, column in found.items()}


def _channels(instance: Instance) -> dict[str, PyValue]:
    """`in_channels` for convolutions and `in_features` for linear layers, of each input."""
    sizes: dict[str, PyValue] = {}
    for position, (name, value) in enumerate(instance.scope.inputs.items()):
        shape = instance.graph.type(value).shape
        prefix = "in" if position == 0 else name
        sizes |= {f"{prefix}_channels": shape[0]}
        if len(shape) < 3:
            sizes |= {f"{prefix}_features": shape[-1]}
    return sizes


def _bindings(instance: Instance) -> dict[str, PyValue]:
    bindings = instance.scope.bindings
    block = instance.scope.block
    declared = block.parameters if block else ()
    names = [*(n for n in declared if n in bindings), *(n for n in bindings if n not in declared)]
    values = {name: python_value(bindings[name]) for name in names}
    return {name: value for name, value in values.items() if value is not NotImplemented}


def _handed(instance: Instance) -> dict[str, PyValue]:
    block = instance.scope.block
    if block is None:
        return {}
    known = {**_sizes(instance), **_bindings(instance)}
    handed = {n: formulas.whole(f, known) for n, f in block.formulas.items() if n not in known}
    return {name: value for name, value in handed.items() if value is not None}


def _sizes(instance: Instance) -> dict[str, PyValue]:
    """`x.channels` for each input."""
    inputs = instance.scope.inputs.items()
    return {f"{name}.channels": instance.graph.type(value).channels for name, value in inputs}


def python_value(value: object) -> PyValue:
    """A value of the language as one of Python; a block counts as true.

    What has no such value is NotImplemented.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, tuple):
        entries = tuple(map(python_value, value))
        return NotImplemented if NotImplemented in entries else entries
    return True if hasattr(value, "given") else NotImplemented
