"""`archdsl check`: everything wrong with a spec, and its claims."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from archdsl.cli import options
from archdsl.cli.output import report
from archdsl.diagnostics import CompileError, Diagnostics, error
from archdsl.report.text import FORMATS
from archdsl.spec import Spec, load

if TYPE_CHECKING:
    from archdsl.claims.figures import SpecReport

_DETAILS = """\
Builds every network of each spec whose parameters all have values, checks each recipe with
the network that it is for, and measures what the claims say. A figure is met when it is
within half a unit of the last digit that was printed. One that its spec marks `disputed` is
shown with both numbers and is no error.

examples:
  archdsl check specs/x3d_s.arch
  archdsl check specs/*.arch --format json
"""


def add(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "everything wrong with specs, and what their claims are worth"
    parser = options.command(commands, "check", summary, _DETAILS)
    parser.add_argument("specs", metavar="SPEC", nargs="+", help="files of the language")
    parser.add_argument("--format", choices=FORMATS, default="table", help="default: table")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from archdsl.report.claims import show_claims

    found = [Diagnostics() for _ in arguments.specs]
    checked = [
        _check(path, diagnostics) for path, diagnostics in zip(arguments.specs, found, strict=True)
    ]
    sys.stdout.write(show_claims([spec for spec in checked if spec], arguments.format))
    report(diagnostic for diagnostics in found for diagnostic in diagnostics)
    return int(any(diagnostics.has_errors for diagnostics in found))


def _check(path: str, diagnostics: Diagnostics) -> SpecReport | None:
    """What there is to say of a spec; nothing but diagnostics where it cannot be read."""
    from archdsl.claims.checker import check_claims, written
    from archdsl.claims.figures import SpecReport

    try:
        spec = load(path)
        if not spec.program.main.file.definitions:
            raise CompileError([error("file", f"{path} is empty: it defines nothing")])
        for name in spec.networks:
            if not spec.missing_parameters(name):
                _build(spec, name, diagnostics)
        for name in spec.recipes:
            spec.check_recipe(name, diagnostics)
        claims = check_claims(spec, diagnostics)
    except CompileError as failure:
        diagnostics.take(failure)
        return None
    return SpecReport(path, spec.networks, spec.recipes, written(spec), claims)


def _build(spec: Spec, name: str, diagnostics: Diagnostics) -> None:
    try:
        diagnostics.extend(spec.build(name, {}).diagnostics)
    except CompileError as failure:
        diagnostics.take(failure)
