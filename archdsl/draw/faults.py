"""The mistakes that a network ended at, as red boxes where they happened."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from archdsl.draw.outline import Outline
from archdsl.draw.picture import Box, Group, Item, Line, Look, Wire, map_boxes
from archdsl.draw.style import clean

_COLUMNS, _LINES = 40, 4
"""The width and the height, in characters, of the text on a fault."""

MOST_FAULTS = 8


@dataclass(frozen=True)
class Fault:
    """A mistake in a `scope`, which was being built when the graph had `nodes` nodes."""

    title: str
    message: str
    scope: int
    nodes: int


def with_faults(
    outline: Outline, items: tuple[Item, ...], faults: Sequence[Fault]
) -> tuple[tuple[Item, ...], tuple[Wire, ...]]:
    """The items with the faults added, and the wires that lead to these.

    A fault inside of a box turns that box red. Any other is a red box of its own, connected to the
    last box that was built before it.
    """
    wires: list[Wire] = []
    above: dict[int, int] = {}
    for fault in faults[:MOST_FAULTS]:
        box = _fault_box(outline.key(), fault)
        owner = _enclosing(outline, fault, outline.scopes)
        if owner is not None:
            items = map_boxes(items, partial(_as_fault, key=owner, red=box))
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
