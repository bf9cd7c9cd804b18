"""What tells the members of a space apart, whatever names and order their text gives things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Counts: TypeAlias = Mapping[str, Mapping[str, int]]
"""How often each label occurs, by kind: `nodes`, `edges`, `paths`."""


@dataclass(frozen=True)
class Likeness:
    """What a network is but for its names: `canonical` is equal for two spellings of one network.

    `counts` do not depend on the order of operations either. Networks with similar counts are
    similar, which a canonical name cannot say.
    """

    canonical: str
    counts: Counts
