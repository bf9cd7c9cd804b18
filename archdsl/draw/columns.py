"""Where in its layer each spot stands: first the order, then the columns.

Layers are swept down and up, each sorted by what its spots are linked to, and the order with the
fewest crossings stays. Then Brandes and Koepf's columns make wires as straight as can be: four
times, from each corner of the picture, spots are aligned with those that they are linked to, and
the columns that arise are pushed together. The mean of the two middle results stands.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import pairwise

from archdsl.draw.geometry import mean
from archdsl.draw.layers import STRAIGHT, Layers

GAP = 22.0
"""Between neighbours of a layer."""

_MANY = 3
_SWEEPS = 12


# The order of a layer


def order(layers: Layers) -> None:
    """Sort every layer, by turns down and up, and keep the order with the fewest crossings."""
    _as_met(layers)
    best, fewest = _copy(layers), _crossings(layers)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        _sweep(layers, downwards=sweep % 2 == 0)
        crossings = _crossings(layers)
        if crossings < fewest:
            best, fewest = _copy(layers), crossings
    layers.ranks = best


def _places(ranks: dict[int, list[int]]) -> dict[int, int]:
    """Where in its layer each spot stands."""
    return {index: place for spots in ranks.values() for place, index in enumerate(spots)}


def _copy(layers: Layers) -> dict[int, list[int]]:
    return {rank: list(spots) for rank, spots in layers.ranks.items()}


def _as_met(layers: Layers) -> None:
    """In the order in which one meets them walking down from the top, near readers first."""
    seen: dict[int, None] = {}
    starts = [index for spots in layers.ranks.values() for index in spots]
    starts.sort(key=lambda index: bool(layers.spots[index].up))
    for start in starts:
        waiting = [start]
        while waiting:
            index = waiting.pop()
            if index not in seen:
                seen[index] = None
                down = layers.spots[index].down
                waiting += sorted(down, key=lambda below: (layers.weights[index, below], -below))
    met = {index: place for place, index in enumerate(seen)}
    for spots in layers.ranks.values():
        spots.sort(key=met.__getitem__)


def _sweep(layers: Layers, *, downwards: bool) -> None:
    """Sort each layer by the mean place of what its spots are linked to in the one before."""
    ranks = list(layers.ranks)
    for rank in ranks if downwards else reversed(ranks):
        place = {index: p for p, index in enumerate(layers.ranks[rank])}
        near = layers.ranks.get(rank - 1 if downwards else rank + 1, [])
        place |= {index: p for p, index in enumerate(near)}
        means = {}
        for index in layers.ranks[rank]:
            links = layers.spots[index].up if downwards else layers.spots[index].down
            means[index] = mean([place[link] for link in links] or [place[index]])
        layers.ranks[rank].sort(key=means.__getitem__)


def _crossings(layers: Layers) -> int:
    place = _places(layers.ranks)
    return sum(
        _inversions(
            [
                place[below]
                for index in spots
                for below in sorted(layers.spots[index].down, key=place.__getitem__)
            ]
        )
        for spots in layers.ranks.values()
    )


def _inversions(ends: Sequence[int]) -> int:
    seen: list[int] = []
    count = 0
    for end in ends:
        count += len(seen) - bisect_right(seen, end)
        insort(seen, end)
    return count


# Columns


def columns(layers: Layers) -> list[float]:
    """The axis of each spot."""
    crossed = set(_crossed(layers))
    found = [
        _Corner(layers, crossed, down, right).axes()
        for down in (True, False)
        for right in (True, False)
    ]
    _align(layers, found)
    middle = [sorted(axes)[1:3] for axes in zip(*found, strict=True)]
    return [(low + high) / 2 for low, high in middle]


def _crossed(layers: Layers) -> Iterator[tuple[int, int]]:
    """Links that cross a long wire: these give way."""
    place, spots = _places(layers.ranks), layers.spots
    for rank, layer in layers.ranks.items():
        above = layers.ranks.get(rank - 1, [])
        left, start = 0, 0
        for position, index in enumerate(layer):
            inner = _inner(layers, index)
            right = len(above) if inner is None else place[inner]
            if inner is None and position < len(layer) - 1:
                continue
            for other in layer[start : position + 1]:
                for up in spots[other].up:
                    is_outside = not left <= place[up] <= right
                    if is_outside and not (spots[up].is_bend and spots[other].is_bend):
                        yield up, other
            start, left = position + 1, right


def _inner(layers: Layers, index: int) -> int | None:
    """What is above a spot in the middle of a long wire."""
    spot = layers.spots[index]
    above = spot.up[0] if spot.is_bend and spot.up else None
    return above if above is not None and layers.spots[above].is_bend else None


def _align(layers: Layers, found: list[list[float]]) -> None:
    """Move the results over each other: those from the left begin where the narrowest does."""
    spans = [_span(layers, axes) for axes in found]
    low, high = min(spans, key=lambda span: span[1] - span[0])
    for number, (axes, span) in enumerate(zip(found, spans, strict=True)):
        shift = low - span[0] if number % 2 == 0 else high - span[1]
        found[number] = [axis + shift for axis in axes]


def _span(layers: Layers, axes: list[float]) -> tuple[float, float]:
    sizes = [spot.size for spot in layers.spots]
    low = min((axis - size.left for axis, size in zip(axes, sizes, strict=True)), default=0)
    return low, max((axis + size.right for axis, size in zip(axes, sizes, strict=True)), default=0)


@dataclass
class _Corner:
    """The alignment that begins at one corner; those of the right are mirrored."""

    layers: Layers
    crossed: set[tuple[int, int]]
    downwards: bool
    rightwards: bool

    def axes(self) -> list[float]:
        layers = list(self.layers.ranks.values())
        layers = layers if self.downwards else layers[::-1]
        layers = layers if self.rightwards else [layer[::-1] for layer in layers]
        roots = self._columns(layers)
        axes = self._pushed(layers, roots)
        sign = 1 if self.rightwards else -1
        return [sign * axes[root] for root in roots]

    def _columns(self, layers: list[list[int]]) -> list[int]:
        """For each spot the first one of its column."""
        count = len(self.layers.spots)
        roots, taken = list(range(count)), [False] * count
        place = {index: place for layer in layers for place, index in enumerate(layer)}
        for layer in layers:
            last = -1
            for index in layer:
                for near in self._wished(index, place):
                    free = not taken[near] and place[near] > last
                    if free and not self._is_crossed(index, near):
                        roots[index], taken[near], last = roots[near], True, place[near]
                        break
        return roots

    def _wished(self, index: int, place: dict[int, int]) -> list[int]:
        """Those that a spot would like to stand below, and that would like it to."""
        near = self._middle(index, self.downwards, place)
        return [n for n in near if index in self._middle(n, not self.downwards, place)]

    def _middle(self, index: int, upwards: bool, place: dict[int, int]) -> list[int]:
        """The one or two middle ones of the best links of a spot; of many, all are as good."""
        spot, weights = self.layers.spots[index], self.layers.weights
        if upwards:
            links = {near: weights[near, index] for near in spot.up}
        else:
            links = {near: weights[index, near] for near in spot.down}
        most = max(links.values(), default=0)
        if len(links) >= _MANY and most < STRAIGHT:
            most = 0
        near = sorted((n for n, w in links.items() if w >= most), key=place.__getitem__)
        return near[(len(near) - 1) // 2 : len(near) // 2 + 1] if near else []

    def _is_crossed(self, index: int, near: int) -> bool:
        return ((near, index) if self.downwards else (index, near)) in self.crossed

    def _pushed(self, layers: list[list[int]], roots: list[int]) -> dict[int, float]:
        """Columns as far to the left as they go, then back to their neighbours on the right."""
        apart: dict[int, dict[int, float]] = {root: {} for root in roots}
        for layer in layers:
            for left, right in pairwise(layer):
                gaps, far = apart[roots[left]], self._apart(left, right)
                gaps[roots[right]] = max(gaps.get(roots[right], 0), far)
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

    def _apart(self, left: int, right: int) -> float:
        first, second = self.layers.spots[left].size, self.layers.spots[right].size
        if self.rightwards:
            return first.right + GAP + second.left
        return first.left + GAP + second.right
