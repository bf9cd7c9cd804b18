"""`archdsl show`: the graph as text."""

from __future__ import annotations

import argparse
import sys

from archdsl.cli import options
from archdsl.cli.output import report

_DETAILS = """\
One line for each block and operation: its result's shape, parameters and multiply-adds.
Instances of a block that follow each other and are the same are shown once, with `x 3`.

examples:
  archdsl show specs/x3d_s.arch
  archdsl show specs/x3d_s.arch --depth 2
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = options.command(commands, "show", "the graph as text, repeats folded", _DETAILS)
    options.add_network(parser)
    options.add_input(parser)
    parser.add_argument("--depth", metavar="N", type=int, help="levels to open; default: all")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from archdsl.ir.listing import listing

    network = options.network(arguments)
    sys.stdout.write(listing(network.graph, network.costs, depth=arguments.depth))
    report(network.diagnostics)
    return 0
