"""Boxes in layers, and the wires between them as each frame sees them.

A wire is cut at the frames that it passes; each frame sees its own part. In a frame each box is
below all that it reads, wires passing what stands between. Boxes stand on even ranks. Odd ones lie
between and hold the labels of the wires; what a frame lets in or out passes there too, above the
first box and below the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from archdsl.draw.geometry import Size
from archdsl.draw.picture import Item, Line, Wire, boxes
from archdsl.draw.style import label_room, label_size

Key: TypeAlias = int

_NOWHERE = Size(0, 0, 0)
STRAIGHT, _MAIN, _SHORT, _LONG = 4, 3, 2, 1
_DEEPER = 3
"""By how many boxes more below it one reader of a value is on the main way."""


# Wires


@dataclass(frozen=True, slots=True)
class Passage:
    """A wire as one frame sees it: by which boxes in it it is made and read.

    Its label is told in one frame only, and has room in all.
    """

    wire: int
    source: int | None
    targets: tuple[int, ...]
    leaves: bool
    label: str
    line: Line
    is_told: bool


def whole(wires: Sequence[Wire]) -> list[Passage]:
    """Wires as the outermost frame sees them."""
    return [
        Passage(number, wire.source, wire.targets, False, wire.label, wire.line, True)
        for number, wire in enumerate(wires)
    ]


@dataclass(frozen=True, slots=True)
class Thread:
    """A wire as one frame sees it: it may come from outside (no source) and leave again.

    `nearest` is the first box that reads it.
    """

    wire: int
    source: Key | None
    targets: tuple[Key, ...]
    leaves: bool
    label: Size
    nearest: int


@dataclass
class Cut:
    """The wires of a frame: `threads` between its items, and what goes on `inside` of these.

    `homes` says in which item each box is, at any depth.
    """

    homes: Mapping[int, int]
    places: Mapping[int, int]
    threads: list[Thread] = field(default_factory=list)
    inside: dict[int, list[Passage]] = field(default_factory=dict)

    def take(self, passage: Passage) -> None:
        source = None if passage.source is None else self.homes[passage.source]
        ends: dict[int, list[int]] = {}
        for target in passage.targets:
            ends.setdefault(self.homes[target], []).append(target)
        own = tuple(ends.pop(source, ())) if source is not None else ()
        first = -1 if source is None else self.places[source]
        others = sorted(
            (key for key in ends if self.places[key] > first), key=self.places.__getitem__
        )
        is_seen = bool(others) or passage.leaves
        for key in others:
            here = tuple(ends[key])
            entering = replace(passage, source=None, targets=here, leaves=False, is_told=False)
            self._enter(key, entering)
        if source is not None:
            told = passage.is_told and not is_seen
            self._enter(source, replace(passage, targets=own, leaves=is_seen, is_told=told))
        if is_seen:
            room = label_size(passage.label) if passage.is_told else label_room(passage.label)
            nearest = min((box for key in others for box in ends[key]), default=0)
            thread = Thread(passage.wire, source, tuple(others), passage.leaves, room, nearest)
            self.threads.append(thread)

    def _enter(self, key: int, passage: Passage) -> None:
        self.inside.setdefault(key, []).append(passage)


def cut(items: Sequence[Item], passages: Sequence[Passage]) -> Cut:
    homes = {box.key: item.key for item in items for box in boxes([item])}
    found = Cut(homes, {item.key: place for place, item in enumerate(items)})
    for passage in passages:
        found.take(passage)
    return found


# Layers


@dataclass(slots=True)
class Spot:
    """A place in a layer: of a box (`key`), or where a wire passes (`wire`)."""

    index: int
    rank: int
    size: Size
    key: Key | None = None
    wire: int | None = None
    up: list[int] = field(default_factory=list)
    down: list[int] = field(default_factory=list)
    is_bend: bool = False


@dataclass(slots=True)
class Layers:
    """Spots by index, and by rank from the top. `weights` are the links' wish to be straight."""

    spots: list[Spot] = field(default_factory=list)
    ranks: dict[int, list[int]] = field(default_factory=dict)
    weights: dict[tuple[int, int], int] = field(default_factory=dict)
    by_key: dict[Key, Spot] = field(default_factory=dict)
    trunks: dict[int, list[Spot]] = field(default_factory=dict)

    def add(self, rank: int, size: Size) -> Spot:
        spot = Spot(len(self.spots), rank, size)
        self.spots.append(spot)
        self.ranks.setdefault(rank, []).append(spot.index)
        return spot

    def trunk(self, wire: int) -> list[Spot]:
        """The spots that a wire passes, from the top."""
        return self.trunks.get(wire, [])

    def link(self, above: Spot, below: Spot, weight: int) -> None:
        above.down.append(below.index)
        below.up.append(above.index)
        self.weights[above.index, below.index] = weight


def layered(sizes: Mapping[Key, Size], threads: Sequence[Thread]) -> Layers:
    """The layers of one frame. `sizes` has its boxes in an order in which they can run."""
    ranks = _ranks(list(sizes), threads)
    layers = Layers()
    for key, size in sizes.items():
        spot = layers.add(ranks[key], size)
        spot.key, layers.by_key[key] = key, spot
    bottom = max(ranks.values(), default=0) + 1
    depths = _depths(list(sizes), threads)
    for thread in threads:
        _lead(layers, thread, ranks, bottom)
        _end(layers, thread, ranks, depths)
    layers.ranks = dict(sorted(layers.ranks.items()))
    return layers


def _ranks(keys: list[Key], threads: Sequence[Thread]) -> dict[Key, int]:
    readers: dict[Key, list[Key]] = {key: [] for key in keys}
    is_read_into = set[Key]()
    for thread in threads:
        is_read_into.update(thread.targets)
        if thread.source is not None:
            readers[thread.source] += thread.targets
    ranks = dict.fromkeys(keys, 0)
    for key in keys:
        for reader in readers[key]:
            ranks[reader] = max(ranks[reader], ranks[key] + 2)
    for key in keys:
        if key not in is_read_into and readers[key]:
            ranks[key] = min(ranks[reader] for reader in readers[key]) - 2
    return ranks


def _lead(layers: Layers, thread: Thread, ranks: Mapping[Key, int], bottom: int) -> None:
    """The spots of a wire from its source down to the last that reads it."""
    first = -1 if thread.source is None else ranks[thread.source] + 1
    ends = {ranks[target] for target in thread.targets}
    last = bottom if thread.leaves else max(ends) - 1
    is_short = first + 1 in ends or (thread.leaves and first == bottom)
    above = None if thread.source is None else layers.by_key[thread.source]
    for rank in range(first, last + 1):
        spot = layers.add(rank, thread.label if rank == first else _NOWHERE)
        spot.wire, spot.is_bend = thread.wire, rank > first
        layers.trunks.setdefault(thread.wire, []).append(spot)
        if above is not None:
            straight = STRAIGHT if above.is_bend else _LONG
            layers.link(above, spot, _SHORT if rank == first and is_short else straight)
        above = spot


def _end(
    layers: Layers, thread: Thread, ranks: Mapping[Key, int], depths: Mapping[Key, int]
) -> None:
    """The links from a wire to what reads it."""
    trunk = layers.trunk(thread.wire)
    ends = {key: trunk[ranks[key] - 1 - trunk[0].rank] for key in thread.targets}
    near = sorted((depths[key] for key, end in ends.items() if not end.is_bend), reverse=True)
    has_main = len(near) > 1 and near[0] - near[1] >= _DEEPER
    for key, end in ends.items():
        weight = _MAIN if has_main and depths[key] == near[0] else _SHORT
        layers.link(end, layers.by_key[key], _LONG if end.is_bend else weight)


def _depths(keys: list[Key], threads: Sequence[Thread]) -> dict[Key, int]:
    """How many boxes there are below each on the longest way."""
    readers: dict[Key | None, list[Key]] = {}
    for thread in threads:
        readers.setdefault(thread.source, []).extend(thread.targets)
    depths: dict[Key, int] = {}
    for key in reversed(keys):
        depths[key] = 1 + max((depths[reader] for reader in readers.get(key, ())), default=0)
    return depths
