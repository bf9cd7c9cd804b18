"""Distances between members, of several kinds: by the counts of their graphs, and by decisions.

The counts of a graph do not change with the numbering of its operations, and so see that two cells
are alike which differ in most decisions. They leave out what is told apart by its place alone,
which the decisions have. The Gaussian process weighs both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from archdsl.search.domain import Member, Space

Array: TypeAlias = npt.NDArray[np.float64]

_Entries: TypeAlias = tuple[npt.NDArray[np.intp], Array]
"""Places in a row of features, and what stands there."""

DECISIONS = "decisions"
"""The kind of the one-hot features: each option taken counts 1."""


@dataclass
class Features:
    """The features of members of one space, by kind. Each member is looked at once."""

    space: Space
    _columns: dict[str, dict[str, int]] = field(default_factory=dict)
    _entries: dict[str, dict[str, _Entries]] = field(default_factory=dict)

    def distances(self, members: Sequence[Member], first: int) -> list[Array]:
        """Of each kind, the distances of all members to the first ones.

        They are divided by their root mean square, so that they are about 1 in any space. Kinds in
        which all members are equal are left out.
        """
        found = [self._of(member) for member in members]
        matrices = (self._matrix(kind, found) for kind in self._columns)
        return [_distances(matrix, first) for matrix in matrices if np.ptp(matrix, axis=0).any()]

    def _of(self, member: Member) -> Mapping[str, _Entries]:
        if member.name not in self._entries:
            counts = dict(self.space.counts(member))
            counts[DECISIONS] = {f"{name}={option}": 1 for name, option in member.taken}
            self._entries[member.name] = {
                kind: self._row(kind, labels) for kind, labels in counts.items()
            }
        return self._entries[member.name]

    def _row(self, kind: str, labels: Mapping[str, int]) -> _Entries:
        columns = self._columns.setdefault(kind, {})
        places = [columns.setdefault(label, len(columns)) for label in labels]
        return np.array(places, dtype=np.intp), np.array(list(labels.values()), dtype=np.float64)

    def _matrix(self, kind: str, found: Sequence[Mapping[str, _Entries]]) -> Array:
        matrix = np.zeros((len(found), len(self._columns[kind])))
        for row, entries in zip(matrix, found, strict=True):
            if kind in entries:
                places, counts = entries[kind]
                row[places] = counts
        return matrix


def _distances(matrix: Array, first: int) -> Array:
    """Euclidean distances of rows to the first rows, relative to their root mean square."""
    varying = matrix[:, np.ptp(matrix, axis=0) > 0]
    squares = (varying**2).sum(1)
    between = squares[:, None] + squares[None, :first] - 2 * varying @ varying[:first].T
    between = np.maximum(between, 0)
    distances: Array = np.sqrt(between / max(between.mean(), 1e-12))
    return distances
