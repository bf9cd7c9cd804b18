"""A network as a diagram: its boxes coloured by their cost, the wires between them, its faults."""

from __future__ import annotations

import textwrap
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from archdsl.draw import words
from archdsl.draw.cell import LEGEND, insets
from archdsl.draw.outline import Outline, View, outline
from archdsl.draw.picture import (
    Box,
    Group,
    Item,
    Line,
    Look,
    Panel,
    Picture,
    Scale,
    Wire,
    affordable,
    boxes,
)
from archdsl.draw.style import clean
from archdsl.ir.cells import cells
from archdsl.ir.graph import Graph, Value
from archdsl.report.text import readable

_COLUMNS, _LINES, _MOST = 40, 4, 8
"""Of the text of a fault, and how many faults are drawn."""


@dataclass(frozen=True)
class Fault:
    """A mistake, in the scope that was being built when the graph had so many nodes."""

    title: str
    message: str
    scope: int
    nodes: int


def draw(graph: Graph, view: View, faults: Sequence[Fault] = ()) -> Picture:
    """The picture of a network, or of as much of it as there is."""
    found = outline(graph, view)
    outputs = _outputs(found)
    led, too_long = affordable(_wires(found, [(end.key, value) for end, value in outputs]))
    items, red = _mark(found, faults)
    ends = tuple(end for end, _ in outputs)
    hottest = max((found.spent.get(box.key, 0) for box in boxes(items)), default=0)
    heated = _each((*items, *ends), partial(_heated, spent=found.spent, hottest=hottest))
    beside, too_many = ((), ()) if faults else insets(cells(graph))
    notes = (*_notes(found, faults), *too_long, *too_many)
    panel = Panel(clean(graph.name), tuple(_facts(found, faults)), heated, led + red, notes)
    return Picture(panel, beside, _scale(view, hottest), LEGEND if beside else ())


def _facts(found: Outline, faults: Sequence[Fault]) -> Iterator[str]:
    graph, view = found.graph, found.view
    inputs = (f"{name} {words.shape(graph.type(value))}" for name, value in graph.inputs.items())
    yield clean(", ".join(inputs))
    total = view.costs.total
    unit = view.convention.unit
    figures = (
        f"{readable(total.total(view.convention))} {unit}, {readable(total.params)} parameters"
    )
    yield f"{figures}, as far as it could be built" if faults else figures


def _notes(found: Outline, faults: Sequence[Fault]) -> Iterator[str]:
    if found.left_out:
        yield f"{found.left_out:,} blocks and operations are not drawn one by one: too many"
    if len(faults) > _MOST:
        yield f"{len(faults) - _MOST:,} more mistakes are not drawn"


def _scale(view: View, hottest: int) -> Scale | None:
    whole = view.costs.total.total(view.convention)
    if not hottest:
        return None
    return Scale(f"share of {view.convention.unit}", words.share(hottest, whole))


def _heated(box: Box, spent: Mapping[int, int], hottest: int) -> Box:
    if box.heat is None:
        return box
    return replace(box, heat=spent.get(box.key, 0) / hottest if hottest else 0.0)


def _each(items: Iterable[Item], change: Callable[[Box], Box]) -> tuple[Item, ...]:
    """The items with every box changed, inside of groups too."""
    return tuple(
        replace(item, items=_each(item.items, change)) if isinstance(item, Group) else change(item)
        for item in items
    )


def _outputs(found: Outline) -> tuple[tuple[Box, Value], ...]:
    """An end for each output."""
    outputs = found.graph.outputs
    names = [f"output {i + 1}" if len(outputs) > 1 else "output" for i in range(len(outputs))]
    ends = [Box(found.key(), Look.END, name) for name in names]
    return tuple(zip(ends, map(found.value, outputs), strict=True))


# Wires


def _wires(found: Outline, ends: Iterable[tuple[int, Value]]) -> tuple[Wire, ...]:
    """A wire for each value that leaves its box. What a block only passes on comes from it.

    `ends` are boxes that are in no graph, with what they read.
    """
    providers = _providers(found)
    led: dict[tuple[int, Value], dict[int, None]] = defaultdict(dict)
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


# Faults


def _mark(found: Outline, faults: Sequence[Fault]) -> tuple[tuple[Item, ...], tuple[Wire, ...]]:
    """The items with the faults among them, and the wires that lead to these."""
    items, wires = tuple(found.items), list[Wire]()
    above: dict[int, int] = {}
    for fault in faults[:_MOST]:
        box = _red(found.key(), fault)
        owner = _around(found, fault, found.scopes)
        if owner is not None:
            items = _each(items, partial(_marked, key=owner, red=box))
            continue
        frame = _around(found, fault, found.frames)
        items = (*items, box) if frame is None else _added(items, frame, box)
        source = above.get(fault.nodes, found.box(fault.nodes - 1) if fault.nodes else None)
        if source is not None:
            wires.append(Wire(source, (box.key,), "", Line.FAULTY))
        above[fault.nodes] = box.key
    return items, tuple(wires)


def _red(key: int, fault: Fault) -> Box:
    lines = textwrap.wrap(clean(fault.message), _COLUMNS, max_lines=_LINES, placeholder=" …")
    return Box(key, Look.FAULT, fault.title, tuple(lines))


def _around(found: Outline, fault: Fault, keys: Mapping[int, int]) -> int | None:
    """What the fault is in, of the boxes or frames of scopes: the innermost."""
    around = found.graph.enclosing(fault.scope if found.graph.scopes else None)
    return next((keys[scope.index] for scope in around if scope.index in keys), None)


def _marked(box: Box, key: int, red: Box) -> Box:
    """The box in red, with what is wrong in it, where it is that of this key."""
    if box.key != key:
        return box
    return replace(box, look=Look.FAULT, lines=(red.title, *red.lines))


def _added(items: Iterable[Item], frame: int, red: Box) -> tuple[Item, ...]:
    """The items with the red box last in a frame."""
    return tuple(
        _with_last(item, frame, red) if isinstance(item, Group) else item for item in items
    )


def _with_last(group: Group, frame: int, red: Box) -> Group:
    if group.key == frame:
        return replace(group, items=(*group.items, red))
    return replace(group, items=_added(group.items, frame, red))
