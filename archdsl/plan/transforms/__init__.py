"""Transforms: a plan in, another out; each a frozen dataclass whose fields are its options.

They are the same in a spec (`network b = a + stretch(depth = 2)`), on the command line and in
Python. Nothing here knows how a network is written down or built.
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
"""Every transform but `insert` under its name in the language."""

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
