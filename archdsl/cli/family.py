"""`archdsl family`: the members of a family in one table, or in one picture."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archdsl.cli import options, pictures
from archdsl.cli.output import report
from archdsl.costs.conventions import CONVENTIONS
from archdsl.diagnostics import CompileError, Diagnostics
from archdsl.report.text import FORMATS
from archdsl.spec import load

if TYPE_CHECKING:
    from archdsl.claims.members import Member
    from archdsl.costs.conventions import Convention

_DETAILS = """\
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


def add(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "the networks of specs side by side, as a table or a picture"
    parser = options.command(commands, "family", summary, _DETAILS)
    parser.add_argument("specs", metavar="SPEC", nargs="+", help="files of the language")
    parser.add_argument("--convention", choices=CONVENTIONS, default="macs", help="default: macs")
    result = parser.add_mutually_exclusive_group()
    result.add_argument("--format", choices=FORMATS, default="table", help="default: table")
    pictures.add_output(result, (".svg", ".png"), "draw it: a file .svg or .png")
    options.add_force(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
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
            _draw(members, convention, arguments)
        else:
            sys.stdout.write(show_members(members, convention, arguments.format))
    except CompileError as failure:
        found.append(Diagnostics())
        found[-1].take(failure)
    report(diagnostic for diagnostics in found for diagnostic in diagnostics)
    return int(any(diagnostics.has_errors for diagnostics in found))


def _members(path: str, diagnostics: Diagnostics) -> list[Member]:
    """The members of a spec; nothing but diagnostics where it cannot be read."""
    from archdsl.claims.members import members

    try:
        return members(load(path), path, diagnostics)
    except CompileError as failure:
        diagnostics.take(failure)
        return []


def _draw(members: Sequence[Member], convention: Convention, arguments: argparse.Namespace) -> None:
    from archdsl import files
    from archdsl.draw.chart_page import chart_page
    from archdsl.draw.chart_svg import written
    from archdsl.draw.family import chart
    from archdsl.draw.png import pixels

    page = chart_page(chart(members, convention))
    formats: pictures.Formats = {
        ".svg": lambda: files.sealed(written(page), files.XML),
        ".png": lambda: files.sealed_png(pixels(written(page), max(page.width, page.height))),
    }
    pictures.write(arguments.output, formats, arguments)
