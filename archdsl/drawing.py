"""A picture as a value: it shows itself in a notebook, and is saved in the format of a suffix.

What `archdsl.draw` draws is made here from what users hold: a network, a cell of it, or as much of
a network as could be built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from archdsl import files
from archdsl.build.outcome import Sketch
from archdsl.costs.figures import CONVENTIONS, Convention
from archdsl.diagnostics import CompileError, alternatives, error, suggestion
from archdsl.draw.cell import draw_cells
from archdsl.draw.choices import NONE, Decisions
from archdsl.draw.dot import dot
from archdsl.draw.faults import Fault
from archdsl.draw.mermaid import mermaid
from archdsl.draw.network import draw
from archdsl.draw.outline import View
from archdsl.draw.picture import Picture
from archdsl.draw.svg import pngs, svg
from archdsl.ir.cells import cells
from archdsl.ir.graph import Graph
from archdsl.plan.decisions import Decided
from archdsl.source import Span


@dataclass(frozen=True)
class Drawing:
    """The picture of a network or of an attention cell. A notebook shows it as it is."""

    picture: Picture = field(repr=False)

    @property
    def title(self) -> str:
        """What it shows: the name of the network or the cell."""
        return self.picture.main.title

    @cached_property
    def svg(self) -> str:
        """The picture as an SVG document."""
        return svg(self.picture)

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write the picture, and return its path.

        The suffix says the format: `.svg`, `.png`, `.dot` for Graphviz, or `.mmd` for Mermaid. A
        PNG of `x.png` that would be larger than programs show goes on in `x-2.png`. `force`
        overwrites a file that somebody edited, or that archdsl did not write.

        Raises:
            CompileError: the suffix is another one, the file cannot be written or is kept, or
                `.png` needs a package that is not installed.
        """
        return self.save_all(path, force=force)[0]

    def save_all(self, path: str | Path, *, force: bool = False) -> tuple[Path, ...]:
        """Write the picture as `save` does, and return the paths of all its files."""
        place = Path(path)
        if place.suffix not in _FORMATS:
            message = f"a picture must end with {alternatives(_FORMATS)}, but this is {place}"
            raise CompileError([error("file", message)])
        numbered = enumerate(_FORMATS[place.suffix](self), start=1)
        contents = {
            place.with_stem(f"{place.stem}-{number}") if number > 1 else place: content
            for number, content in numbered
        }
        files.write_all(contents, force=force)
        return tuple(contents)

    def __repr__(self) -> str:
        return f"<Drawing of {self.title}>"

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        # Beside the picture itself, for in a page its boxes say what they stand for.
        return f'<div style="overflow-x: auto">{self.svg}</div>'


_FORMATS: Mapping[str, Callable[[Drawing], Sequence[str | bytes]]] = {
    ".svg": lambda drawing: [files.sealed(drawing.svg, files.XML)],
    ".png": lambda drawing: list(map(files.sealed_png, pngs(drawing.picture))),
    ".dot": lambda drawing: [files.sealed(dot(drawing.picture), files.SLASHES)],
    ".mmd": lambda drawing: [files.sealed(mermaid(drawing.picture), files.PERCENT)],
}
"""By suffix, how the contents of files are made: only those that are asked for."""

SUFFIXES = tuple(_FORMATS)


def draw_graph(graph: Graph, view: View, decisions: Decisions = NONE) -> Drawing:
    """The drawing of a network; of a space with its decisions, of which the first are drawn."""
    return Drawing(draw(graph, view, (), decisions))


def draw_cell(graph: Graph, name: str, decisions: Decisions = NONE) -> Drawing:
    """The drawing of an attention cell by its name.

    Raises:
        CompileError: the network has no such cell.
    """
    known = cells(graph)
    if matching := [cell for cell in known if cell.name == name]:
        return Drawing(draw_cells(matching, decisions))
    raise no_cell(name, {cell.name for cell in known})


def no_cell(name: str, known: Iterable[str]) -> CompileError:
    """The error for a cell that is not there, beside those that are."""
    message = f"no cell is called `{name}`"
    return CompileError([error("cell", message, help=suggestion(name, sorted(known)))])


def draw_sketch(sketch: Sketch, view: View) -> Drawing:
    """The drawing of the part of a network that could be built, with the mistakes that ended it."""
    faults = []
    for broken in sketch.breaks:
        mistake = broken.diagnostic
        line = f", line {mistake.labels[0].span.line}" if mistake.labels else ""
        title = f"{mistake.severity.value}[{mistake.code}]{line}"
        faults.append(Fault(title, mistake.message, broken.scope, broken.nodes))
    return Drawing(draw(sketch.graph, view, faults))


def open_decisions(decided: Iterable[Decided], place: Callable[[Span], str]) -> Decisions:
    """What is open in a space; `place` says where the rows of its tables are in the text."""
    decisions = [each.decision for each in decided if each.decision.is_open]
    options = {each.name: [each.options[index] for index in each.allowed] for each in decisions}
    return Decisions(options, {each.name: each.span for each in decisions}, place)


def convention_named(name: str) -> Convention:
    """The convention of a name.

    Raises:
        CompileError: no convention has it.
    """
    if name in CONVENTIONS:
        return CONVENTIONS[name]
    message = f"there is no convention `{name}`"
    raise CompileError([error("convention", message, help=suggestion(name, CONVENTIONS))])
