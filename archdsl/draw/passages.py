"""Wires cut at the frames that they pass: each frame sees its own part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from archdsl.draw.layers import Thread
from archdsl.draw.measures import label_room, label_size
from archdsl.draw.picture import Item, Line, Wire, boxes


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
            entering = replace(passage, source=None, targets=tuple(ends[key]), leaves=False)
            self._enter(key, replace(entering, is_told=False))
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
