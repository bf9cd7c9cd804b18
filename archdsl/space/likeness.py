"""What tells the members of a space apart, whatever names and order their text gives things."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.ir.graph import Graph
from archdsl.space.canonical import canonical_name
from archdsl.space.counts import Counts, count


@dataclass(frozen=True)
class Likeness:
    """What a network is but for its names: `canonical` is equal for two spellings of one network.

    `counts` do not depend on the order of operations either. Networks with similar counts are
    similar, which a canonical name cannot say.
    """

    canonical: str
    counts: Counts


def likeness(graph: Graph) -> Likeness:
    """The likeness of a network, in a time that grows with its operations.

    `archdsl/space/canonical.py` says how exact the canonical name is.
    """
    return Likeness(canonical_name(graph), count(graph))
