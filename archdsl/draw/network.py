"""A network as a picture: boxes coloured by their cost, wires, and the mistakes that it ended at.

A network with mistakes is drawn as far as it was built. Where the mistake happened, and what led
there, is often clearer in a picture than in a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archdsl.costs.figures import Figures
from archdsl.draw import words
from archdsl.draw.cell import LEGEND, insets
from archdsl.draw.choices import NONE, Decisions, by_box, cell_places
from archdsl.draw.details import figures_by_box, with_details
from archdsl.draw.faults import MOST_FAULTS, Fault, with_faults
from archdsl.draw.lanes import Lanes
from archdsl.draw.outline import Outline, View, make_outline
from archdsl.draw.picture import (
    Box,
    Lane,
    Look,
    Panel,
    Picture,
    Scale,
    map_boxes,
)
from archdsl.draw.style import clean
from archdsl.draw.wires import drop_longest, wires_of
from archdsl.ir.cells import Cell, cells
from archdsl.ir.graph import Graph, Value
from archdsl.report.text import readable


def draw(
    graph: Graph, view: View, faults: Sequence[Fault] = (), decisions: Decisions = NONE
) -> Picture:
    """The picture of a network, or of the part of it that was built.

    Of a space it is that of a member, with the decisions that are open in their boxes.
    """
    outline = make_outline(graph, view)
    outputs, lanes = _outputs(outline), Lanes(outline)
    reads = [(end.key, value) for end, value in outputs]
    wires, too_long = drop_longest(wires_of(outline, reads, lanes))
    figures = figures_by_box(outline)
    items, red = with_faults(outline, with_details(outline, figures), faults)
    # Only boxes count, not frames: colours compare what can be compared.
    hottest = max((each.total(view.convention) for each in figures.values()), default=0)
    heat = _Heat(view, figures, lanes.boxes(hottest), hottest)
    heated = map_boxes((*items, *(end for end, _ in outputs)), heat.colour)
    # The cells of a network that broke off may be incomplete.
    found = () if faults else cells(graph)
    beside, too_many = insets(found, decisions) if found else ((), ())
    own = decisions.without(_decided_in(found, decisions))
    inside = by_box(outline, own)
    heated = map_boxes(heated, lambda box: _with_choices(box, own, inside.get(box.key, {})))
    everywhere = own.without(name for names in inside.values() for name in names)
    decided = (*decisions.facts, *everywhere.lines(everywhere.options))
    facts = (*_facts(outline, faults), *lanes.facts(), *decided)
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
    if len(faults) > MOST_FAULTS:
        yield f"{len(faults) - MOST_FAULTS:,} more mistakes are not drawn"


def _scale(view: View, hottest: int) -> Scale | None:
    whole = view.costs.total.total(view.convention)
    if not hottest:
        return None
    return Scale(f"share of {view.convention.unit}", words.share(hottest, whole))


@dataclass(frozen=True)
class _Heat:
    """Colours boxes, and the lanes in them, by what they cost of the `hottest` box."""

    view: View
    figures: Mapping[int, Figures]
    lanes: Mapping[int, tuple[Lane, ...]]
    hottest: int

    def colour(self, box: Box) -> Box:
        if box.heat is None or not self.hottest:
            return box
        cost = self.figures.get(box.key, Figures()).total(self.view.convention)
        lanes = self.lanes.get(box.key, ())
        costs = "" if lanes else box.costs  # which the lanes say
        return replace(box, heat=cost / self.hottest, lanes=lanes, costs=costs)


def _outputs(outline: Outline) -> tuple[tuple[Box, Value], ...]:
    """A box for each output, with the value that it reads."""
    outputs = outline.graph.outputs
    names = [f"output {i + 1}" if len(outputs) > 1 else "output" for i in range(len(outputs))]
    ends = [Box(outline.key(), Look.END, name) for name in names]
    return tuple(zip(ends, map(outline.value, outputs), strict=True))
