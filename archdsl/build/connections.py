"""What a space becomes where it is relaxed: its decisions as connections, and how they weigh."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.ir.graph import Address
from archdsl.params.numbers import Number
from archdsl.plan.decisions import Decision


@dataclass(frozen=True)
class Weighing:
    """How connections are weighed: by `softmax` or `sigmoid` of parameters, at a temperature."""

    phi: str = "softmax"
    temperature: Number = 1


@dataclass(frozen=True)
class Connection:
    """A decision that stays open in a relaxed network, which weighs its `items` instead.

    A member takes between `least` and `most` of them; only a selection can take several.
    `places` are the addresses of its weighted sums, each with the same weights.
    """

    decision: Decision
    items: tuple[str, ...]
    least: int = 1
    most: int = 1
    is_selection: bool = False
    places: tuple[Address, ...] = ()
