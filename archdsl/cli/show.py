"""`archdsl show`: the graph as text."""

from __future__ import annotations

import argparse
import sys

from archdsl.cli import options
from archdsl.cli.output import report_warnings

_DETAILS = """\
One line for each block and operation: its result's shape, parameters and multiply-adds.
What follows each other and is the same is shown once, with `x 3` and the figures of one.
`<-` names the operands where they are not just the result of the line before.

examples:
  archdsl show specs/x3d_s.arch
  archdsl show specs/x3d_s.arch --depth 2
"""


def add(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "show", "the graph as text, repeats folded", _DETAILS)
    options.add_network(parser)
    options.add_input(parser)
    options.add_depth(parser, "default: all")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from archdsl.report import listing

    network = options.network_at_input(arguments)
    sys.stdout.write(listing.show(network, arguments.depth))
    report_warnings(network.diagnostics)
    return 0
