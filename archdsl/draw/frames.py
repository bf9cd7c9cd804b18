"""Frames inside each other, each laid out by itself: to the one around it, it is a box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from archdsl.draw.columns import GAP, columns, order
from archdsl.draw.geometry import Area, Plan, Size, joined
from archdsl.draw.layers import Cut, Passage, Thread, cut, layered, whole
from archdsl.draw.picture import Group, Item, Look, Wire
from archdsl.draw.placing import Content, Framed, Placing
from archdsl.draw.style import FOOTER, HEADER, PADDING, box_size, head_widths

_WIDEST = 260.0
"""That a box is for the sake of its wires."""

_ATTEMPTS = 8


@dataclass
class _Attempt:
    """One layout of a diagram. `known` has the order in which wires reach frames in the last."""

    known: Mapping[int, Mapping[int, int]]
    reached: dict[int, Mapping[int, int]] = field(default_factory=dict)


def plan(items: Sequence[Item], wires: Sequence[Wire]) -> Plan:
    """The whole diagram: laid out until frames take wires in the order in which they come."""
    attempt = _Attempt({})
    framed = _Frame(items, whole(wires), attempt).framed()
    for _ in range(_ATTEMPTS):
        if attempt.reached == attempt.known:
            break
        attempt = _Attempt(attempt.reached)
        framed = _Frame(items, whole(wires), attempt).framed()
    return framed.plan


@dataclass
class _Frame:
    items: Sequence[Item]
    passages: Sequence[Passage]
    attempt: _Attempt
    key: int = 0
    header: float = 0
    footer: float = 0
    frames: dict[int, Framed] = field(default_factory=dict)

    def framed(self) -> Framed:
        wires = cut(self.items, self.passages)
        for item in self.items:
            if isinstance(item, Group):
                self.frames[item.key] = _grouped(item, wires.inside.get(item.key, ()), self.attempt)
        threads = sorted(wires.threads, key=lambda thread: self._in_order(thread, wires))
        rooms = _rooms(threads)
        sizes = {item.key: self._size(item, rooms.get(item.key, 0)) for item in self.items}
        layers = layered(sizes, threads)
        order(layers)
        content = Content(
            self.items, self.frames, self.passages, wires.homes, self.header, self.footer
        )
        placing = Placing(content, layers, columns(layers))
        self.attempt.reached |= {key: placing.arrivals(key) for key in self.frames}
        return placing.framed()

    def _in_order(self, thread: Thread, wires: Cut) -> tuple[float, float, int]:
        """By what they come from, and from left to right as far as that is known."""
        if thread.source is None:
            known = self.attempt.known.get(self.key, {})
            return (-1, known.get(thread.wire, thread.nearest), thread.wire)
        frame = self.frames.get(thread.source)
        door = frame.leaves[thread.wire] if frame else 0
        return (wires.places[thread.source], door, thread.wire)

    def _size(self, item: Item, room: float) -> Size:
        """A box is wide enough that the wires beside each other run straight, within reason."""
        if isinstance(item, Group):
            return self.frames[item.key].size
        size = box_size(item)
        if item.look is Look.SUM:
            return size
        half = max(size.left, min(room, _WIDEST) / 2)
        return Size(half, half, size.height)


def _rooms(threads: Sequence[Thread]) -> dict[int, float]:
    """For each item how wide it is where its wires leave or enter beside each other."""
    leaving: dict[int, list[float]] = {}
    entering: dict[int, list[float]] = {}
    for thread in threads:
        width = thread.label.left + thread.label.right + GAP
        if thread.source is not None:
            leaving.setdefault(thread.source, []).append(width)
        for key in thread.targets:
            entering.setdefault(key, []).append(width)
    return {
        key: max(sum(found.get(key, ())[:-1]) for found in (leaving, entering)) + 2 * PADDING
        for key in {*leaving, *entering}
    }


def _grouped(group: Group, passages: Sequence[Passage], attempt: _Attempt) -> Framed:
    """A group's inside with its frame around it; its axis is where its wires enter."""
    inner = _Frame(group.items, passages, attempt, group.key, HEADER, FOOTER).framed()
    left, _, right, _ = inner.plan.extent
    middle = (left + right) / 2
    low, high = (f(inner.enters.values(), default=middle) for f in (min, max))
    title, aside = head_widths(group)
    axis = (low + high) / 2
    title = max(title - (low - left) - PADDING, 0)
    aside = max(aside - (right - high) - PADDING, 0)
    left, right = left - PADDING - max(title, aside), right + PADDING + max(title, aside)
    area = Area(group, left - axis, 0, right - left, inner.size.height)
    return Framed(
        joined([Plan((area,)), inner.plan.moved(-axis, 0)]),
        Size(axis - left, right - axis, inner.size.height),
        {wire: x - axis for wire, x in inner.enters.items()},
        {wire: x - axis for wire, x in inner.leaves.items()},
    )
