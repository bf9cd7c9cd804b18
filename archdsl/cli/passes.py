"""`archdsl passes` and `archdsl probe`: what a target does, and what a machine can."""

from __future__ import annotations

import argparse
import re
import sys

from archdsl.cli import options
from archdsl.diagnostics import CompileError, error

_PASSES = """\
Each pass gets the graph that the one before leaves. `moved` is what all operations read and write,
and `time` the predicted one in the code of the target, where `archdsl probe` has measured this
machine. A line for each pass says which operations are gone, and which are new: `conv + add + relu`
is one operation that does all three, and `in place` writes over one of its operands.

examples:
  archdsl passes specs/x3d_s.arch
  archdsl passes specs/x3d_s.arch --input 13x182x182 --format json
"""


def add_passes(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "show what each pass of a target does to a network"
    parser = options.command(commands, "passes", summary, _PASSES)
    options.add_network(parser)
    options.add_input(parser)
    parser.add_argument(
        "--target", choices=("infer",), default="infer", help="the target; default: infer"
    )
    options.add_format(parser)
    parser.set_defaults(run=_passes)


def _passes(arguments: argparse.Namespace) -> int:
    from archdsl.emit.targets import TARGETS
    from archdsl.report.passes import PassesReport

    network = options.network_at_input(arguments)
    network.check_decided()
    report = PassesReport.of(network, TARGETS[arguments.target])
    sys.stdout.write(report.show(arguments.format))
    options.report_warnings(network.diagnostics)
    return 0


_PROBE = """\
Operations of each make, such as pointwise convolutions and norms, run in turn for about half a
minute, in the code of each target. What they reach is remembered for this processor, the release of
torch and the number of threads. `archdsl flops --convention latency` and budgets of `latency` use
the roofs that were measured last. Nothing else should run meanwhile. It needs torch.

examples:
  archdsl probe
  archdsl probe --threads 1
"""


def add_probe(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "measure how fast this machine is, for predictions of latency"
    parser = options.command(commands, "probe", summary, _PROBE)
    parser.add_argument(
        "--threads", metavar="N", type=_threads, help="threads of torch; default: its own"
    )
    options.add_format(parser)
    parser.set_defaults(run=_probe)


def _threads(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,3}", text):
        raise argparse.ArgumentTypeError(f"must be an integer of at least 1, but this is {text!r}")
    return int(text)


def _probe(arguments: argparse.Namespace) -> int:
    from archdsl.latency.remembered import remember
    from archdsl.probe.probe import probe
    from archdsl.report.roofs import show_roofs

    roofs = probe(arguments.threads)
    sys.stdout.write(show_roofs(roofs, arguments.format))
    if remember(roofs) is None:
        message = "the roofs cannot be remembered: there is no folder that only this user can write"
        raise CompileError([error("latency", message, help="set XDG_CACHE_HOME to such a folder")])
    return 0
