"""A network as a diagram: the graph's blocks as boxes, coloured by what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from archdsl.draw import words
from archdsl.draw.cell import LEGEND, insets
from archdsl.draw.faults import Fault, mark, untold
from archdsl.draw.outline import Outline, View, outline
from archdsl.draw.picture import Box, Group, Item, Look, Panel, Picture, Scale, boxes
from archdsl.draw.text import clean
from archdsl.draw.wires import affordable, wires
from archdsl.ir.cells import cells
from archdsl.ir.graph import Graph, Value
from archdsl.report.text import readable


def draw(graph: Graph, view: View, faults: Sequence[Fault] = ()) -> Picture:
    """The picture of a network, or of as much of it as there is."""
    found = outline(graph, view)
    outputs = _outputs(found)
    led, too_long = affordable(wires(found, [(end.key, value) for end, value in outputs]))
    items, red = mark(found, faults)
    ends = tuple(end for end, _ in outputs)
    hottest = max((found.spent.get(box.key, 0) for box in boxes(items)), default=0)
    heated = tuple(_heated((*items, *ends), found.spent, hottest))
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
    if untold(faults):
        yield f"{untold(faults):,} more mistakes are not drawn"


def _scale(view: View, hottest: int) -> Scale | None:
    whole = view.costs.total.total(view.convention)
    if not hottest:
        return None
    return Scale(f"share of {view.convention.unit}", words.share(hottest, whole))


def _heated(items: Iterable[Item], spent: Mapping[int, int], hottest: int) -> Iterator[Item]:
    for item in items:
        if isinstance(item, Group):
            yield replace(item, items=tuple(_heated(item.items, spent, hottest)))
        elif item.heat is None:
            yield item
        else:
            yield replace(item, heat=spent.get(item.key, 0) / hottest if hottest else 0.0)


def _outputs(found: Outline) -> tuple[tuple[Box, Value], ...]:
    """An end for each output."""
    outputs = found.graph.outputs
    names = [f"output {i + 1}" if len(outputs) > 1 else "output" for i in range(len(outputs))]
    ends = [Box(found.key(), Look.END, name) for name in names]
    return tuple(zip(ends, map(found.value, outputs), strict=True))
