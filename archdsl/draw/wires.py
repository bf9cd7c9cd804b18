"""The wires of a network: which box reads which value, and from which box it comes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from archdsl import limits
from archdsl.draw import words
from archdsl.draw.lanes import Lanes
from archdsl.draw.outline import Outline
from archdsl.draw.picture import Wire
from archdsl.ir.graph import Value


def wires_of(outline: Outline, ends: Iterable[tuple[int, Value]], lanes: Lanes) -> tuple[Wire, ...]:
    """A wire for each value that leaves its box; `ends` are the boxes of outputs and their values.

    A value that a block returns unchanged has several providers: the box that makes it and the
    block that passes it on. A reader is connected to the last of them before it, so that a wire
    leads into the block and out of it, and not around it.
    """
    providers = _providers(outline)
    wires: dict[tuple[int, Value], dict[int, None]] = defaultdict(dict)
    for reader, value in sorted(_reads(outline).union(ends)):
        earlier = providers[value]
        place = bisect_left(earlier, reader)  # keys are in the order of execution
        source = earlier[place - 1] if place else outline.box(value.node)
        if source < reader:  # otherwise the value stays in its box
            wires[source, value][reader] = None
    return tuple(
        Wire(
            source,
            tuple(readers),
            words.shape(outline.graph.type(value)),
            lane=lanes.of(value),
        )
        for (source, value), readers in sorted(wires.items(), key=_wire_order(outline))
    )


def _wire_order(outline: Outline) -> Callable[[tuple[tuple[int, Value], object]], tuple[int, ...]]:
    """The key that sorts wires: by source, and for one source in the order of its outputs."""
    places = {
        (box, outline.value(value)): place
        for box, values in outline.outputs.items()
        for place, value in enumerate(values)
    }

    def order(wires: tuple[tuple[int, Value], object]) -> tuple[int, ...]:
        (source, value), _ = wires
        return (source, places.get((source, value), 0), *value)

    return order


def _reads(outline: Outline) -> set[tuple[int, Value]]:
    """Boxes and the values that they read, for their operations or to pass them on."""
    graph = outline.graph
    reads = {
        (outline.box(node.index), outline.value(value))
        for node in graph
        for value in graph.operands(node)
    }
    return reads | set(_passed(outline))


def _providers(outline: Outline) -> dict[Value, list[int]]:
    """The boxes that pass each value on, in the order of execution."""
    providers: dict[Value, list[int]] = defaultdict(list)
    for box, value in sorted(_passed(outline)):
        providers[value].append(box)
    return providers


def _passed(outline: Outline) -> Iterator[tuple[int, Value]]:
    for box, values in outline.outputs.items():
        for value in map(outline.value, values):
            if outline.box(value.node) < box:
                yield box, value


def drop_longest(wires: Sequence[Wire]) -> tuple[tuple[Wire, ...], tuple[str, ...]]:
    """Drop the longest connections if all together are too long, and say so in a note.

    A layout takes time in proportion to their total length: each crosses all layers on its way.
    """
    # Keys are in the order of execution, so their difference is about the way of a connection.
    spans = sorted(target - wire.source for wire in wires for target in wire.targets)
    lengths = list(accumulate(spans))
    fits = bisect_right(lengths, limits.DRAWN_LENGTH)
    if fits == len(spans):
        return tuple(wires), ()
    most = spans[fits] - 1  # all of one length are kept or dropped, whatever their order
    short = (
        replace(wire, targets=tuple(t for t in wire.targets if t - wire.source <= most))
        for wire in wires
    )
    kept = tuple(wire for wire in short if wire.targets)
    left_out = len(spans) - sum(len(wire.targets) for wire in kept)
    return kept, (f"{left_out:,} connections are not drawn: they are too long",)
