"""The PyTorch forms of operations: a layer, an expression in `forward`, a weight.

A form is data. Emission decides about names, arguments and lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from archdsl.frozen import Frozen

PyValue: TypeAlias = "int | float | bool | str | tuple[PyValue, ...] | None"


class Required(Enum):
    """The default of an argument that has none."""

    REQUIRED = "required"


class LayerArgument(Frozen):
    """An argument of a layer's constructor; it is not written where it has torch's `default`.

    A `uniform` tuple is written as one number where all its entries are equal.
    """

    name: str
    value: PyValue
    default: PyValue | Required = Required.REQUIRED
    positional: bool = False
    uniform: bool = False


class Layer(Frozen):
    """An operation that is a module of its own: `self.conv = nn.Conv3d(...)`.

    `label` is the attribute's name before numbering, `zero` the parameters that are initialised to
    zero. A `shared` layer has no state, so one module serves all its uses in a class. `keywords`
    are the names of its last operands in its call, if they need some. A `caller` is a function that
    gets the layer, behind the one whose result the layer reads, instead of that result; the other
    one `is_inner`: it has no line of its own.
    """

    constructor: str
    arguments: tuple[LayerArgument, ...]
    label: str
    zero: tuple[str, ...] = ()
    shared: bool = False
    keywords: tuple[str, ...] = ()
    caller: str = ""
    is_inner: bool = False


@dataclass(frozen=True, slots=True)
class Expression:
    """An operation that is written in place, inside `forward`.

    In `template`, `{0}` and `{1}` stand for operands, `{operands}` for all of them separated by
    commas, and `{name}` for an entry of `values`. `loose` marks an infix form, which needs
    parentheses inside another expression. A `persistent` constant is in state dicts.
    """

    template: str
    values: Mapping[str, PyValue] = field(default_factory=dict)
    loose: bool = False
    persistent: bool = False


SAME = Expression("{0}")
"""The form of an operation that leaves its operand as it is."""


class Weight(Frozen):
    """A free parameter of the model: `self.name = nn.Parameter(torch.zeros(1, 768))`.

    `initial` is the function of torch.nn.init that gives its first value (`zeros`), with `options`.
    If it is `expanded`, it takes the batch of its only operand:
    `self.name.expand(x.shape[0], -1, -1)`.
    """

    initial: str
    shape: tuple[int, ...]
    options: tuple[LayerArgument, ...] = ()
    label: str = "weight"
    expanded: bool = False


class Held(Frozen):
    """A tensor that the module of an earlier operation holds: `self.embedding.weight`."""

    name: str


Form: TypeAlias = Layer | Expression | Weight | Held
