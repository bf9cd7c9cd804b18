"""The second step of a layout: the order of the vertices in each layer, and their columns.

Layers are swept down and up. Each is sorted by the mean place of the neighbours in the layer before
it, and the order with the fewest crossings is kept. Columns follow Brandes and Koepf (Fast and
Simple Horizontal Coordinate Assignment, Graph Drawing 2001): starting at each of the four corners,
vertices are aligned with their median neighbours, and the resulting columns are pushed together.
The mean of the two middle results is taken.

The method differs in two points. Links have weights, so that the main path and long wires become
straight first, and vertices have widths to the left and the right of their axes.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import pairwise

from archdsl.draw.layout.geometry import mean
from archdsl.draw.layout.layers import STRAIGHT, Layers

GAP = 22.0
"""Pixels between neighbours in a layer."""

_MANY = 3
"""With this many links, the median of all of them is taken, so that branches are centred."""

_SWEEPS = 12


# The order of a layer


def order_layers(layers: Layers) -> None:
    """Sort every layer, sweeping down and up in turn; keep the order with the fewest crossings."""
    _order_depth_first(layers)
    best, fewest = _copy(layers), _crossings(layers)
    for sweep in range(_SWEEPS):
        if not fewest:  # true of most networks, which are chains with skips
            break
        _sweep(layers, downwards=sweep % 2 == 0)
        crossings = _crossings(layers)
        if crossings < fewest:
            best, fewest = _copy(layers), crossings
    layers.ranks = best


def _places(ranks: dict[int, list[int]]) -> dict[int, int]:
    """The place of each vertex in its layer."""
    return {index: place for vertices in ranks.values() for place, index in enumerate(vertices)}


def _copy(layers: Layers) -> dict[int, list[int]]:
    return {rank: list(vertices) for rank, vertices in layers.ranks.items()}


def _order_depth_first(layers: Layers) -> None:
    """Sort layers by a depth-first walk from the top. A chain then starts out without crossings."""
    seen: dict[int, None] = {}
    starts = [index for vertices in layers.ranks.values() for index in vertices]
    starts.sort(key=lambda index: bool(layers.vertices[index].up))
    for start in starts:
        waiting = [start]
        while waiting:
            index = waiting.pop()
            if index not in seen:
                seen[index] = None
                down = layers.vertices[index].down
                # The last is taken first: the heaviest link, and of equal ones the first.
                waiting += sorted(down, key=lambda below: (layers.weights[index, below], -below))
    met = {index: place for place, index in enumerate(seen)}
    for vertices in layers.ranks.values():
        vertices.sort(key=met.__getitem__)


def _sweep(layers: Layers, *, downwards: bool) -> None:
    """Sort each layer by the mean place of the vertices that are linked in the layer before."""
    ranks = list(layers.ranks)
    for rank in ranks if downwards else reversed(ranks):
        place = {index: p for p, index in enumerate(layers.ranks[rank])}
        near = layers.ranks.get(rank - 1 if downwards else rank + 1, [])
        place |= {index: p for p, index in enumerate(near)}
        means = {}
        for index in layers.ranks[rank]:
            links = layers.vertices[index].up if downwards else layers.vertices[index].down
            # A vertex without links stays where it is.
            means[index] = mean([place[link] for link in links] or [place[index]])
        layers.ranks[rank].sort(key=means.__getitem__)


def _crossings(layers: Layers) -> int:
    """The number of crossings: of inversions among the lower ends of links, layer by layer."""
    place = _places(layers.ranks)
    return sum(
        _inversions(
            [
                place[below]
                for index in vertices
                for below in sorted(layers.vertices[index].down, key=place.__getitem__)
            ]
        )
        for vertices in layers.ranks.values()
    )


def _inversions(ends: Sequence[int]) -> int:
    # By insertion: n log n comparisons, and moves that are cheap for the widths of layers.
    seen: list[int] = []
    count = 0
    for end in ends:
        count += len(seen) - bisect_right(seen, end)
        insort(seen, end)
    return count


# Columns


def columns(layers: Layers) -> list[float]:
    """The horizontal position of the axis of each vertex."""
    conflicts = set(_conflicts(layers))
    results = [
        _Corner(layers, conflicts, down, right).axes()
        for down in (True, False)
        for right in (True, False)
    ]
    _align(layers, results)
    middle = [sorted(axes)[1:3] for axes in zip(*results, strict=True)]
    return [(low + high) / 2 for low, high in middle]


def _conflicts(layers: Layers) -> Iterator[tuple[int, int]]:
    """Links that cross the inside of a long wire. They are not aligned, so the wire is straight.

    These are the type 1 conflicts of Brandes and Koepf, found in one walk over each layer.
    """
    place, vertices = _places(layers.ranks), layers.vertices
    for rank, layer in layers.ranks.items():
        above = layers.ranks.get(rank - 1, [])
        left, start = 0, 0
        for position, index in enumerate(layer):
            inner = _inner(layers, index)
            right = len(above) if inner is None else place[inner]
            if inner is None and position < len(layer) - 1:
                continue
            for other in layer[start : position + 1]:
                for up in vertices[other].up:
                    is_outside = not left <= place[up] <= right
                    if is_outside and not (vertices[up].is_bend and vertices[other].is_bend):
                        yield up, other
            start, left = position + 1, right


def _inner(layers: Layers, index: int) -> int | None:
    """The vertex above one in the middle of a long wire; None for any other vertex."""
    vertex = layers.vertices[index]
    above = vertex.up[0] if vertex.is_bend and vertex.up else None
    return above if above is not None and layers.vertices[above].is_bend else None


def _align(layers: Layers, results: list[list[float]]) -> None:
    """Move the results over each other: to the left or right end of the narrowest."""
    spans = [_span(layers, axes) for axes in results]
    low, high = min(spans, key=lambda span: span[1] - span[0])
    for number, (axes, span) in enumerate(zip(results, spans, strict=True)):
        shift = low - span[0] if number % 2 == 0 else high - span[1]
        results[number] = [axis + shift for axis in axes]


def _span(layers: Layers, axes: list[float]) -> tuple[float, float]:
    sizes = [vertex.size for vertex in layers.vertices]
    low = min((axis - size.left for axis, size in zip(axes, sizes, strict=True)), default=0)
    return low, max((axis + size.right for axis, size in zip(axes, sizes, strict=True)), default=0)


@dataclass
class _Corner:
    """The alignment that starts at one corner. For one at the right, all is mirrored."""

    layers: Layers
    conflicts: set[tuple[int, int]]
    downwards: bool
    rightwards: bool

    def axes(self) -> list[float]:
        layers = list(self.layers.ranks.values())
        layers = layers if self.downwards else layers[::-1]
        layers = layers if self.rightwards else [layer[::-1] for layer in layers]
        roots = self._columns(layers)
        axes = self._compact(layers, roots)
        sign = 1 if self.rightwards else -1
        return [sign * axes[root] for root in roots]

    def _columns(self, layers: list[list[int]]) -> list[int]:
        """For each vertex, the first vertex of its column."""
        count = len(self.layers.vertices)
        roots, taken = list(range(count)), [False] * count
        place = {index: place for layer in layers for place, index in enumerate(layer)}
        for layer in layers:
            last = -1
            for index in layer:
                for near in self._mutual_medians(index, place):
                    # A column may not cross the one to the left of it.
                    free = not taken[near] and place[near] > last
                    if free and not self._is_conflict(index, near):
                        roots[index], taken[near], last = roots[near], True, place[near]
                        break
        return roots

    def _mutual_medians(self, index: int, place: dict[int, int]) -> list[int]:
        """The median neighbours of a vertex in the layer before for which it is a median too."""
        near = self._medians(index, self.downwards, place)
        return [n for n in near if index in self._medians(n, not self.downwards, place)]

    def _medians(self, index: int, upwards: bool, place: dict[int, int]) -> list[int]:
        """The one or two medians among the neighbours of a vertex with the largest weight."""
        vertex, weights = self.layers.vertices[index], self.layers.weights
        if upwards:
            links = {near: weights[near, index] for near in vertex.up}
        else:
            links = {near: weights[index, near] for near in vertex.down}
        most = max(links.values(), default=0)
        if len(links) >= _MANY and most < STRAIGHT:
            most = 0
        near = sorted((n for n, w in links.items() if w >= most), key=place.__getitem__)
        return near[(len(near) - 1) // 2 : len(near) // 2 + 1] if near else []

    def _is_conflict(self, index: int, near: int) -> bool:
        return ((near, index) if self.downwards else (index, near)) in self.conflicts

    def _compact(self, layers: list[list[int]], roots: list[int]) -> dict[int, float]:
        """Push columns to the left as far as they go, then right as far as their neighbours allow.

        The second part closes gaps between a column and what is to the right of it.
        """
        apart: dict[int, dict[int, float]] = {root: {} for root in roots}
        for layer in layers:
            for left, right in pairwise(layer):
                gaps, far = apart[roots[left]], self._separation(left, right)
                gaps[roots[right]] = max(gaps.get(roots[right], 0), far)
        # A column comes after all columns to its right, whatever layers they share.
        from_right = list(TopologicalSorter(apart).static_order())
        axes = dict.fromkeys(from_right, 0.0)
        for root in reversed(from_right):
            for right, far in apart[root].items():
                axes[right] = max(axes[right], axes[root] + far)
        for root in from_right:
            if apart[root]:
                room = min(axes[right] - far for right, far in apart[root].items())
                axes[root] = max(axes[root], room)
        return axes

    def _separation(self, left: int, right: int) -> float:
        first, second = self.layers.vertices[left].size, self.layers.vertices[right].size
        if self.rightwards:
            return first.right + GAP + second.left
        return first.left + GAP + second.right
