"""The first step of a layout: the boxes of one frame in layers, and its wires as edges.

A wire is split at the frames that it crosses, and each frame sees its own segment. In a frame, each
box is in a layer below all boxes that it reads. A wire that crosses a layer has a vertex there, so
that no box is placed on top of it (Sugiyama, Tagawa and Toda, 1981).

Boxes are on even ranks. The odd ranks between them hold the labels of wires. Wires that enter or
leave the frame do so on the odd rank above the first box, or on that below the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from archdsl.draw.layout.geometry import Size
from archdsl.draw.picture import Item, Line, Wire, boxes
from archdsl.draw.style import label_room, label_size

Key: TypeAlias = int

_NOWHERE = Size(0, 0, 0)
STRAIGHT, _MAIN, _SHORT, _LONG = 4, 3, 2, 1
"""Weights of links, of which the larger ones become straight first: inside of a long wire, on the
main path, to the next layer, and to a layer further down."""

_DEEPER = 3
"""A reader with this many more boxes below it than the other readers is on the main path."""


# Wires


@dataclass(frozen=True, slots=True)
class Segment:
    """The part of a wire in one frame: the boxes there, at any depth, that make and read it.

    The label is shown in one frame only, but has room in all, so that the wire stays straight.
    """

    wire: int
    source: int | None
    targets: tuple[int, ...]
    leaves: bool
    label: str
    line: Line
    shows_label: bool
    lane: int | None = None


def outermost_segments(wires: Sequence[Wire]) -> list[Segment]:
    """The segments of wires in the outermost frame."""
    return [
        Segment(number, wire.source, wire.targets, False, wire.label, wire.line, True, wire.lane)
        for number, wire in enumerate(wires)
    ]


@dataclass(frozen=True, slots=True)
class Edge:
    """A segment between the items of a frame. It has no source if it enters from outside.

    `nearest` is the first box that reads it.
    """

    wire: int
    source: Key | None
    targets: tuple[Key, ...]
    leaves: bool
    label: Size
    nearest: int


@dataclass
class FrameWires:
    """The wires of a frame: `edges` between its items, and segments `inside` of those items.

    `owners` has the item that contains each box, at any depth; `places` the order of the items.
    """

    owners: Mapping[int, int]
    places: Mapping[int, int]
    edges: list[Edge] = field(default_factory=list)
    inside: dict[int, list[Segment]] = field(default_factory=dict)

    def add(self, segment: Segment) -> None:
        """Split a segment: an edge here, and a segment in each item that it enters or leaves."""
        source = None if segment.source is None else self.owners[segment.source]
        own, readers = self._readers(segment, source)
        is_visible = bool(readers) or segment.leaves
        for key, targets in readers.items():
            entering = replace(segment, source=None, targets=targets, leaves=False)
            self._enter(key, replace(entering, shows_label=False))
        if source is not None:
            shows_label = segment.shows_label and not is_visible
            leaving = replace(segment, targets=own, leaves=is_visible, shows_label=shows_label)
            self._enter(source, leaving)
        if is_visible:
            room = label_size(segment.label) if segment.shows_label else label_room(segment.label)
            nearest = min(map(min, readers.values()), default=0)
            edge = Edge(segment.wire, source, tuple(readers), segment.leaves, room, nearest)
            self.edges.append(edge)

    def _readers(
        self, segment: Segment, source: int | None
    ) -> tuple[tuple[int, ...], dict[int, tuple[int, ...]]]:
        """The boxes in the source that read a wire, and those in each later item, in order."""
        by_item: dict[int, list[int]] = {}
        for target in segment.targets:
            by_item.setdefault(self.owners[target], []).append(target)
        own = () if source is None else tuple(by_item.pop(source, ()))
        first = -1 if source is None else self.places[source]
        # Wires lead forward only: one that would lead back is not drawn.
        later = [key for key in by_item if self.places[key] > first]
        return own, {key: tuple(by_item[key]) for key in sorted(later, key=self.places.__getitem__)}

    def _enter(self, key: int, segment: Segment) -> None:
        self.inside.setdefault(key, []).append(segment)


def split_wires(items: Sequence[Item], segments: Sequence[Segment]) -> FrameWires:
    """The segments of a frame, split at the frames in it."""
    owners = {box.key: item.key for item in items for box in boxes([item])}
    wires = FrameWires(owners, {item.key: place for place, item in enumerate(items)})
    for segment in segments:
        wires.add(segment)
    return wires


# Layers


@dataclass(slots=True)
class Vertex:
    """A place in a layer, for an item (`key`) or for a wire that crosses the layer (`wire`).

    `up` and `down` are the linked vertices in the layers above and below. A vertex inside of a long
    wire, after its first, is a bend.
    """

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
    """Vertices by index, and by rank from the top; `weights` say which links should be straight."""

    vertices: list[Vertex] = field(default_factory=list)
    ranks: dict[int, list[int]] = field(default_factory=dict)
    weights: dict[tuple[int, int], int] = field(default_factory=dict)
    by_key: dict[Key, Vertex] = field(default_factory=dict)
    trunks: dict[int, list[Vertex]] = field(default_factory=dict)

    def add(self, rank: int, size: Size) -> Vertex:
        vertex = Vertex(len(self.vertices), rank, size)
        self.vertices.append(vertex)
        self.ranks.setdefault(rank, []).append(vertex.index)
        return vertex

    def trunk(self, wire: int) -> list[Vertex]:
        """The vertices of a wire, from the top."""
        return self.trunks.get(wire, [])

    def link(self, above: Vertex, below: Vertex, weight: int) -> None:
        above.down.append(below.index)
        below.up.append(above.index)
        self.weights[above.index, below.index] = weight


def make_layers(sizes: Mapping[Key, Size], edges: Sequence[Edge]) -> Layers:
    """The layers of one frame; `sizes` has the sizes of its items, in the order of execution."""
    ranks = _ranks(list(sizes), edges)
    layers = Layers()
    for key, size in sizes.items():
        vertex = layers.add(ranks[key], size)
        vertex.key, layers.by_key[key] = key, vertex
    bottom = max(ranks.values(), default=0) + 1
    depths, aside = _depths(list(sizes), edges), _aside(edges)
    for edge in edges:
        _add_trunk(layers, edge, ranks, bottom)
        _link_readers(layers, edge, ranks, depths, aside)
    layers.ranks = dict(sorted(layers.ranks.items()))
    return layers


def _ranks(keys: list[Key], edges: Sequence[Edge]) -> dict[Key, int]:
    readers: dict[Key, list[Key]] = {key: [] for key in keys}
    is_read_into = set[Key]()
    for edge in edges:
        is_read_into.update(edge.targets)
        if edge.source is not None:
            readers[edge.source] += edge.targets
    ranks = dict.fromkeys(keys, 0)
    for key in keys:
        for reader in readers[key]:
            ranks[reader] = max(ranks[reader], ranks[key] + 2)
    # An item without operands, such as a parameter, is just above its first reader and not at the
    # top of the frame.
    for key in keys:
        if key not in is_read_into and readers[key]:
            ranks[key] = min(ranks[reader] for reader in readers[key]) - 2
    return ranks


def _aside(edges: Sequence[Edge]) -> set[tuple[int, Key]]:
    """The wires, with a reader, from items without operands into a path, as of a parameter."""
    read_into = {target for edge in edges for target in edge.targets}
    ends = {True: set[tuple[int, Key]](), False: set[tuple[int, Key]]()}
    for edge in edges:
        is_first = edge.source is not None and edge.source not in read_into
        ends[is_first].update((edge.wire, target) for target in edge.targets)
    followed = {target for _, target in ends[False]}
    return {(wire, target) for wire, target in ends[True] if target in followed}


def _add_trunk(layers: Layers, edge: Edge, ranks: Mapping[Key, int], bottom: int) -> None:
    """Add the vertices of a wire, from its source down to its last reader or out of the frame."""
    first = -1 if edge.source is None else ranks[edge.source] + 1
    ends = {ranks[target] for target in edge.targets}
    last = bottom if edge.leaves else max(ends) - 1
    is_short = first + 1 in ends or (edge.leaves and first == bottom)
    above = None if edge.source is None else layers.by_key[edge.source]
    for rank in range(first, last + 1):
        # The label is at the start, and further down the wire takes no room.
        vertex = layers.add(rank, edge.label if rank == first else _NOWHERE)
        vertex.wire, vertex.is_bend = edge.wire, rank > first
        layers.trunks.setdefault(edge.wire, []).append(vertex)
        if above is not None:
            straight = STRAIGHT if above.is_bend else _LONG
            layers.link(above, vertex, _SHORT if rank == first and is_short else straight)
        above = vertex


def _link_readers(
    layers: Layers,
    edge: Edge,
    ranks: Mapping[Key, int],
    depths: Mapping[Key, int],
    aside: Set[tuple[int, Key]],
) -> None:
    """Link a wire to the items that read it."""
    trunk = layers.trunk(edge.wire)
    ends = {key: trunk[ranks[key] - 1 - trunk[0].rank] for key in edge.targets}
    near = sorted((depths[key] for key, end in ends.items() if not end.is_bend), reverse=True)
    # Of two branches as deep as each other, neither is the main path: both are drawn alike.
    has_main = len(near) > 1 and near[0] - near[1] >= _DEEPER
    for key, end in ends.items():
        weight = _MAIN if has_main and depths[key] == near[0] else _SHORT
        is_aside = end.is_bend or (edge.wire, key) in aside
        layers.link(end, layers.by_key[key], _LONG if is_aside else weight)


def _depths(keys: list[Key], edges: Sequence[Edge]) -> dict[Key, int]:
    """The number of items below each one on the longest path."""
    readers: dict[Key | None, list[Key]] = {}
    for edge in edges:
        readers.setdefault(edge.source, []).extend(edge.targets)
    depths: dict[Key, int] = {}
    for key in reversed(keys):  # keys are in the order of execution
        depths[key] = 1 + max((depths[reader] for reader in readers.get(key, ())), default=0)
    return depths
