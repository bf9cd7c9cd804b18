"""`archdsl check` and `archdsl fmt`: what is wrong with specs, and their canonical layout."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cli import options
from archdsl.diagnostics import CompileError, Diagnostics, error
from archdsl.report.text import FORMATS
from archdsl.spec import Spec, load

if TYPE_CHECKING:
    from archdsl.claims.figures import SpecReport


_CHECK = """\
Builds every network of each spec whose parameters all have values, checks each recipe with
the network that it is for, and measures what the claims say. A figure is met when it is
within half a unit of the last digit that was printed. One that its spec marks `disputed` is
shown with both numbers and is no error.

examples:
  archdsl check specs/x3d_s.arch
  archdsl check specs/*.arch --format json
"""


def add_check(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "everything wrong with specs, and what their claims are worth"
    parser = options.command(commands, "check", summary, _CHECK)
    parser.add_argument("specs", metavar="SPEC", nargs="+", help="files of the language")
    parser.add_argument("--format", choices=FORMATS, default="table", help="default: table")
    parser.set_defaults(run=_check)


def _check(arguments: argparse.Namespace) -> int:
    from archdsl.report.claims import show_claims

    found = [Diagnostics() for _ in arguments.specs]
    checked = [
        _checked(path, diagnostics)
        for path, diagnostics in zip(arguments.specs, found, strict=True)
    ]
    sys.stdout.write(show_claims([spec for spec in checked if spec], arguments.format))
    options.report(diagnostic for diagnostics in found for diagnostic in diagnostics)
    return int(any(diagnostics.has_errors for diagnostics in found))


def _checked(path: str, diagnostics: Diagnostics) -> SpecReport | None:
    """What there is to say of a spec; nothing but diagnostics where it cannot be read."""
    from archdsl.claims.checker import check_claims, count_claims
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
        diagnostics.collect(failure)
        return None
    return SpecReport(path, spec.networks, spec.recipes, count_claims(spec), claims)


def _build(spec: Spec, name: str, diagnostics: Diagnostics) -> None:
    try:
        diagnostics.extend(spec.build(name, {}).diagnostics)
    except CompileError as failure:
        diagnostics.collect(failure)


_FMT = """\
Tables are aligned; comments and blank lines are kept. Says which files it rewrote, or,
with --check, which it would; then the exit status is 1 and no file is touched.

examples:
  archdsl fmt specs/x3d_s.arch
  archdsl fmt specs/*.arch --check
"""


def add_fmt(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "fmt", "lay specs out in the canonical way", _FMT)
    parser.add_argument("specs", metavar="SPEC", nargs="+", help="files to rewrite")
    parser.add_argument("--check", action="store_true", help="rewrite nothing, only tell")
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
    print(f"{'would rewrite' if is_check else 'rewrote'} {path}")
    sys.stdout.flush()
    return int(is_check)
