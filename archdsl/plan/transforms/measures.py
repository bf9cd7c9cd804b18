"""What a transform may ask of candidates: what they would cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from archdsl.plan.transforms.blueprint import Blueprint


class Figures(Protocol):
    """What a network costs."""

    def figure(self, metric: str) -> int:
        """A figure under its name in claims, such as `macs` or `params`."""
        ...


Measure: TypeAlias = Callable[[Blueprint], Figures]
"""What a changed network costs; `Refused` where it cannot be built."""
