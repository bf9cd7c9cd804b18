"""`archdsl flops` and `archdsl show`: the costs of a network, and its graph, as text."""

from __future__ import annotations

import argparse
import re
import sys

from archdsl.cli import options
from archdsl.costs.figures import CONVENTIONS, Convention
from archdsl.costs.metrics import LATENCIES
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, error
from archdsl.network import Network

_FLOPS = """\
conventions, for one view of one sample:
{conventions}

--format json prints one object with exact numbers. `total` is in the convention and for all
views, `total_per_view` for one view. `macs` and `flops` (2 x macs) are for one view. `input` is
a list, C x T x H x W for video, or an object of lists by name if there are several inputs.

examples:
  archdsl flops specs/x3d_s.arch
  archdsl flops specs/x3d_s.arch --input 13x182x182 --views 10x3
  archdsl flops specs/autox3d_l.arch --network autox3d_l_printed --by stage
  archdsl flops specs/x2d.arch --set bottleneck=2.25 --set 'frames = 13' --convention fvcore
  archdsl flops specs/x3d_m.arch --format json | jq .total
  archdsl flops specs/x3d_s.arch --convention infer_latency

Of a space of networks, all members are counted: each row's and the total's least, mean and greatest
cost, exactly, and how many members are within a budget. In JSON, `inputs` has a list of shapes for
each input if these differ between members.

  archdsl flops specs/autox3d_space.arch --budget 2.0G
"""


_TIME = "predicted time of the target `{}`, by roofs that `archdsl probe` has measured"


def add_flops(commands: argparse._SubParsersAction[options.Parser]) -> None:
    lines = [f"  {c.name:<13} {c.counts}" for c in CONVENTIONS.values()]
    lines += [f"  {name:<13} {_TIME.format(target)}" for name, target in LATENCIES.items()]
    details = _FLOPS.format(conventions="\n".join(lines))
    parser = options.command(commands, "flops", "count the costs of a network, row by row", details)
    options.add_network(parser)
    options.add_input(parser)
    parser.add_argument(
        "--views",
        metavar="CLIPSxCROPS",
        type=_views,
        default=(1, 1),
        help="views of a video, such as 10x3; default: 1x1",
    )
    options.add_convention(parser, LATENCIES)
    options.add_level(parser)
    parser.add_argument(
        "--budget", metavar="COST", help="of a space: count the members that cost at most this"
    )
    options.add_format(parser)
    parser.set_defaults(run=_flops)


def _views(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9][0-9]{0,5})(?:x([1-9][0-9]{0,5}))?", text)
    if not match:
        raise argparse.ArgumentTypeError(f"must be CLIPSxCROPS, such as 10x3, but this is {text!r}")
    return int(match[1]), int(match[2] or 1)


def _flops(arguments: argparse.Namespace) -> int:
    from archdsl.report.costs import CostReport, Views

    network = options.network_at_input(arguments)
    if arguments.convention in LATENCIES:
        return _latency(network, arguments)
    convention = CONVENTIONS[arguments.convention]
    if network.open_decisions:
        return _flops_of_space(network, convention, arguments)
    if arguments.budget is not None:
        raise CompileError([_no_budget(network)])
    costs = CostReport(network, convention, arguments.by, Views(*arguments.views))
    sys.stdout.write(costs.show(arguments.format))
    options.report_warnings(network.diagnostics)
    return 0


def _latency(network: Network, arguments: argparse.Namespace) -> int:
    from archdsl.report.latency import LatencyReport

    network.check_decided()
    if arguments.budget is not None:
        raise CompileError([_no_budget(network)])
    clips, crops = arguments.views
    report = LatencyReport(network, arguments.convention, arguments.by, clips * crops)
    sys.stdout.write(report.show(arguments.format))
    options.report_warnings(network.diagnostics)
    return 0


def _no_budget(network: Network) -> Diagnostic:
    message = f"`--budget` counts the members of a space, but `{network.name}` has no choices"
    return error("budget", message)


def _flops_of_space(network: Network, convention: Convention, arguments: argparse.Namespace) -> int:
    from archdsl.report.space import SpaceReport

    if arguments.by != "row" or arguments.views != (1, 1):
        message = f"`{network.name}` is a space, whose costs are listed by row, for one view"
        raise CompileError([error("choice", message, help="leave out `--by` and `--views`")])
    budget = options.cost("--budget", arguments.budget)
    sys.stdout.write(SpaceReport(network, convention, budget).show(arguments.format))
    options.report_warnings(network.diagnostics)
    return 0


_SHOW = """\
One line for each block and operation: the shape of its result, its parameters and its
multiply-adds. Equal neighbours are shown once, with `x 3` and the figures of one. `<-` names the
operands, unless the only operand is the result of the line before. Then come the recipes and the
searches, with the settings that are not the defaults.

examples:
  archdsl show specs/x3d_s.arch
  archdsl show specs/x3d_s.arch --depth 2
"""


def add_show(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "show", "print the graph of a network", _SHOW)
    options.add_network(parser)
    options.add_input(parser)
    options.add_depth(parser, "all")
    parser.set_defaults(run=_show)


def _show(arguments: argparse.Namespace) -> int:
    from archdsl.report import listing

    spec, name, given = options.requested(arguments)
    network = spec.build(name, given)
    network.check_decided()
    shown = options.at_input(network, arguments)
    sys.stdout.write(listing.show(shown, arguments.depth))
    diagnostics = Diagnostics()
    diagnostics.extend(network.diagnostics)
    for recipe in network.recipes(diagnostics):
        sys.stdout.write(listing.show_recipe(recipe))
    # A search is for the space, of which `--choose` leaves one network.
    for search in () if arguments.choices else spec.searches_for(name, diagnostics):
        sys.stdout.write(listing.show_search(search))
    options.report_warnings(diagnostics)
    return 0
