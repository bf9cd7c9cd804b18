"""A long diagram cut into parts, which stand beside each other instead of being scaled down.

It is cut where few wires pass, and between frames rather than inside of one. A wire that is cut
ends in a circle with a number, and goes on at the circle with the same number, as in flow charts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from archdsl.draw.layout.columns import GAP
from archdsl.draw.layout.geometry import Layout
from archdsl.draw.picture import Box, Group, Item, Look, Panel, Wire, boxes

_PER_WIRE, _PER_FRAME = 0.25, 0.12
"""What a further wire or a frame at a cut weighs, in parts that it may be too short or too long."""

_MOST = 1.4
"""How full a part is at most, unless one box is more."""


def cut(panel: Panel, whole: Layout, height: float, width: float) -> list[Panel]:
    """A diagram in parts of about a height, or of a width where it is wide.

    `whole` is its layout in one piece.
    """
    order, parts = _order(panel), dict[int, int]()
    begins = _begins(panel, _Extents(order, whole, height, width))
    number = 0
    for place, key in enumerate(order):
        number += place in begins
        parts[key] = number
    return _Cut(panel, parts, number + 1).panels()


def _order(panel: Panel) -> list[int]:
    """The keys of boxes in the order of execution, an output right behind what it shows."""
    places = {box.key: float(place) for place, box in enumerate(boxes(panel.items))}
    sources = {target: wire.source for wire in panel.wires for target in wire.targets}
    for box in boxes(panel.items):
        if box.look is Look.END and box.key in sources:
            places[box.key] = places[sources[box.key]] + 0.5
    return sorted(places, key=places.__getitem__)


class _Extents:
    """How full a part is that begins and ends at two places of an order, of 1."""

    def __init__(self, order: Sequence[int], whole: Layout, height: float, width: float) -> None:
        areas = {area.item.key: area for area in whole.areas}
        self.order = order
        self.areas = [areas[key] for key in order]
        self.bottoms = list(accumulate((area.y + area.height for area in self.areas), max))
        self.height, self.width = height, width

    def fills(self, begin: int) -> Iterator[float]:
        """How full a part is that begins at a place, by each place at which it could end."""
        top, widths = self.bottoms[begin - 1] if begin else 0.0, dict[float, float]()
        for area, bottom in zip(self.areas[begin:], self.bottoms[begin:], strict=True):
            layer = round(area.y + area.height / 2)  # boxes of one layer have one middle
            widths[layer] = widths.get(layer, 0) + area.width + GAP
            fill = max((bottom - top) / self.height, max(widths.values()) / self.width)
            if fill > _MOST and area is not self.areas[begin]:
                return
            yield fill


def _begins(panel: Panel, extents: _Extents) -> set[int]:
    """The places in an order at which a further part begins, so that all parts are about full."""
    weights, count = [*_weights(panel, extents.order), 0.0], len(extents.order)
    # For each place, what the parts from there on weigh at least, and where the first of them ends.
    least, ends = [0.0] * (count + 1), [count] * count
    for begin in reversed(range(count)):
        fills = enumerate(extents.fills(begin), begin + 1)
        weighed = [(_off(fill) + weights[end] + least[end], end) for end, fill in fills]
        least[begin], ends[begin] = min(weighed)
    found, begin = set[int](), 0
    while (begin := ends[begin]) < count:
        found.add(begin)
    return found


def _off(fill: float) -> float:
    """How far a part is from full; one that is too large is worse than one that is too small."""
    return max(1 - fill, 3 * (fill - 1))


def _weights(panel: Panel, order: Sequence[int]) -> Iterator[float]:
    """How bad a cut before each place is: by the wires that it cuts, and the frames around it."""
    places = {key: place for place, key in enumerate(order)}
    changes = [0] * (len(order) + 1)
    for wire in panel.wires:
        reached = max((places[target] for target in wire.targets), default=0)
        changes[places[wire.source] + 1] += 1
        changes[max(reached, places[wire.source]) + 1] -= 1
    frames = dict(_frames(panel.items, ()))
    for place, wires in enumerate(accumulate(changes[:-1])):
        around = frames[order[place]]
        before = frames[order[place - 1]] if place else ()
        shared = sum(one == other for one, other in zip(around, before, strict=False))
        yield _PER_WIRE * max(wires - 1, 0) + _PER_FRAME * shared


def _frames(
    items: Sequence[Item], around: tuple[int, ...]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Each box with the frames around it, from the outside in."""
    for item in items:
        if isinstance(item, Group):
            yield from _frames(item.items, (*around, item.key))
        else:
            yield item.key, around


@dataclass
class _Cut:
    """A diagram while it is cut: the part of each box, and the circles and wires of each part."""

    panel: Panel
    parts: Mapping[int, int]
    count: int
    wires: dict[int, list[Wire]] = field(default_factory=dict)
    entering: dict[int, list[Box]] = field(default_factory=dict)
    leaving: dict[int, list[Box]] = field(default_factory=dict)
    links: int = 0

    def panels(self) -> list[Panel]:
        for wire in self.panel.wires:
            self._add(wire)
        return [self._panel(number) for number in range(self.count)]

    def _panel(self, number: int) -> Panel:
        own = _within(self.panel.items, self.parts, number)
        items = (*self.entering.get(number, ()), *own, *self.leaving.get(number, ()))
        return replace(self.panel, items=items, wires=tuple(self.wires.get(number, ())))

    def _add(self, wire: Wire) -> None:
        """A wire in its own part, and in each part that it goes on in."""
        number = self.parts[wire.source]
        readers: dict[int, list[int]] = {}
        for target in wire.targets:
            readers.setdefault(self.parts[target], []).append(target)
        own = readers.pop(number, [])
        if readers:
            self.links += 1
            own = [*own, self._link(self.leaving, number)]
        self.wires.setdefault(number, []).append(replace(wire, targets=tuple(own)))
        for other, targets in sorted(readers.items()):
            source = self._link(self.entering, other)
            further = replace(wire, source=source, targets=tuple(targets))
            self.wires.setdefault(other, []).append(further)

    def _link(self, links: dict[int, list[Box]], part: int) -> int:
        """A circle with the number of the link; its key is no other box's."""
        key = -1 - sum(map(len, (*self.entering.values(), *self.leaving.values())))
        links.setdefault(part, []).append(Box(key, Look.LINK, str(self.links)))
        return key


def _within(items: Sequence[Item], parts: Mapping[int, int], number: int) -> tuple[Item, ...]:
    """The items of a part. A frame that began in an earlier one says so."""
    found = list[Item]()
    for item in items:
        if not isinstance(item, Group):
            found += [item] if parts[item.key] == number else []
            continue
        inside = _within(item.items, parts, number)
        if inside and number > min(parts[box.key] for box in boxes([item])):
            title = f"{item.title}, continued"
            found.append(replace(item, title=title, items=inside, share="", costs=""))
        elif inside:
            found.append(replace(item, items=inside))
    return tuple(found)
