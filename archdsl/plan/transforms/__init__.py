"""Transforms: each turns a plan into another, and is a dataclass whose fields are its options.

They are the same in a spec (`network b = a + stretch(depth = 2)`), on the command line and in
Python. Nothing here knows how a network is parsed, built or written.
"""

from __future__ import annotations

from archdsl.plan.transforms.base import Transform
from archdsl.plan.transforms.clips import Lengthen, Quicken, Resize
from archdsl.plan.transforms.contract import Contract
from archdsl.plan.transforms.growth import Bottleneck, Stretch, Widen
from archdsl.plan.transforms.rows import Replace, Set, Without

TRANSFORMS: dict[str, type[Transform]] = {
    kind.name: kind
    for kind in (
        *(Stretch, Widen, Bottleneck, Resize, Lengthen, Quicken),
        *(Contract, Without, Replace, Set),
    )
}
"""The transforms by name, without `insert`, which names places and is a statement of its own."""

__all__ = [
    "TRANSFORMS",
    "Bottleneck",
    "Contract",
    "Lengthen",
    "Quicken",
    "Replace",
    "Resize",
    "Set",
    "Stretch",
    "Transform",
    "Widen",
    "Without",
]
