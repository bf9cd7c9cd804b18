"""`archdsl draw`: a network or a cell as a picture."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cli import options, pictures
from archdsl.cli.output import report, report_warnings
from archdsl.costs.conventions import CONVENTIONS
from archdsl.diagnostics import CompileError, did_you_mean, error

if TYPE_CHECKING:
    from archdsl.build.sketches import Sketch
    from archdsl.draw.faults import Fault
    from archdsl.draw.picture import Picture
    from archdsl.ir.graph import Graph
    from archdsl.spec import Network, Spec

_DETAILS = """\
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


def add(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "draw", "a network or a cell as a picture", _DETAILS)
    options.add_network(parser)
    options.add_input(parser)
    parser.add_argument("--convention", choices=CONVENTIONS, default="macs", help="default: macs")
    options.add_depth(parser, "default: the stages of tables")
    parser.add_argument("--cell", metavar="NAME", help="one attention cell alone")
    pictures.add_output(parser, (".svg", ".png", ".dot", ".mmd"), "default: build/NETWORK.svg")
    options.add_force(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    spec, name, given = options.asked(arguments)
    try:
        network = options.at_input(spec.build(name, given), arguments)
    except CompileError as failure:
        sketch = spec.sketch(name, given)
        if arguments.cell is not None or not sketch.broke_off:
            raise
        _write(_broken(sketch, arguments), name, arguments)
        report(failure.diagnostics)
        return 1
    is_cell = arguments.cell is not None
    drawn = _cell(spec, network, arguments) if is_cell else _whole(network.graph, arguments)
    _write(drawn, arguments.cell or name, arguments)
    report_warnings(network.diagnostics)
    return 0


def _whole(graph: Graph, arguments: argparse.Namespace, faults: Sequence[Fault] = ()) -> Picture:
    from archdsl.costs.figures import measure
    from archdsl.draw.network import draw
    from archdsl.draw.outline import View

    view = View(measure(graph), CONVENTIONS[arguments.convention], arguments.depth)
    return draw(graph, view, faults)


def _broken(sketch: Sketch, arguments: argparse.Namespace) -> Picture:
    """As much of a network as there is, and where it broke off."""
    from archdsl.draw.faults import Fault

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
    hint = did_you_mean(arguments.cell, sorted(known))
    hint = hint or (f"there is {', '.join(sorted(known))}" if known else None)
    message = f"no network here has a cell called `{arguments.cell}`"
    raise CompileError([error("cell", message, help=hint)])


def _write(picture: Picture, name: str, arguments: argparse.Namespace) -> None:
    from archdsl import files
    from archdsl.draw.dot import dot
    from archdsl.draw.mermaid import mermaid
    from archdsl.draw.png import png
    from archdsl.draw.svg import svg

    formats: pictures.Formats = {
        ".svg": lambda: files.sealed(svg(picture), files.XML),
        ".dot": lambda: files.sealed(dot(picture), files.SLASHES),
        ".mmd": lambda: files.sealed(mermaid(picture), files.PERCENT),
        ".png": lambda: files.sealed_png(png(picture)),
    }
    pictures.write(arguments.output or Path("build", f"{name}.svg"), formats, arguments)
