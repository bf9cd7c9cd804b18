"""A space as the walk sees it: variables, and tables of the values that go together.

A decision is a variable, and so is all that a part of a network gets from the parts before it: the
type of a tensor, a number. Each part of the network is a factor. Its table has a row for whatever
can be there, with what it costs. A member of the space takes one row of every factor, such that
all agree on the variables that they share, and it costs their sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Key: TypeAlias = tuple[int, ...]
"""Values of some variables, in the order of a scope; a value is a number from 0 on."""

Cost: TypeAlias = tuple[int, ...]
"""What a part costs: a number for each quantity that is counted."""


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """The rows of one part of a network: the values of the variables in `scope`, and a cost."""

    scope: tuple[int, ...]
    rows: Mapping[Key, Cost]


@dataclass(frozen=True, slots=True)
class FactorGraph:
    """A space: how many values each variable has, by its number, and the factors."""

    sizes: tuple[int, ...]
    factors: tuple[Factor, ...]


class TooLarge(Exception):
    """A table would have more rows than are computed. The text says which bound was passed."""
