"""Layers of a frame, given their depth: where boxes, wires and labels stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from archdsl.draw.geometry import Area, Label, Path, Plan, Point, Size, joined, spread
from archdsl.draw.layers import Layers, Passage, Spot
from archdsl.draw.picture import Group, Item, Look

_PORTS = 18.0
"""Between wires at the edge of a box."""

_ENTRY = -1
"""The rank above the first box, where wires come into a frame."""

_FLAT, _SLOPE, _STEEPEST = 9.0, 0.14, 44.0
"""Between layers: at least, more where a wire goes far to the side, at most."""


@dataclass(frozen=True, slots=True)
class Framed:
    """A frame's inside, its axis at x = 0 and its top at y = 0; where wires come and go."""

    plan: Plan
    size: Size
    enters: Mapping[int, float]
    leaves: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in a frame, with the frames in it laid out, and which item each box is in."""

    items: Sequence[Item]
    frames: Mapping[int, Framed]
    passages: Sequence[Passage]
    homes: Mapping[int, int]
    header: float
    footer: float


@dataclass
class Placing:
    """Layers with their columns: what is left is how deep they stand, and where wires join."""

    content: Content
    layers: Layers
    axes: Sequence[float]
    tops: dict[int, float] = field(default_factory=dict)
    bottoms: dict[int, float] = field(default_factory=dict)
    starts: dict[tuple[int, int], float] = field(default_factory=dict)
    ends: dict[tuple[int, int], float] = field(default_factory=dict)

    def framed(self) -> Framed:
        for item in self.content.items:
            self._join(self.layers.by_key[item.key], item)
        depth = self._stack()
        parts = [self._item(item) for item in self.content.items]
        paths = tuple([path for p in self.content.passages for path in self._paths(p)])
        labels = tuple([label for p in self.content.passages for label in self._label(p)])
        whole = joined([*parts, Plan((), paths, labels)])
        return Framed(whole, Size(0, 0, depth), self._doors(_ENTRY), self._doors(self._exit))

    @property
    def _exit(self) -> int:
        return max((spot.rank for spot in self.layers.by_key.values()), default=0) + 1

    def _doors(self, rank: int) -> dict[int, float]:
        """Where wires come in or go out, in the layer that is for that."""
        spots = [self.layers.spots[index] for index in self.layers.ranks.get(rank, ())]
        return {spot.wire: self.axes[spot.index] for spot in spots if spot.wire is not None}

    def arrivals(self, key: int) -> dict[int, int]:
        """In which order wires come down to an item, from the left."""
        links = sorted(self.layers.by_key[key].up, key=self.axes.__getitem__)
        return {self._wire(link): place for place, link in enumerate(links)}

    # Where wires join boxes

    def _join(self, spot: Spot, item: Item) -> None:
        for near, found in ((spot.down, self.starts), (spot.up, self.ends)):
            links = sorted(near, key=self.axes.__getitem__)
            if isinstance(item, Group):
                frame = self.content.frames[item.key]
                doors = frame.leaves if near is spot.down else frame.enters
                at = [self.axes[spot.index] + doors[self._wire(link)] for link in links]
            else:
                at = self._spread(spot, links, item.look)
            found |= {(spot.index, link): x for link, x in zip(links, at, strict=True)}

    def _wire(self, index: int) -> int:
        wire = self.layers.spots[index].wire
        return -1 if wire is None else wire

    def _spread(self, spot: Spot, links: Sequence[int], look: Look) -> list[float]:
        axis = self.axes[spot.index]
        edge = spot.size.height / 2 if look is Look.END else min(10.0, spot.size.left / 2)
        low, high = axis - spot.size.left + edge, axis + spot.size.right - edge
        return spread([self.axes[link] for link in links], _PORTS, low, high)

    # How deep layers stand

    def _stack(self) -> float:
        """Layer under layer; the depth of all of them."""
        depth = 0.0 if _ENTRY in self.layers.ranks else self.content.header + _FLAT
        rank = _ENTRY
        for rank in self.layers.ranks:
            self.tops[rank], self.bottoms[rank] = depth, depth + self._height(rank)
            depth = self.bottoms[rank] + self._gap(rank)
        bottom = self.bottoms.get(rank, depth)
        return bottom if rank == self._exit else bottom + self.content.footer

    def _height(self, rank: int) -> float:
        if rank == _ENTRY:
            return self.content.header
        if rank == self._exit:
            return self.content.footer
        return max(self.layers.spots[index].size.height for index in self.layers.ranks[rank])

    def _gap(self, rank: int) -> float:
        links = [
            abs(self._x(index, below) - self._x(below, index))
            for index in self.layers.ranks[rank]
            for below in self.layers.spots[index].down
        ]
        return _FLAT + min(_STEEPEST, _SLOPE * max(links, default=0))

    def _x(self, index: int, other: int) -> float:
        """Where a link between two spots meets the first."""
        link = (index, other)
        return self.starts.get(link, self.ends.get(link, self.axes[index]))

    # What is drawn

    def _item(self, item: Item) -> Plan:
        spot = self.layers.by_key[item.key]
        x, y = self.axes[spot.index], self._top(spot)
        if isinstance(item, Group):
            return self.content.frames[item.key].plan.moved(x, y)
        size = spot.size
        return Plan((Area(item, x - size.left, y, size.left + size.right, size.height),))

    def _top(self, spot: Spot) -> float:
        """In the middle of its layer."""
        room = self.bottoms[spot.rank] - self.tops[spot.rank] - spot.size.height
        return self.tops[spot.rank] + room / 2

    def _label(self, passage: Passage) -> Iterable[Label]:
        """Beside the beginning of a wire, in the frame that tells it."""
        trunk = self.layers.trunk(passage.wire)
        if trunk and passage.label and passage.is_told:
            spot = trunk[0]
            y = (self.tops[spot.rank] + self.bottoms[spot.rank]) / 2
            yield Label(passage.label, self.axes[spot.index] + 6, y, spot.size.right - 8)

    def _paths(self, passage: Passage) -> Iterable[Path]:
        """A wire in parts: down to each item that reads it, from where it left the part before."""
        line = passage.line
        drawn = self._begun(passage)
        for spot in self.layers.trunk(passage.wire):
            x = self.axes[spot.index]
            drawn += [(x, self.tops[spot.rank]), (x, self.bottoms[spot.rank])]
            for reader in self._readers(spot):
                end = self.ends[reader.index, spot.index]
                down = ((end, self.tops[reader.rank]), (end, self._top(reader)))
                yield Path((*drawn, *down), line, has_head=reader.key not in self.content.frames)
                drawn = [(x, self.bottoms[spot.rank])]
        if len(drawn) > 1:
            yield Path(tuple(drawn), line)

    def _begun(self, passage: Passage) -> list[Point]:
        """Where a wire comes out of what makes it, down to the end of that layer."""
        trunk = self.layers.trunk(passage.wire)
        if passage.source is None or not trunk:
            return []
        source = self.layers.by_key[self.content.homes[passage.source]]
        x = self.starts[source.index, trunk[0].index]
        bottom = self._top(source) + source.size.height
        return [(x, bottom), (x, self.bottoms[source.rank])]

    def _readers(self, spot: Spot) -> Iterable[Spot]:
        below = (self.layers.spots[index] for index in spot.down)
        return (reader for reader in below if reader.key is not None)
