"""`archdsl compile`: one PyTorch file."""

from __future__ import annotations

import argparse
from pathlib import Path

from archdsl.cli import options
from archdsl.cli.output import report_warnings

_DETAILS = """\
The file imports torch alone. It appears whole or not at all, and one that was edited since
it was generated, or that was never generated, is left alone without --force.

examples:
  archdsl compile specs/x3d_s.arch                              build/x3d_s.py
  archdsl compile specs/autox3d_l.arch --network autox3d_l_plain -o models
  archdsl compile specs/x2d.arch --set bottleneck=2.25 --set depth=2.2
"""


def add(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "compile", "a network as one PyTorch file", _DETAILS)
    options.add_network(parser)
    parser.add_argument("-o", "--output", metavar="DIR", default="build", help="default: build")
    parser.add_argument("--force", action="store_true", help="overwrite a file that was edited")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from archdsl import files

    network = options.network(arguments)
    path = Path(arguments.output) / f"{network.name}.py"
    files.write(path, files.sealed(network.source()), force=arguments.force)
    print(path)
    report_warnings(network.diagnostics)
    return 0
