"""`archdsl report`: a spec as one page of HTML."""

from __future__ import annotations

import argparse
from pathlib import Path

from archdsl.cli import options

_REPORT = """\
Every network with its input and output, costs row by row and in all conventions, its picture, its
claims with the measured figures beside them, its recipes and searches; of a space of networks, the
decisions and what the members cost. Then the text, with numbers of lines and its digest.

The page is one file, to be mailed or put beside a paper. It follows a light or dark system, and
prints on paper. It holds no script, and asks for nothing from any other place. Boxes of a picture
lead to their rows, and these to their lines.

A spec with mistakes has a page too, which shows them in the text, and draws networks up to them.
The exit status is then 1, as it is where a claim is not met.

A FILE that was edited, or that archdsl did not write, is an error without --force.

examples:
  archdsl report specs/x3d_s.arch                                build/x3d_s.html
  archdsl report i3d_r50_attention -o report.html
"""


def add_report(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "write a page with all that there is to say of a spec"
    parser = options.command(commands, "report", summary, _REPORT)
    parser.add_argument("spec", metavar="SPEC", help=options.SPEC)
    page = options.path_ending(".html")
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=page, help="default: build/SPEC.html"
    )
    options.add_force(parser)
    parser.set_defaults(run=_report)


def _report(arguments: argparse.Namespace) -> int:
    from archdsl import files
    from archdsl.page.report import report

    spec = options.opened(arguments.spec)
    made = report(spec)
    path = arguments.output or Path("build", f"{spec.program.main.path.stem}.html")
    files.write(path, made.html, force=arguments.force)
    print(path)
    options.report_warnings(made.diagnostics)
    return int(made.has_errors)
