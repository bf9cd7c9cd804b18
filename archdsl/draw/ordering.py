"""The order of the spots in each layer: few wires should cross."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence

from archdsl.draw.layers import Layers

_SWEEPS = 12


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


def places(ranks: dict[int, list[int]]) -> dict[int, int]:
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
            means[index] = _mean([place[link] for link in links] or [place[index]])
        layers.ranks[rank].sort(key=means.__getitem__)


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values)


def _crossings(layers: Layers) -> int:
    place = places(layers.ranks)
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
