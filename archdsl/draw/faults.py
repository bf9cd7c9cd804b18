"""Where a network broke off: red boxes, below what was built last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from archdsl.draw.outline import Outline
from archdsl.draw.picture import Box, Group, Item, Line, Look, Wire
from archdsl.draw.text import clean, wrapped

_COLUMNS, _LINES, _MOST = 40, 4, 8


@dataclass(frozen=True)
class Fault:
    """A mistake, in the scope that was being built when the graph had so many nodes."""

    title: str
    message: str
    scope: int
    nodes: int


def mark(found: Outline, faults: Sequence[Fault]) -> tuple[tuple[Item, ...], tuple[Wire, ...]]:
    """The items with the faults among them, and the wires that lead to these."""
    items, wires = tuple(found.items), list[Wire]()
    above: dict[int, int] = {}
    for fault in faults[:_MOST]:
        box = _red(found.key(), fault)
        owner = _around(found, fault, found.scopes)
        if owner is not None:
            items = tuple(_marked(items, owner, box))
            continue
        items = tuple(_added(items, _around(found, fault, found.frames), box))
        source = above.get(fault.nodes, found.box(fault.nodes - 1) if fault.nodes else None)
        if source is not None:
            wires.append(Wire(source, (box.key,), "", Line.FAULTY))
        above[fault.nodes] = box.key
    return items, tuple(wires)


def untold(faults: Sequence[Fault]) -> int:
    """How many faults are too many to be drawn."""
    return max(len(faults) - _MOST, 0)


def _red(key: int, fault: Fault) -> Box:
    return Box(key, Look.FAULT, fault.title, wrapped(clean(fault.message), _COLUMNS, _LINES))


def _around(found: Outline, fault: Fault, keys: Mapping[int, int]) -> int | None:
    """What the fault is in, of the boxes or frames of scopes: the innermost."""
    around = found.graph.enclosing(fault.scope if found.graph.scopes else None)
    return next((keys[scope.index] for scope in around if scope.index in keys), None)


def _marked(items: Iterable[Item], key: int, red: Box) -> Iterable[Item]:
    """The box of this key in red, with what is wrong in it."""
    for item in items:
        if isinstance(item, Group):
            yield replace(item, items=tuple(_marked(item.items, key, red)))
        elif item.key == key:
            yield replace(item, look=Look.FAULT, lines=(red.title, *red.lines))
        else:
            yield item


def _added(items: Iterable[Item], frame: int | None, red: Box) -> Iterable[Item]:
    """The red box last in a frame, or outside of any."""
    for item in items:
        if isinstance(item, Group):
            inside = _added(item.items, frame, red)
            last = (red,) if item.key == frame else ()
            kept = inside if frame is not None and item.key != frame else item.items
            yield replace(item, items=(*kept, *last))
        else:
            yield item
    if frame is None:
        yield red
