"""An attention cell as a diagram, in the style of AttentionNAS (Wang et al., ECCV 2020)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from archdsl import limits
from archdsl.draw.choices import NONE, Decisions, cell_places
from archdsl.draw.picture import (
    Border,
    Box,
    Chips,
    Line,
    Look,
    Panel,
    Picture,
    Swatch,
    Wire,
)
from archdsl.draw.style import clean, shorten
from archdsl.draw.wires import drop_longest
from archdsl.ir.cells import ENTRY, Cell, CellOperation

_LOOKS = {
    "temporal": Look.TEMPORAL,
    "spatial": Look.SPATIAL,
    "spatiotemporal": Look.SPATIOTEMPORAL,
}
_KINDS = {"map": "map-based", "dot": "dot-product"}
_BORDERS = {"map": Border.ROUND, "dot": Border.DOUBLE}
_MOST_PLACES = 6

SINK = "combine"
"""The title of the box that combines the outputs, and the place of what it decides."""

LEGEND = (
    Swatch(Look.TEMPORAL, "temporal"),
    Swatch(Look.SPATIAL, "spatial"),
    Swatch(Look.SPATIOTEMPORAL, "spatiotemporal"),
    Swatch(Look.BLOCK, "map-based", Border.ROUND),
    Swatch(Look.BLOCK, "dot-product", Border.DOUBLE),
)


def draw_cells(cells: Iterable[Cell], decisions: Decisions = NONE) -> Picture:
    """The picture of cells alone. Cells of one name may differ in their settings."""
    (main, *others), left_out = insets(cells, decisions)
    return Picture(replace(main, notes=(*main.notes, *left_out)), tuple(others), swatches=LEGEND)


def insets(
    cells: Iterable[Cell], decisions: Decisions = NONE
) -> tuple[tuple[Panel, ...], tuple[str, ...]]:
    """A panel for each different cell, with the places where it is used; and a note of the others.

    At most `limits.DRAWN` boxes are drawn.
    """
    different: dict[tuple[object, ...], list[Cell]] = {}
    for cell in cells:
        form = (cell.name, cell.keys_values, cell.operations, cell.outputs)
        different.setdefault(form, []).append(cell)
    panels, room = list[Panel](), limits.DRAWN
    for equal in different.values():
        if room <= 0:  # the first cell is always drawn, cut off by `_rest` if need be
            break
        panels.append(panel(equal[0], [cell.after or cell.place for cell in equal], decisions))
        room -= len(panels[-1].items)
    more = len(different) - len(panels)
    return tuple(panels), (f"{more:,} more cells are not drawn",) if more else ()


def panel(cell: Cell, places: Sequence[str], decisions: Decisions = NONE) -> Panel:
    """The panel of a cell: its input, its operations, and the sink that combines its outputs."""
    own = decisions.below(*cell_places(cell))
    return _Drawing(cell, decisions, own).panel(tuple(places))


@dataclass
class _Drawing:
    """A cell while it is drawn: boxes so far, the key of each name, and the readers of each box.

    `own` are the names of its decisions, each with what it says beyond the place of the cell.
    """

    cell: Cell
    decisions: Decisions
    own: Mapping[str, str]
    boxes: list[Box] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)
    readers: dict[tuple[int, Line], list[int]] = field(default_factory=dict)

    def panel(self, places: tuple[str, ...]) -> Panel:
        self.keys[ENTRY] = self._box(Look.END, ENTRY)
        for place, operation in enumerate(self.cell.operations):
            if len(self.boxes) >= limits.DRAWN:
                self._rest(self.cell.operations[place:])
                break
            self._operation(operation)
        sink = self._box(Look.SINK, SINK, ("sink",), choices=self._chips(SINK))
        for name in self.cell.outputs:
            self._lead(name, sink)
        wires, notes = drop_longest(
            [
                Wire(source, tuple(targets), line=line)
                for (source, line), targets in self.readers.items()
            ]
        )
        title = shorten(clean(self.cell.name), 40)
        return Panel(title, tuple(self._facts(places)), tuple(self.boxes), wires, notes)

    def _facts(self, places: tuple[str, ...]) -> Iterator[str]:
        shown = [place for place in places if place][:_MOST_PLACES]
        more = len(places) - len(shown)
        if shown:
            last = f" and {more} more" if more else ""
            yield shorten(f"at {clean(', '.join(shown))}", 60) + last
        if any(operation.by == "dot" for operation in self.cell.operations):
            of_cell = self.cell.keys_values == "cell"
            source = "the input of the cell (dashed)" if of_cell else "the input of the operation"
            yield f"keys and values from {source}"
        inside = [name for each in self._places for name in self._names(each)]
        others = {name: rest for name, rest in self.own.items() if name not in inside}
        yield from (each.text for each in self.decisions.chips(others))

    @property
    def _places(self) -> tuple[str, ...]:
        return (SINK, *(operation.name for operation in self.cell.operations))

    def _names(self, place: str) -> dict[str, str]:
        """The decisions of an operation or the sink, each with the rest of its name."""
        own = (
            (name, rest) for name, rest in self.own.items() if f"{rest}.".startswith(f"{place}.")
        )
        return {name: rest[len(place) + 1 :] or place for name, rest in own}

    def _chips(self, place: str) -> tuple[Chips, ...]:
        return self.decisions.chips(self._names(place))

    def _operation(self, operation: CellOperation) -> None:
        reads = [name for name in operation.inputs if name in self.keys]
        single = self._sum(reads) if len(reads) > 1 else None
        look = _LOOKS.get(operation.over, Look.BLOCK)
        border = _BORDERS.get(operation.by, Border.SINGLE)
        key = self._box(look, *_caption(operation), border, self._chips(operation.name))
        self.keys[operation.name] = key
        if single is not None:
            self._wire(single, key, Line.PLAIN)
        else:
            for name in reads:
                self._lead(name, key)
        # An operation that reads the cell's input alone needs no second wire from it.
        if operation.by == "dot" and self.cell.keys_values == "cell" and reads != [ENTRY]:
            self._wire(self.keys[ENTRY], key, Line.DASHED)

    def _rest(self, operations: Sequence[CellOperation]) -> None:
        """Draw one box for all operations beyond `limits.DRAWN`."""
        key = self._box(Look.REST, f"… {len(operations):,} more")
        read = dict.fromkeys(name for o in operations for name in o.inputs if name in self.keys)
        for name in read:
            self._lead(name, key)
        self.keys |= {operation.name: key for operation in operations}

    def _sum(self, reads: Sequence[str]) -> int:
        """Draw a weighted sum of several inputs, as a box of its own, and return its key."""
        key = self._box(Look.SUM, "Σ")
        for name in reads:
            self._lead(name, key)
        return key

    def _box(
        self,
        look: Look,
        title: str,
        lines: tuple[str, ...] = (),
        border: Border = Border.SINGLE,
        choices: tuple[Chips, ...] = (),
    ) -> int:
        key = len(self.boxes) + 1
        self.boxes.append(Box(key, look, title, lines, border=border, choices=choices))
        return key

    def _lead(self, name: str, target: int) -> None:
        if name in self.keys:
            self._wire(self.keys[name], target, Line.PLAIN)

    def _wire(self, source: int, target: int, line: Line) -> None:
        self.readers.setdefault((source, line), []).append(target)


def _caption(operation: CellOperation) -> tuple[str, tuple[str, ...]]:
    """The title and the lines of an operation."""
    title = (
        clean(f"{operation.name}: {operation.over}") if operation.over else clean(operation.name)
    )
    kind = _KINDS.get(operation.by, clean(operation.by))
    phi = "no activation" if operation.phi == "none" else clean(operation.phi)
    more = ", ".join(filter(None, [phi, "gate" if operation.gate else ""]))
    return shorten(title, 32), tuple(shorten(line, 32) for line in (kind, more) if line)
