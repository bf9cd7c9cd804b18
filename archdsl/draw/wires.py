"""The wires between boxes: which values go from one to others."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TypeAlias

from archdsl import limits
from archdsl.draw import words
from archdsl.draw.outline import Outline
from archdsl.draw.picture import Wire
from archdsl.ir.graph import Value

Ends: TypeAlias = dict[tuple[int, Value], dict[int, None]]


def wires(found: Outline, ends: Iterable[tuple[int, Value]]) -> tuple[Wire, ...]:
    """A wire for each value that leaves its box. What a block only passes on comes from it.

    `ends` are boxes that are in no graph, with what they read.
    """
    providers = _providers(found)
    led: Ends = defaultdict(dict)
    for reader, value in sorted(_reads(found).union(ends)):
        earlier = providers[value]
        place = bisect_left(earlier, reader)
        source = earlier[place - 1] if place else found.box(value.node)
        if source < reader:
            led[source, value][reader] = None
    return tuple(
        Wire(source, tuple(readers), words.shape(found.graph.type(value)))
        for (source, value), readers in sorted(led.items(), key=_in_order(found))
    )


def _in_order(found: Outline) -> Callable[[tuple[tuple[int, Value], object]], tuple[int, ...]]:
    """By box, and for each in the order in which it gives them."""
    places = {
        (box, found.value(value)): place
        for box, values in found.passes.items()
        for place, value in enumerate(values)
    }

    def order(led: tuple[tuple[int, Value], object]) -> tuple[int, ...]:
        (source, value), _ = led
        return (source, places.get((source, value), 0), *value)

    return order


def _reads(found: Outline) -> set[tuple[int, Value]]:
    """Boxes and the values that they read: for their operations, or to pass them on."""
    graph = found.graph
    reads = {
        (found.box(node.index), found.value(value))
        for node in graph
        for value in graph.operands(node)
    }
    return reads | set(_passed(found))


def _providers(found: Outline) -> dict[Value, list[int]]:
    """For each value the boxes that pass it on, in the order of execution."""
    providers: dict[Value, list[int]] = defaultdict(list)
    for box, value in sorted(_passed(found)):
        providers[value].append(box)
    return providers


def _passed(found: Outline) -> Iterator[tuple[int, Value]]:
    for box, values in found.passes.items():
        for value in map(found.value, values):
            if found.box(value.node) < box:
                yield box, value


def affordable(led: Sequence[Wire]) -> tuple[tuple[Wire, ...], tuple[str, ...]]:
    """The wires without the longest ways, where there are too many; and a note of these."""
    spans = sorted(target - wire.source for wire in led for target in wire.targets)
    lengths = list(accumulate(spans))
    fits = bisect_right(lengths, limits.DRAWN_LENGTH)
    if fits == len(spans):
        return tuple(led), ()
    most = spans[fits] - 1
    short = (
        replace(wire, targets=tuple(t for t in wire.targets if t - wire.source <= most))
        for wire in led
    )
    kept = tuple(wire for wire in short if wire.targets)
    left_out = len(spans) - sum(len(wire.targets) for wire in kept)
    return kept, (f"{left_out:,} connections are not drawn: they are too many and too long",)
