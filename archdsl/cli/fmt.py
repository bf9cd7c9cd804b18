"""`archdsl fmt`: the canonical layout."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from archdsl.cli import options
from archdsl.cli.output import report
from archdsl.diagnostics import CompileError

_DETAILS = """\
Tables are aligned; comments and blank lines are kept. Says which files it rewrote, or,
with --check, which it would; then the exit status is 1 and no file is touched.

examples:
  archdsl fmt specs/x3d_s.arch
  archdsl fmt specs/*.arch --check
"""


def add(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "fmt", "lay specs out in the canonical way", _DETAILS)
    parser.add_argument("specs", metavar="SPEC", nargs="+", help="files to rewrite")
    parser.add_argument("--check", action="store_true", help="rewrite nothing, only tell")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    return max([_format(Path(spec), is_check=arguments.check) for spec in arguments.specs])


def _format(path: Path, *, is_check: bool) -> int:
    from archdsl import files
    from archdsl.compiler import formatted

    try:
        text, canonical = formatted(path)
        if canonical == text:
            return 0
        if not is_check:
            files.replace(path, canonical)
    except CompileError as failure:
        report(failure.diagnostics)
        return 1
    print(f"{'would rewrite' if is_check else 'rewrote'} {path}")
    sys.stdout.flush()
    return int(is_check)
