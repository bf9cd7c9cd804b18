"""`archdsl draw` and `archdsl family`: a network, a cell or a family of networks as a picture."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cli import options
from archdsl.costs.figures import CONVENTIONS
from archdsl.diagnostics import CompileError, Diagnostics, error, suggestion
from archdsl.report.text import FORMATS
from archdsl.spec import load

if TYPE_CHECKING:
    from archdsl.build.outcome import Sketch
    from archdsl.claims.members import Member
    from archdsl.costs.figures import Convention
    from archdsl.draw.network import Fault
    from archdsl.draw.picture import Picture
    from archdsl.ir.graph import Graph
    from archdsl.spec import Network, Spec


_DRAW = """\
The suffix of FILE says what is written: .svg needs nothing else, .png the extra
archdsl[png]; .dot is for Graphviz, .mmd for Mermaid, which GitHub draws.

Boxes are blocks, by default the rows of tables in frames for the stages. What repeats is
drawn once, with its number. The colour of a box is its share of the cost in --convention.
Cells of attention stand beside the network, each once. A network that does not compile is
drawn up to its mistakes, which are marked, at its own input; the exit status is 1.

A file that was edited since it was drawn, or that was never drawn, is left alone without
--force.

examples:
  archdsl draw specs/x3d_s.arch                                  build/x3d_s.svg
  archdsl draw specs/autox3d_s.arch --depth 3 -o autox3d_s.png
  archdsl draw specs/x3d_m.arch --input 16x256x256 --convention pytorchvideo -o x3d_m.dot
  archdsl draw specs/i3d_r50_attention.arch --cell cell_4a -o cell_4a.svg
"""


def add_draw(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "draw", "a network or a cell as a picture", _DRAW)
    options.add_network(parser)
    options.add_input(parser)
    parser.add_argument("--convention", choices=CONVENTIONS, default="macs", help="default: macs")
    options.add_depth(parser, "default: the stages of tables")
    parser.add_argument("--cell", metavar="NAME", help="one attention cell alone")
    _add_output(parser, (".svg", ".png", ".dot", ".mmd"), "default: build/NETWORK.svg")
    options.add_force(parser)
    parser.set_defaults(run=_draw)


def _draw(arguments: argparse.Namespace) -> int:
    spec, name, given = options.asked(arguments)
    try:
        network = options.at_input(spec.build(name, given), arguments)
    except CompileError as failure:
        sketch = spec.sketch(name, given)
        if arguments.cell is not None or not sketch.broke_off:
            raise
        _write(_broken(sketch, arguments), name, arguments)
        options.report(failure.diagnostics)
        return 1
    is_cell = arguments.cell is not None
    drawn = _cell(spec, network, arguments) if is_cell else _whole(network.graph, arguments)
    _write(drawn, arguments.cell or name, arguments)
    options.report_warnings(network.diagnostics)
    return 0


def _whole(graph: Graph, arguments: argparse.Namespace, faults: Sequence[Fault] = ()) -> Picture:
    from archdsl.costs.figures import measure
    from archdsl.draw.network import draw
    from archdsl.draw.outline import View

    view = View(measure(graph), CONVENTIONS[arguments.convention], arguments.depth)
    return draw(graph, view, faults)


def _broken(sketch: Sketch, arguments: argparse.Namespace) -> Picture:
    """As much of a network as there is, and where it broke off."""
    from archdsl.draw.network import Fault

    faults = []
    for broken in sketch.breaks:
        told = broken.diagnostic
        place = f", line {told.labels[0].span.line}" if told.labels else ""
        title = f"{told.severity.value}[{told.code}]{place}"
        faults.append(Fault(title, told.message, broken.scope, broken.nodes))
    return _whole(sketch.graph, arguments, faults)


def _cell(spec: Spec, network: Network, arguments: argparse.Namespace) -> Picture:
    """A cell of the network; where none was asked for, of any network of the spec."""
    from archdsl.draw.cell import draw_cells
    from archdsl.ir.cells import cells

    others = [] if arguments.network else [n for n in spec.networks if n != network.name]
    known: set[str] = set()
    for graph in (network.graph, *(spec.build(name, {}).graph for name in others)):
        alike = [cell for cell in cells(graph) if cell.name == arguments.cell]
        if alike:
            return draw_cells(alike)
        known |= {cell.name for cell in cells(graph)}
    hint = suggestion(arguments.cell, sorted(known))
    message = f"no network here has a cell called `{arguments.cell}`"
    raise CompileError([error("cell", message, help=hint)])


def _write(picture: Picture, name: str, arguments: argparse.Namespace) -> None:
    from archdsl import files
    from archdsl.draw.dot import dot
    from archdsl.draw.mermaid import mermaid
    from archdsl.draw.svg import png, svg

    formats: _Formats = {
        ".svg": lambda: files.sealed(svg(picture), files.XML),
        ".dot": lambda: files.sealed(dot(picture), files.SLASHES),
        ".mmd": lambda: files.sealed(mermaid(picture), files.PERCENT),
        ".png": lambda: files.sealed_png(png(picture)),
    }
    _write_as(arguments.output or Path("build", f"{name}.svg"), formats, arguments)


_FAMILY = """\
Every network of the specs is a row, and once more each setting that its claims state a top1
for: what it costs is measured there. Claims at other settings count in the row of the network
as it stands, so that each claim counts once. Figures are for one view of one sample; memory
is the peak of inference. A network whose parameters lack values is left out, with a note.

With -o the members are drawn instead, cost against top1: those that have one. A line joins
networks that derive from one base, with a table of its own, and differ in numbers alone; a
colour means one base.

examples:
  archdsl family specs/x3d_*.arch specs/autox3d_*.arch
  archdsl family specs/x3d_*.arch specs/autox3d_*.arch -o build/family.svg
  archdsl family specs/i3d*.arch specs/s3d*.arch --convention flops --format markdown
"""


def add_family(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "the networks of specs side by side, as a table or a picture"
    parser = options.command(commands, "family", summary, _FAMILY)
    parser.add_argument("specs", metavar="SPEC", nargs="+", help="files of the language")
    parser.add_argument("--convention", choices=CONVENTIONS, default="macs", help="default: macs")
    result = parser.add_mutually_exclusive_group()
    result.add_argument("--format", choices=FORMATS, default="table", help="default: table")
    _add_output(result, (".svg", ".png"), "draw it: a file .svg or .png")
    options.add_force(parser)
    parser.set_defaults(run=_family)


def _family(arguments: argparse.Namespace) -> int:
    from archdsl.report.claims import show_members

    found = [Diagnostics() for _ in arguments.specs]
    members = [
        member
        for path, diagnostics in zip(arguments.specs, found, strict=True)
        for member in _members(path, diagnostics)
    ]
    convention = CONVENTIONS[arguments.convention]
    try:
        if arguments.output:
            _chart(members, convention, arguments)
        else:
            sys.stdout.write(show_members(members, convention, arguments.format))
    except CompileError as failure:
        found.append(Diagnostics())
        found[-1].collect(failure)
    options.report(diagnostic for diagnostics in found for diagnostic in diagnostics)
    return int(any(diagnostics.has_errors for diagnostics in found))


def _members(path: str, diagnostics: Diagnostics) -> list[Member]:
    """The members of a spec; nothing but diagnostics where it cannot be read."""
    from archdsl.claims.members import members

    try:
        return members(load(path), path, diagnostics)
    except CompileError as failure:
        diagnostics.collect(failure)
        return []


def _chart(
    members: Sequence[Member], convention: Convention, arguments: argparse.Namespace
) -> None:
    from archdsl import files
    from archdsl.draw.chart_page import chart_page
    from archdsl.draw.family import chart
    from archdsl.draw.svg import chart_svg, pixels

    page = chart_page(chart(members, convention))
    formats: _Formats = {
        ".svg": lambda: files.sealed(chart_svg(page), files.XML),
        ".png": lambda: files.sealed_png(pixels(chart_svg(page), max(page.width, page.height))),
    }
    _write_as(arguments.output, formats, arguments)


_Formats = Mapping[str, Callable[[], "str | bytes"]]


def _add_output(
    parser: argparse.ArgumentParser | argparse._MutuallyExclusiveGroup,
    suffixes: tuple[str, ...],
    help: str,
) -> None:
    def file(text: str) -> Path:
        path = Path(text)
        if path.suffix not in suffixes:
            message = f"a picture ends with {', '.join(suffixes)}: {text!r}"
            raise argparse.ArgumentTypeError(message)
        return path

    parser.add_argument("-o", "--output", metavar="FILE", type=file, help=help)


def _write_as(path: Path, formats: _Formats, arguments: argparse.Namespace) -> None:
    """Draw in the format that the suffix says, and print where that is.

    Raises:
        CompileError: it cannot be written, or would replace what a person wrote.
    """
    from archdsl import files

    files.write(path, formats[path.suffix](), force=arguments.force)
    print(path)
