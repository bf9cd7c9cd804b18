"""The last step of a layout: how far down each layer is, and where wires, labels and boxes are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from archdsl.draw.layout.geometry import Area, Label, Layout, Path, Point, Size, join, spread
from archdsl.draw.layout.layers import Layers, Segment, Vertex
from archdsl.draw.picture import Box, Group, Item, Look

_PORTS = 18.0
"""Pixels between wires at the edge of a box."""

_ENTRY = -1
"""The rank above the first box, where wires enter a frame."""

_FLAT = 9.0
"""The least distance between layers in pixels."""

_SLOPE, _STEEPEST = 0.14, 44.0
"""What a wire that goes to the side adds to that distance: this part of its way, up to this many
pixels. Without it the curve of a long way would be flat, and would pass over other items."""


@dataclass(frozen=True, slots=True)
class FrameLayout:
    """The inside of a frame, with its axis at x = 0 and its top at y = 0.

    `enters` and `leaves` have the horizontal positions at which wires cross its edge.
    """

    inside: Layout
    size: Size
    enters: Mapping[int, float]
    leaves: Mapping[int, float]


@dataclass(frozen=True)
class FrameContent:
    """What is in a frame: its items, those that are frames laid out, and the segments of wires."""

    items: Sequence[Item]
    frames: Mapping[int, FrameLayout]
    segments: Sequence[Segment]
    owners: Mapping[int, int]
    header: float
    footer: float

    @cached_property
    def lanes(self) -> Mapping[int, int | None]:
        """The pathway of each wire."""
        return {segment.wire: segment.lane for segment in self.segments}


@dataclass
class Placement:
    """Layers with their columns, to which depths and the ends of wires are added.

    `starts` and `ends` have the horizontal position at which a link joins its upper and its lower
    item. They come first, because the distance of layers depends on how far wires go to the side.
    """

    content: FrameContent
    layers: Layers
    axes: Sequence[float]
    tops: dict[int, float] = field(default_factory=dict)
    bottoms: dict[int, float] = field(default_factory=dict)
    starts: dict[tuple[int, int], float] = field(default_factory=dict)
    ends: dict[tuple[int, int], float] = field(default_factory=dict)

    def layout(self) -> FrameLayout:
        # In this order: the depth of a layer depends on how far its wires go to the side.
        for item in self.content.items:
            self._join(self.layers.by_key[item.key], item)
        depth = self._stack()
        parts = [self._item(item) for item in self.content.items]
        paths = tuple([path for p in self.content.segments for path in self._paths(p)])
        labels = tuple([label for p in self.content.segments for label in self._label(p)])
        whole = join([*parts, Layout((), paths, labels)])
        return FrameLayout(whole, Size(0, 0, depth), self._doors(_ENTRY), self._doors(self._exit))

    @property
    def _exit(self) -> int:
        return max((vertex.rank for vertex in self.layers.by_key.values()), default=0) + 1

    def _doors(self, rank: int) -> dict[int, float]:
        """The horizontal positions of the wires in the layer where they enter or leave."""
        vertices = [self.layers.vertices[index] for index in self.layers.ranks.get(rank, ())]
        return {
            vertex.wire: self.axes[vertex.index] for vertex in vertices if vertex.wire is not None
        }

    def arrivals(self, key: int) -> dict[int, int]:
        """The order, from the left, in which wires arrive at an item from above."""
        links = sorted(self.layers.by_key[key].up, key=self.axes.__getitem__)
        return {self._wire(link): place for place, link in enumerate(links)}

    # The ends of wires

    def _join(self, vertex: Vertex, item: Item) -> None:
        for near, found in ((vertex.down, self.starts), (vertex.up, self.ends)):
            links = sorted(near, key=self.axes.__getitem__)
            if isinstance(item, Group):
                frame = self.content.frames[item.key]
                doors = frame.leaves if near is vertex.down else frame.enters
                at = [self.axes[vertex.index] + doors[self._wire(link)] for link in links]
            else:
                at = self._spread(vertex, links, item)
            found |= {(vertex.index, link): x for link, x in zip(links, at, strict=True)}

    def _wire(self, index: int) -> int:
        wire = self.layers.vertices[index].wire
        return -1 if wire is None else wire

    def _spread(self, vertex: Vertex, links: Sequence[int], box: Box) -> list[float]:
        axis, wanted = self.axes[vertex.index], [self.axes[link] for link in links]
        # Wires keep away from the corners of a box, and join an oval in its middle part only.
        edge = vertex.size.height / 2 if box.look is Look.END else min(10.0, vertex.size.left / 2)
        low, high = axis - vertex.size.left + edge, axis + vertex.size.right - edge
        places = [lane.place for lane in box.lanes]
        if places and [self._lane(link) for link in links] == places:
            width = (high - low) / len(places)
            lefts = [low + width * lane for lane in range(len(places))]
            ends = zip(wanted, lefts, strict=True)
            return [min(max(at, left + edge), left + width - edge) for at, left in ends]
        return spread(wanted, _PORTS, low, high)

    def _lane(self, link: int) -> int | None:
        return self.content.lanes.get(self._wire(link))

    # The depths of layers

    def _stack(self) -> float:
        """Put each layer below the one before, and return the depth of all."""
        # Where wires enter, the header is the height of their rank.
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
        return max(self.layers.vertices[index].size.height for index in self.layers.ranks[rank])

    def _gap(self, rank: int) -> float:
        links = [
            abs(self._x(index, below) - self._x(below, index))
            for index in self.layers.ranks[rank]
            for below in self.layers.vertices[index].down
        ]
        return _FLAT + min(_STEEPEST, _SLOPE * max(links, default=0))

    def _x(self, index: int, other: int) -> float:
        """The horizontal position at which a link between two vertices meets the first."""
        link = (index, other)
        return self.starts.get(link, self.ends.get(link, self.axes[index]))

    # What is drawn

    def _item(self, item: Item) -> Layout:
        vertex = self.layers.by_key[item.key]
        x, y = self.axes[vertex.index], self._top(vertex)
        if isinstance(item, Group):
            return self.content.frames[item.key].inside.translate(x, y)
        size = vertex.size
        return Layout((Area(item, x - size.left, y, size.left + size.right, size.height),))

    def _top(self, vertex: Vertex) -> float:
        """The top of a vertex that is centred in its layer."""
        room = self.bottoms[vertex.rank] - self.tops[vertex.rank] - vertex.size.height
        return self.tops[vertex.rank] + room / 2

    def _label(self, segment: Segment) -> Iterable[Label]:
        """The label of a wire, beside its start, if this frame is the one that shows it."""
        trunk = self.layers.trunk(segment.wire)
        if trunk and segment.label and segment.shows_label:
            vertex = trunk[0]
            y = (self.tops[vertex.rank] + self.bottoms[vertex.rank]) / 2
            yield Label(segment.label, self.axes[vertex.index] + 6, y, vertex.size.right - 8)

    def _paths(self, segment: Segment) -> Iterable[Path]:
        """A wire in parts: the path to its first reader, then from there to the next, and so on."""
        line = segment.line
        drawn = self._start(segment)
        for vertex in self.layers.trunk(segment.wire):
            x = self.axes[vertex.index]
            drawn += [(x, self.tops[vertex.rank]), (x, self.bottoms[vertex.rank])]
            for reader in self._readers(vertex):
                end = self.ends[reader.index, vertex.index]
                down = ((end, self.tops[reader.rank]), (end, self._top(reader)))
                # A wire into a frame goes on inside it, and has its arrow there.
                yield Path((*drawn, *down), line, has_head=reader.key not in self.content.frames)
                # The next part starts here: a shared way is drawn once, or dashes would overlap.
                drawn = [(x, self.bottoms[vertex.rank])]
        if len(drawn) > 1:
            yield Path(tuple(drawn), line)

    def _start(self, segment: Segment) -> list[Point]:
        """The points from the item that makes a wire to the bottom of that item's layer."""
        trunk = self.layers.trunk(segment.wire)
        if segment.source is None or not trunk:
            return []
        source = self.layers.by_key[self.content.owners[segment.source]]
        x = self.starts[source.index, trunk[0].index]
        bottom = self._top(source) + source.size.height
        return [(x, bottom), (x, self.bottoms[source.rank])]

    def _readers(self, vertex: Vertex) -> Iterable[Vertex]:
        below = (self.layers.vertices[index] for index in vertex.down)
        return (reader for reader in below if reader.key is not None)
