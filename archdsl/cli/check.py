"""`archdsl check`: everything wrong with a spec, and its claims."""

from __future__ import annotations

import argparse
import sys

from archdsl.claims import Checked, check_claims
from archdsl.cli import options
from archdsl.cli.output import report
from archdsl.compiler import Spec, load
from archdsl.diagnostics import CompileError, Diagnostics
from archdsl.report.tables import FORMATS

_DETAILS = """\
Builds every network of each spec and measures what its claims say. A figure is met when
it is within half a unit of the last digit that was printed. One that its spec marks
`disputed` is shown with both numbers and is no error.

examples:
  archdsl check specs/x3d_s.arch
  archdsl check specs/*.arch --format json
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    summary = "everything wrong with specs, and what their claims are worth"
    parser = options.command(commands, "check", summary, _DETAILS)
    parser.add_argument("specs", metavar="SPEC", nargs="+", help="files of the language")
    parser.add_argument("--format", choices=FORMATS, default="table", help="default: table")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from archdsl.report.claims import show

    diagnostics = Diagnostics()
    checked: list[tuple[str, list[Checked]]] = []
    for path in arguments.specs:
        found = Diagnostics()
        checked.append((path, _check(path, found)))
        diagnostics.extend(found)
    sys.stdout.write(show(checked, arguments.format))
    report(diagnostics)
    return int(diagnostics.has_errors)


def _check(path: str, diagnostics: Diagnostics) -> list[Checked]:
    try:
        spec = load(path)
        for name in spec.networks:
            _build(spec, name, diagnostics)
        return check_claims(spec, diagnostics)
    except CompileError as failure:
        diagnostics.extend(failure.diagnostics)
        return []


def _build(spec: Spec, name: str, diagnostics: Diagnostics) -> None:
    try:
        diagnostics.extend(spec.build(name, {}).diagnostics)
    except CompileError as failure:
        diagnostics.extend(failure.diagnostics)
