"""`archdsl check` and `archdsl fmt`: the commands that take many specs and judge their text."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cli import options
from archdsl.diagnostics import CompileError, Diagnostics
from archdsl.report.text import FORMATS

if TYPE_CHECKING:
    from archdsl.claims.figures import SpecReport

_MACHINES = ("json", "sarif", "github")
"""The formats in which diagnostics are part of the result, and not on stderr."""

_FORMATS = tuple(dict.fromkeys((*FORMATS, *_MACHINES)))

_CHECK = """\
Builds every network whose parameters all have values, checks every recipe with its network, also
those that networks inherit, and every search with its space, and measures what the claims state. A
mistake hides nothing: the rest of the file is checked. A claim is met if the measured figure is
within half a unit of the last digit that the claim prints. A claim that the spec marks as
`disputed` is shown with both numbers and is not an error. Warnings and notes leave the exit status
0.

A network with choices is a space of networks. All of its members are checked, part by part, and its
decisions are listed with their options. Where that would take too long, some members are drawn.

--format json, sarif and github print the diagnostics to stdout: as objects, for code scanning, and
as annotations of a workflow on GitHub.

examples:
  archdsl check specs/x3d_s.arch
  archdsl check specs/*.arch --format json
  archdsl check specs/*.arch --format sarif > archdsl.sarif
"""


def add_check(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "find mistakes in specs, and check their claims"
    parser = options.command(commands, "check", summary, _CHECK)
    parser.add_argument("specs", metavar="SPEC", nargs="+", help="files to check")
    parser.add_argument(
        "--format", choices=_FORMATS, default="table", help="how to print; default: table"
    )
    parser.set_defaults(run=_check)


def _check(arguments: argparse.Namespace) -> int:
    from archdsl.report.claims import show_check

    # One collection for each spec: an overflow of errors in one does not hide those of the next.
    collected = [Diagnostics() for _ in arguments.specs]
    checked = [
        _judge(path, diagnostics)
        for path, diagnostics in zip(arguments.specs, collected, strict=True)
    ]
    found = [diagnostic for diagnostics in collected for diagnostic in diagnostics]
    # The claims of all specs come before all diagnostics, since they are different streams.
    sys.stdout.write(show_check([spec for spec in checked if spec], found, arguments.format))
    if arguments.format not in _MACHINES:
        options.report(found)
    return int(any(diagnostics.has_errors for diagnostics in collected))


def _judge(path: str, diagnostics: Diagnostics) -> SpecReport | None:
    """Judge a spec; None if it cannot be read, and then there are only diagnostics."""
    from archdsl.analysis.judging import judge_spec

    try:
        return judge_spec(options.opened(path), path, diagnostics)
    except CompileError as failure:
        diagnostics.collect(failure)
        return None


_FMT = """\
Aligns tables, and keeps comments and blank lines. Prints the files that it rewrote. With --check
it rewrites nothing, prints the files that it would rewrite, and exits with 1 if there are any.

examples:
  archdsl fmt specs/x3d_s.arch
  archdsl fmt specs/*.arch --check
"""


def add_fmt(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "fmt", "format specs", _FMT)
    parser.add_argument("specs", metavar="SPEC", nargs="+", help="files to format")
    parser.add_argument("--check", action="store_true", help="only print what would be rewritten")
    parser.set_defaults(run=_fmt)


def _fmt(arguments: argparse.Namespace) -> int:
    return max([_format(Path(spec), is_check=arguments.check) for spec in arguments.specs])


def _format(path: Path, *, is_check: bool) -> int:
    from archdsl import files
    from archdsl.compiler import format_spec

    try:
        text, canonical = format_spec(path)
        if canonical == text:
            return 0
        if not is_check:
            files.replace(path, canonical)
    except CompileError as failure:
        options.report(failure.diagnostics)
        return 1
    # At once, so that it is known which files were rewritten if a later one fails.
    print(f"{'would rewrite' if is_check else 'rewrote'} {path}")
    sys.stdout.flush()
    return int(is_check)
