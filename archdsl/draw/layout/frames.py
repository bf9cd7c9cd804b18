"""The layout of a diagram: frames inside frames, from the innermost out.

Each frame is laid out on its own, and is a box of known size to the frame around it. So the layout
takes time in proportion to the diagram, and the inside of a stage looks the same wherever it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from archdsl.draw.layout.columns import GAP, columns, order_layers
from archdsl.draw.layout.geometry import Area, Layout, Size, join
from archdsl.draw.layout.layers import (
    Edge,
    FrameWires,
    Segment,
    make_layers,
    outermost_segments,
    split_wires,
)
from archdsl.draw.layout.placing import FrameContent, FrameLayout, Placement
from archdsl.draw.picture import Group, Item, Wire
from archdsl.draw.style import CIRCLES, FOOTER, HEADER, PADDING, box_size, head_widths

_WIDEST = 260.0
"""Pixels up to which a box is widened so that its wires run straight."""

_ATTEMPTS = 8
"""Layouts of a diagram until the order of wires must have settled."""


@dataclass
class _Attempt:
    """One layout of a diagram: the order in which wires arrive at each frame, before and after.

    A frame is laid out before the one around it, so it cannot know the order in which its wires
    will arrive. It takes the order of the last attempt.
    """

    known: Mapping[int, Mapping[int, int]]
    reached: dict[int, Mapping[int, int]] = field(default_factory=dict)


def lay_out(items: Sequence[Item], wires: Sequence[Wire]) -> Layout:
    """Lay out a diagram, until every frame takes its wires in the order in which they arrive."""
    attempt = _Attempt({})
    layout = _Frame(items, outermost_segments(wires), attempt).layout()
    for _ in range(_ATTEMPTS):
        if attempt.reached == attempt.known:
            break  # another attempt would give the same layout
        attempt = _Attempt(attempt.reached)
        layout = _Frame(items, outermost_segments(wires), attempt).layout()
    return layout.inside


@dataclass
class _Frame:
    items: Sequence[Item]
    segments: Sequence[Segment]
    attempt: _Attempt
    key: int = 0
    header: float = 0
    footer: float = 0
    frames: dict[int, FrameLayout] = field(default_factory=dict)

    def layout(self) -> FrameLayout:
        wires = split_wires(self.items, self.segments)
        # Inner frames first: their sizes and doors are needed here.
        for item in self.items:
            if isinstance(item, Group):
                self.frames[item.key] = _lay_out_group(
                    item, wires.inside.get(item.key, ()), self.attempt
                )
        edges = sorted(wires.edges, key=lambda edge: self._edge_order(edge, wires))
        rooms = _rooms(edges)
        sizes = {item.key: self._size(item, rooms.get(item.key, 0)) for item in self.items}
        layers = make_layers(sizes, edges)
        order_layers(layers)
        content = FrameContent(
            self.items, self.frames, self.segments, wires.owners, self.header, self.footer
        )
        placement = Placement(content, layers, columns(layers))
        self.attempt.reached |= {key: placement.arrivals(key) for key in self.frames}
        return placement.layout()

    def _edge_order(self, edge: Edge, wires: FrameWires) -> tuple[float, float, int]:
        """The key that sorts edges: by source, and from left to right as far as that is known."""
        if edge.source is None:
            known = self.attempt.known.get(self.key, {})
            return (-1, known.get(edge.wire, edge.nearest), edge.wire)
        frame = self.frames.get(edge.source)
        door = frame.leaves[edge.wire] if frame else 0
        return (wires.places[edge.source], door, edge.wire)

    def _size(self, item: Item, room: float) -> Size:
        """The size of an item, widened for the wires that leave or enter it beside each other."""
        if isinstance(item, Group):
            return self.frames[item.key].size
        size = box_size(item)
        if item.look in CIRCLES:
            return size
        half = max(size.left, min(room, _WIDEST) / 2)
        return Size(half, half, size.height)


def _rooms(edges: Sequence[Edge]) -> dict[int, float]:
    """The width that each item would need for its wires to leave and enter straight."""
    leaving: dict[int, list[float]] = {}
    entering: dict[int, list[float]] = {}
    for edge in edges:
        width = edge.label.left + edge.label.right + GAP
        if edge.source is not None:
            leaving.setdefault(edge.source, []).append(width)
        for key in edge.targets:
            entering.setdefault(key, []).append(width)
    # All widths but the last: the label of the last wire may reach beyond the box.
    return {
        key: max(sum(widths.get(key, ())[:-1]) for widths in (leaving, entering)) + 2 * PADDING
        for key in {*leaving, *entering}
    }


def _lay_out_group(group: Group, segments: Sequence[Segment], attempt: _Attempt) -> FrameLayout:
    """A group laid out, with a frame around its inside. Its axis is the middle of its entries."""
    inner = _Frame(group.items, segments, attempt, group.key, HEADER, FOOTER).layout()
    left, _, right, _ = inner.inside.extent
    middle = (left + right) / 2
    # A frame's axis is where its wires enter, and not its middle, so that a wire from above is
    # straight although the frame is wider to one side.
    low, high = (f(inner.enters.values(), default=middle) for f in (min, max))
    title, aside = head_widths(group)
    axis = (low + high) / 2
    title = max(title - (low - left) - PADDING, 0)
    aside = max(aside - (right - high) - PADDING, 0)
    left, right = left - PADDING - max(title, aside), right + PADDING + max(title, aside)
    area = Area(group, left - axis, 0, right - left, inner.size.height)
    return FrameLayout(
        join([Layout((area,)), inner.inside.translate(-axis, 0)]),
        Size(axis - left, right - axis, inner.size.height),
        {wire: x - axis for wire, x in inner.enters.items()},
        {wire: x - axis for wire, x in inner.leaves.items()},
    )
