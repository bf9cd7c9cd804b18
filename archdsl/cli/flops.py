"""`archdsl flops` and `archdsl show`: what a network costs, and its graph as text."""

from __future__ import annotations

import argparse
import re
import sys

from archdsl.cli import options
from archdsl.costs.breakdown import LEVELS
from archdsl.costs.figures import CONVENTIONS
from archdsl.report.text import FORMATS

_FLOPS = """\
conventions (one view, one sample):
{conventions}

--format json prints one object; every number in it is exact. `total` is in the
convention and for all views, `total_per_view` for one; `macs` and `flops` (2 x macs)
are for one view. `input` is a list, C x T x H x W for video, or an object of them by
name where there are several inputs.

examples:
  archdsl flops specs/x3d_s.arch
  archdsl flops specs/x3d_s.arch --input 13x182x182 --views 10x3
  archdsl flops specs/autox3d_l.arch --network autox3d_l_printed --by stage
  archdsl flops specs/x2d.arch --set bottleneck=2.25 --set 'frames = 13' --convention fvcore
  archdsl flops specs/x3d_m.arch --format json | jq .total
"""


def add_flops(commands: argparse._SubParsersAction[options.Parser]) -> None:
    lines = [f"  {c.name:<13} {c.counts}" for c in CONVENTIONS.values()]
    details = _FLOPS.format(conventions="\n".join(lines))
    parser = options.command(commands, "flops", "what a network costs, row by row", details)
    options.add_network(parser)
    options.add_input(parser)
    parser.add_argument(
        "--views", metavar="CLIPSxCROPS", type=_views, default=(1, 1), help="such as 10x3"
    )
    parser.add_argument("--convention", choices=CONVENTIONS, default="macs", help="default: macs")
    parser.add_argument("--by", choices=LEVELS, default="row", help="default: row")
    parser.add_argument("--format", choices=FORMATS, default="table", help="default: table")
    parser.set_defaults(run=_flops)


def _views(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9][0-9]{0,5})(?:x([1-9][0-9]{0,5}))?", text)
    if not match:
        raise argparse.ArgumentTypeError(f"views are clips x crops, such as 10x3, not {text!r}")
    return int(match[1]), int(match[2] or 1)


def _flops(arguments: argparse.Namespace) -> int:
    from archdsl.report.costs import CostReport, Views

    network = options.network_at_input(arguments)
    convention = CONVENTIONS[arguments.convention]
    costs = CostReport(network, convention, arguments.by, Views(*arguments.views))
    sys.stdout.write(costs.show(arguments.format))
    options.report_warnings(network.diagnostics)
    return 0


_SHOW = """\
One line for each block and operation: its result's shape, parameters and multiply-adds.
What follows each other and is the same is shown once, with `x 3` and the figures of one.
`<-` names the operands where they are not just the result of the line before.

examples:
  archdsl show specs/x3d_s.arch
  archdsl show specs/x3d_s.arch --depth 2
"""


def add_show(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "show", "the graph as text, repeats folded", _SHOW)
    options.add_network(parser)
    options.add_input(parser)
    options.add_depth(parser, "default: all")
    parser.set_defaults(run=_show)


def _show(arguments: argparse.Namespace) -> int:
    from archdsl.report import listing

    network = options.network_at_input(arguments)
    sys.stdout.write(listing.show(network, arguments.depth))
    options.report_warnings(network.diagnostics)
    return 0
