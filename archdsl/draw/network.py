"""A network as a picture: boxes coloured by their cost, wires, and the mistakes that it ended at.

A network with mistakes is drawn as far as it was built. Where the mistake happened, and what led
there, is often clearer in a picture than in a message.
"""

from __future__ import annotations

import textwrap
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from archdsl.draw import words
from archdsl.draw.cell import LEGEND, insets
from archdsl.draw.choices import NONE, Decisions, by_box, cell_places
from archdsl.draw.details import figures_by_box, with_details
from archdsl.draw.outline import Outline, View, make_outline
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
    drop_longest,
)
from archdsl.draw.style import clean
from archdsl.ir.cells import Cell, cells
from archdsl.ir.graph import Graph, Value
from archdsl.report.text import readable

_COLUMNS, _LINES = 40, 4
"""The width and the height, in characters, of the text on a fault."""

_MOST_FAULTS = 8


@dataclass(frozen=True)
class Fault:
    """A mistake in a `scope`, which was being built when the graph had `nodes` nodes."""

    title: str
    message: str
    scope: int
    nodes: int


def draw(
    graph: Graph, view: View, faults: Sequence[Fault] = (), decisions: Decisions = NONE
) -> Picture:
    """The picture of a network, or of the part of it that was built.

    Of a space it is that of a member, with the decisions that are open in their boxes.
    """
    outline = make_outline(graph, view)
    outputs = _outputs(outline)
    wires, too_long = drop_longest(_wires(outline, [(end.key, value) for end, value in outputs]))
    figures = figures_by_box(outline)
    items, red = _with_faults(outline, with_details(outline, figures), faults)
    ends = tuple(end for end, _ in outputs)
    # Only boxes count, not frames: colours compare what can be compared.
    costs = {key: each.total(view.convention) for key, each in figures.items()}
    hottest = max(costs.values(), default=0)
    heated = _map_boxes((*items, *ends), partial(_with_heat, costs=costs, hottest=hottest))
    # The cells of a network that broke off may be incomplete.
    found = () if faults else cells(graph)
    beside, too_many = insets(found, decisions) if found else ((), ())
    own = decisions.without(_decided_in(found, decisions))
    inside = by_box(outline, own)
    heated = _map_boxes(heated, lambda box: _with_choices(box, own, inside.get(box.key, {})))
    everywhere = own.without(name for names in inside.values() for name in names)
    facts = (*_facts(outline, faults), *decisions.facts, *everywhere.lines(everywhere.options))
    notes = (*_notes(outline, faults), *too_long, *too_many)
    panel = Panel(clean(graph.name), facts, heated, wires + red, notes)
    return Picture(panel, beside, _scale(view, hottest), LEGEND if beside else ())


def _decided_in(cells: Iterable[Cell], decisions: Decisions) -> Iterator[str]:
    """The decisions of cells, which are drawn beside the network."""
    for cell in cells:
        yield from decisions.below(*cell_places(cell))


def _with_choices(box: Box, decisions: Decisions, names: Mapping[str, str]) -> Box:
    return replace(box, choices=decisions.chips(names)) if names else box


def _facts(outline: Outline, faults: Sequence[Fault]) -> Iterator[str]:
    graph, view = outline.graph, outline.view
    inputs = (f"{name} {words.shape(graph.type(value))}" for name, value in graph.inputs.items())
    yield clean(", ".join(inputs))
    total = view.costs.total
    unit = view.convention.unit
    figures = (
        f"{readable(total.total(view.convention))} {unit}, {readable(total.params)} parameters"
    )
    yield f"{figures}, up to its mistakes" if faults else figures


def _notes(outline: Outline, faults: Sequence[Fault]) -> Iterator[str]:
    if outline.hidden:
        yield f"{outline.hidden:,} blocks and operations are drawn as one box: there are too many"
    if len(faults) > _MOST_FAULTS:
        yield f"{len(faults) - _MOST_FAULTS:,} more mistakes are not drawn"


def _scale(view: View, hottest: int) -> Scale | None:
    whole = view.costs.total.total(view.convention)
    if not hottest:
        return None
    return Scale(f"share of {view.convention.unit}", words.share(hottest, whole))


def _with_heat(box: Box, costs: Mapping[int, int], hottest: int) -> Box:
    if box.heat is None:
        return box
    return replace(box, heat=costs.get(box.key, 0) / hottest if hottest else 0.0)


def _map_boxes(items: Iterable[Item], change: Callable[[Box], Box]) -> tuple[Item, ...]:
    """The items with every box changed, at any depth."""
    return tuple(
        replace(item, items=_map_boxes(item.items, change))
        if isinstance(item, Group)
        else change(item)
        for item in items
    )


def _outputs(outline: Outline) -> tuple[tuple[Box, Value], ...]:
    """A box for each output, with the value that it reads."""
    outputs = outline.graph.outputs
    names = [f"output {i + 1}" if len(outputs) > 1 else "output" for i in range(len(outputs))]
    ends = [Box(outline.key(), Look.END, name) for name in names]
    return tuple(zip(ends, map(outline.value, outputs), strict=True))


# Wires


def _wires(outline: Outline, ends: Iterable[tuple[int, Value]]) -> tuple[Wire, ...]:
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
        Wire(source, tuple(readers), words.shape(outline.graph.type(value)))
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


# Faults


def _with_faults(
    outline: Outline, items: tuple[Item, ...], faults: Sequence[Fault]
) -> tuple[tuple[Item, ...], tuple[Wire, ...]]:
    """The items with the faults added, and the wires that lead to these.

    A fault inside of a box turns that box red. Any other is a red box of its own, connected to the
    last box that was built before it.
    """
    wires: list[Wire] = []
    above: dict[int, int] = {}
    for fault in faults[:_MOST_FAULTS]:
        box = _fault_box(outline.key(), fault)
        owner = _enclosing(outline, fault, outline.scopes)
        if owner is not None:
            items = _map_boxes(items, partial(_as_fault, key=owner, red=box))
            continue
        frame = _enclosing(outline, fault, outline.frames)
        # Faults at one place form a chain, so that all of them are seen.
        items = (*items, box) if frame is None else _with_box_in(items, frame, box)
        source = above.get(fault.nodes, outline.box(fault.nodes - 1) if fault.nodes else None)
        if source is not None:
            wires.append(Wire(source, (box.key,), "", Line.FAULTY))
        above[fault.nodes] = box.key
    return items, tuple(wires)


def _fault_box(key: int, fault: Fault) -> Box:
    lines = textwrap.wrap(clean(fault.message), _COLUMNS, max_lines=_LINES, placeholder=" …")
    return Box(key, Look.FAULT, fault.title, tuple(lines))


def _enclosing(outline: Outline, fault: Fault, keys: Mapping[int, int]) -> int | None:
    """The key of the innermost box or frame, by scope, that a fault is in."""
    around = outline.graph.enclosing(fault.scope if outline.graph.scopes else None)
    return next((keys[scope.index] for scope in around if scope.index in keys), None)


def _as_fault(box: Box, key: int, red: Box) -> Box:
    """The box in red with the text of a fault, if it has this key."""
    if box.key != key:
        return box
    return replace(box, look=Look.FAULT, lines=(red.title, *red.lines))


def _with_box_in(items: Iterable[Item], frame: int, red: Box) -> tuple[Item, ...]:
    """The items with a box added at the end of a frame."""
    return tuple(
        _with_box_last(item, frame, red) if isinstance(item, Group) else item for item in items
    )


def _with_box_last(group: Group, frame: int, red: Box) -> Group:
    if group.key == frame:
        return replace(group, items=(*group.items, red))
    return replace(group, items=_with_box_in(group.items, frame, red))
