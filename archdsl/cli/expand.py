"""`archdsl expand`: what a network can grow into, one axis at a time."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from archdsl.cli import options
from archdsl.costs.metrics import METRICS
from archdsl.diagnostics import CompileError, error
from archdsl.report.text import FORMATS
from archdsl.spec import Spec
from archdsl.syntax.literals import exact

_DETAILS = """\
axes, as X3D names them, and how far `--follow` may be told to go:

  fast         more frames over the same time; fast = 2 for twice as many
  temporal     a longer clip; temporal = 16 for 16 frames
  spatial      larger frames; spatial = 160 for 160 x 160
  depth        more blocks; depth = 2.2 for 2.2 times as many, rounded up
  width        more channels; width = 1.5
  bottleneck   more channels inside of blocks; bottleneck = 2.25

Frames are counted one by one, sizes are even, factors are hundredths; of what there is,
a candidate is the nearest to the target. Figures are of one view of one sample at the input that
stands beside them.

examples:
  archdsl expand specs/x2d.arch                         twice the cost, along each axis
  archdsl expand specs/x2d.arch --target 100M --axes depth,width --write candidates
  archdsl expand specs/x2d.arch --follow 'bottleneck = 2.25, fast, spatial = 160, depth'
  archdsl expand specs/x2d.arch --follow 'fast, temporal' --budget 70M
"""


def add(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "what a network can grow into, axis by axis"
    parser = options.command(commands, "expand", summary, _DETAILS)
    options.add_network(parser)
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--target", metavar="COST", help="such as 2G; default: twice the cost")
    either.add_argument("--follow", metavar="ORDER", help="steps to take, one after another")
    parser.add_argument("--axes", metavar="NAMES", default="", help="the axes to try; default: all")
    parser.add_argument("--budget", metavar="COST", help="contract the last axis until it holds")
    parser.add_argument("--metric", choices=METRICS, default="macs", help="default: macs")
    parser.add_argument("--write", metavar="DIR", type=Path, help="write each network as a spec")
    options.add_force(parser)
    parser.add_argument("--format", choices=FORMATS, default="table", help="default: table")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    return _follow(arguments) if arguments.follow is not None else _expand(arguments)


def _expand(arguments: argparse.Namespace) -> int:
    from archdsl.expansion.steps import expand
    from archdsl.report.expansion import show_expansion

    if arguments.budget is not None:
        message = "a budget ends an expansion: it goes with `--follow`"
        raise CompileError([error("expand", message, help="`--target` is the cost of candidates")])
    spec, name, given = options.asked(arguments)
    target = _cost("--target", arguments.target)
    axes = [axis.strip() for axis in arguments.axes.split(",") if axis.strip()]
    found = expand(spec, name, target=target, metric=arguments.metric, axes=axes, given=given)
    sys.stdout.write(show_expansion(found, arguments.format))
    if arguments.write is not None:
        made = [(f"{name}_{each.axis}", [each.transform]) for each in found.candidates]
        _write(arguments, spec, name, made)
    return 0


def _follow(arguments: argparse.Namespace) -> int:
    from archdsl.expansion.trail import follow
    from archdsl.report.expansion import show_trail

    if arguments.axes:
        message = "`--axes` are those to try for one step; `--follow` names its own"
        raise CompileError([error("expand", message)])
    spec, name, given = options.asked(arguments)
    budget = _cost("--budget", arguments.budget)
    trail = follow(
        spec, arguments.follow, name, metric=arguments.metric, budget=budget, given=given
    )
    sys.stdout.write(show_trail(trail, arguments.format))
    if arguments.write is not None:
        changes = trail.transforms
        made = [(f"{name}_{n}", changes[:n]) for n in range(1, len(changes) + 1)]
        _write(arguments, spec, name, made)
    return 0


def _cost(flag: str, text: str | None) -> int | None:
    """A cost as the language writes numbers: `2G`, `300M`, `1962892112`.

    Raises:
        CompileError: it is no number above 0.
    """
    if text is None:
        return None
    try:
        value = exact(text.strip())
    except (ValueError, IndexError):
        value = None
    if value is None or value < 1:
        hint = "a number above 0, such as 2G, 300M or 1962892112"
        raise CompileError([error("expand", f"{flag} takes a cost, not `{text}`", help=hint)])
    return int(Fraction(value))


def _write(
    arguments: argparse.Namespace,
    spec: Spec,
    base: str,
    made: Sequence[tuple[str, Sequence[object]]],
) -> None:
    """Each network, under its name, as a spec of its own."""
    from archdsl import files

    given = f"({', '.join(arguments.parameters)})" if arguments.parameters else ""
    for name, changes in made:
        written = " + ".join([f"{base}{given}", *map(str, changes)])
        origin = f"{written}, of {Path(arguments.spec).name}"
        text = spec.derive(name, written).written(name, origin)
        path = arguments.write / f"{name}.arch"
        files.write(path, files.sealed(text.rstrip()), force=arguments.force)
        print(path, file=sys.stderr)
