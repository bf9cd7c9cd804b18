"""`archdsl draw` and `archdsl family`: networks, cells and families of networks as pictures.

`family` prints a table too. It is here because both write pictures with the same flags.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cli import options
from archdsl.costs.figures import CONVENTIONS
from archdsl.diagnostics import CompileError, Diagnostics, error

if TYPE_CHECKING:
    from archdsl.build.values import Given
    from archdsl.claims.families import FamilyMember
    from archdsl.costs.figures import Convention
    from archdsl.draw.choices import Decisions
    from archdsl.drawing import Drawing
    from archdsl.network import Network
    from archdsl.spec import Spec


_DRAW = """\
The suffix of FILE selects the format: .svg, .png (needs pip install "archdsl[png]"), .dot for
Graphviz, or .mmd for Mermaid, which GitHub renders.

Boxes are blocks. By default they are the rows of tables, in a frame for each stage. The colour of a
box is its share of the cost in --convention. Repeated blocks are drawn once, with their number and
what varies: `mid 54→108`, first 54 and then 108; `drop 0..0.2`, from 0 to 0.2; `kernel 3 / 5`,
both; `se in 2 of 4`. A long network is drawn in columns: a wire that ends in a number goes on at
the same number. What is too large for one FILE.png goes on in FILE-2.png.

Attention cells are drawn beside the network, each once. A space of networks is drawn with the first
option of each choice, and all options beside it. With --run, the folder of a search.py, it is drawn
as that search prefers: the likeliest option first, each as wide as it is likely. A network with
mistakes is drawn up to them, at its declared input size; the mistakes are marked, and the exit
status is 1.

A FILE that was edited, or that archdsl did not write, is an error without --force.

examples:
  archdsl draw specs/x3d_s.arch                                  build/x3d_s.svg
  archdsl draw specs/autox3d_s.arch --depth 3 -o autox3d_s.png
  archdsl draw specs/x3d_m.arch --input 16x256x256 --convention pytorchvideo -o x3d_m.dot
  archdsl draw specs/i3d_r50_attention.arch --cell cell_4a -o cell_4a.svg
"""


def add_draw(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "draw", "draw a network or a cell", _DRAW)
    options.add_network(parser)
    options.add_input(parser)
    options.add_convention(parser)
    options.add_depth(parser, "the stages of tables")
    parser.add_argument("--cell", metavar="NAME", help="draw only this attention cell")
    searched = "the folder of a search by a supernet: draw a space as that prefers by now"
    parser.add_argument("--run", metavar="DIR", type=Path, dest="searched", help=searched)
    picture = options.path_ending(".svg", ".png", ".dot", ".mmd")
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=picture, help="default: build/NETWORK.svg"
    )
    options.add_force(parser)
    parser.set_defaults(run=_draw)


def _draw(arguments: argparse.Namespace) -> int:
    from archdsl.costs.figures import measure
    from archdsl.draw.outline import View
    from archdsl.drawing import draw_sketch

    spec, name, given = options.requested(arguments)
    if arguments.searched is not None:
        return _draw_searched(spec, name, given, arguments)
    try:
        network = options.at_input(spec.build(name, given), arguments)
    except CompileError as failure:
        # Built again, up to the mistake: a picture of that says more than none.
        sketch = spec.sketch(name, given)
        if arguments.cell is not None or not sketch.broke_off:
            raise
        view = View(measure(sketch.graph), CONVENTIONS[arguments.convention], arguments.depth)
        _save(draw_sketch(sketch, view), name, arguments)
        options.report(failure.diagnostics)
        return 1
    _write_network(spec, network, _decisions(network), arguments)
    return 0


def _draw_searched(
    spec: Spec, name: str, given: Mapping[str, Given], arguments: argparse.Namespace
) -> int:
    """Draw the member that a search prefers, with how likely each option is.

    Raises:
        CompileError: it has not searched this space, or the options are chosen already.
    """
    from archdsl.cli.preferred import preferred

    if arguments.choices:
        raise CompileError([error("run", "--run decides all choices, so --choose decides none")])
    found = preferred(arguments.searched)
    space = _decisions(spec.build(name, given))
    found.check(name, space.options)
    member = options.at_input(spec.member(name, found.taken).build(name, given), arguments)
    _write_network(spec, member, found.decisions(member), arguments)
    return 0


def _write_network(
    spec: Spec, network: Network, decisions: Decisions, arguments: argparse.Namespace
) -> None:
    """Draw a network or one of its cells, and tell what it was warned of."""
    from archdsl.draw.outline import View
    from archdsl.drawing import draw_graph

    if arguments.cell is None:
        view = View(network.costs, CONVENTIONS[arguments.convention], arguments.depth)
        _save(draw_graph(network.graph, view, decisions), network.name, arguments)
    else:
        drawing = _cell_drawing(spec, network, decisions, arguments)
        _save(drawing, arguments.cell, arguments)
    options.report_warnings(network.diagnostics)


def _cell_drawing(
    spec: Spec, network: Network, decisions: Decisions, arguments: argparse.Namespace
) -> Drawing:
    """A cell of the network by name. Without `--network` the spec's other networks are tried too.

    Raises:
        CompileError: no network has such a cell.
    """
    from archdsl.drawing import draw_cell, no_cell

    others = [] if arguments.network else [n for n in spec.networks if n != network.name]
    # Lazily: other networks are built only if this one has no such cell.
    known: set[str] = set()
    for each in (network, *(spec.build(name, {}) for name in others)):
        if arguments.cell in each.cells:
            shown = decisions if each is network else _decisions(each)
            return draw_cell(each.graph, arguments.cell, shown)
        known |= {*each.cells}
    raise no_cell(arguments.cell, known)


def _decisions(network: Network) -> Decisions:
    from archdsl.drawing import open_decisions

    return open_decisions(network.decisions, network.program.place)


def _save(drawing: Drawing, name: str, arguments: argparse.Namespace) -> None:
    """Write a picture in the format of the suffix, and print its path.

    Raises:
        CompileError: the file cannot be written, or a person wrote or edited it.
    """
    path = arguments.output or Path("build", f"{name}.svg")
    for written in drawing.save_all(path, force=arguments.force):
        print(written)


_FAMILY = """\
Lists every network of the specs, and every parameter setting at which a claim states a top1, with
its measured costs. Claims at other settings are counted in the row of the network itself, so each
claim is counted once. Figures are for one view of one sample; memory is the peak of inference. A
network whose parameters lack values is left out, with a note.

With -o the networks that have a top1 are drawn instead, cost against top1. Networks that derive
from one base have one colour, the same in all charts. A line joins those of them that differ only
in numbers, and a staircase those that no other network beats.

examples:
  archdsl family specs/x3d_*.arch specs/autox3d_?.arch
  archdsl family specs/x3d_*.arch specs/autox3d_?.arch -o build/family.svg
  archdsl family specs/i3d*.arch specs/s3d*.arch --convention flops --format markdown
"""


def add_family(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "list or draw the networks of several specs"
    parser = options.command(commands, "family", summary, _FAMILY)
    parser.add_argument("specs", metavar="SPEC", nargs="+", help="files with networks and claims")
    options.add_convention(parser)
    result = parser.add_mutually_exclusive_group()
    options.add_format(result)
    chart = options.path_ending(".svg", ".png")
    result.add_argument(
        "-o", "--output", metavar="FILE", type=chart, help="draw a chart, .svg or .png"
    )
    options.add_force(parser)
    parser.set_defaults(run=_family)


def _family(arguments: argparse.Namespace) -> int:
    from archdsl.report.claims import show_members

    collected = [Diagnostics() for _ in arguments.specs]
    members = [
        member
        for path, diagnostics in zip(arguments.specs, collected, strict=True)
        for member in _members(path, diagnostics)
    ]
    convention = CONVENTIONS[arguments.convention]
    try:
        if arguments.output:
            _chart(members, convention, arguments)
        else:
            sys.stdout.write(show_members(members, convention, arguments.format))
    except CompileError as failure:
        collected.append(Diagnostics())  # after those of the specs, which may be its cause
        collected[-1].collect(failure)
    options.report(diagnostic for diagnostics in collected for diagnostic in diagnostics)
    return int(any(diagnostics.has_errors for diagnostics in collected))


def _members(path: str, diagnostics: Diagnostics) -> list[FamilyMember]:
    """The members of a spec; none if it cannot be read, and then there are only diagnostics."""
    from archdsl.claims.families import members

    try:
        return members(options.opened(path), path, diagnostics)
    except CompileError as failure:
        diagnostics.collect(failure)
        return []


def _chart(
    members: Sequence[FamilyMember], convention: Convention, arguments: argparse.Namespace
) -> None:
    from archdsl import files
    from archdsl.draw.charts.family import chart
    from archdsl.draw.charts.page import chart_page
    from archdsl.draw.svg import chart_png, chart_svg

    page = chart_page(chart(members, convention))
    drawn: str | bytes = files.sealed(chart_svg(page), files.XML)
    if arguments.output.suffix == ".png":
        drawn = files.sealed_png(chart_png(page))
    files.write(arguments.output, drawn, force=arguments.force)
    print(arguments.output)
