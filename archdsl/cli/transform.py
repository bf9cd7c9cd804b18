"""`archdsl transform` and `archdsl expand`: a network changed, and the networks it can grow into.

Both write networks as specs of their own, under `files.sealed`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.build.values import Given
from archdsl.cli import options
from archdsl.costs.metrics import METRICS
from archdsl.diagnostics import CompileError, Diagnostics, error
from archdsl.program.published import NAMED, is_named
from archdsl.spec import Spec

if TYPE_CHECKING:
    from archdsl.plan.transforms import Transform


_TRANSFORM = """\
TRANSFORMs are written as after `+` in a spec, and are applied in order:

{transforms}
  insert BLOCK after PLACES
      A block or a cell after some places, named as `archdsl show` names them.

The result is a spec that uses no file but the library. It has the recipes of the network that still
fit; clips and crops follow the new size. Before it is written, it is compiled again,
and must give the same network.

examples:
  archdsl transform specs/autox3d_s.arch 'stretch(2)' -o build/autox3d_l.arch
  archdsl transform specs/x3d_s.arch 'widen(2)' 'resize(size = 224)' --set frames=16
  archdsl transform specs/x3d_s.arch --use glore 'insert glore after res4.*'
"""


def add_transform(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "change a network, and write it as a spec"
    parser = options.command(commands, "transform", summary, _details)
    options.add_network(parser)
    parser.add_argument("transforms", metavar="TRANSFORM", nargs="+", help="a change, see below")
    parser.add_argument(
        "--use",
        metavar="NAME",
        action="append",
        default=[],
        dest="uses",
        help="use the blocks of a file, like `use` in a spec; repeatable",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=spec_path, help="default: print the spec"
    )
    options.add_force(parser)
    parser.set_defaults(run=_transform)


def _details() -> str:
    from archdsl.plan.transforms import TRANSFORMS

    return _TRANSFORM.format(transforms="\n".join(map(_describe, TRANSFORMS.values())))


def _describe(kind: type[Transform]) -> str:
    """A transform with its options, and what it does."""
    from textwrap import fill

    summary = fill(kind.summary(), 90, initial_indent=" " * 6, subsequent_indent=" " * 6)
    # argparse expands % in a help text.
    return f"  {kind.signature()}\n{summary}".replace("%", "%%")


def spec_path(text: str) -> Path:
    path = Path(text)
    if not is_named(path):
        raise argparse.ArgumentTypeError(f"{NAMED}, but this is {text!r}")
    return path


def _transform(arguments: argparse.Namespace) -> int:
    spec = options.opened(arguments.spec, arguments.uses)  # blocks for transforms
    base = spec.choose(arguments.network)
    given = options.given_parameters(spec, arguments)
    # The network is named like its file, so that other commands find it there.
    name = arguments.output.stem if arguments.output else f"{base}_transformed"
    derived = spec.derive(name, base, *arguments.transforms)
    diagnostics = Diagnostics()
    origin = _origin(spec, arguments, base, arguments.transforms)
    text = derived.standalone_text(name, origin, given, diagnostics)
    print_or_write(text, arguments)
    options.report_warnings([*derived.build(name, given).diagnostics, *diagnostics])
    return 0


def _origin(spec: Spec, arguments: argparse.Namespace, base: str, changes: Sequence[object]) -> str:
    """The first line of a written spec: what it was made from, and how."""
    return f"{_derivation(arguments, base, changes)}, of {spec.program.main.path.name}"


def _derivation(arguments: argparse.Namespace, base: str, changes: Sequence[object]) -> str:
    """A changed network, as a spec writes it."""
    given = f"({', '.join(arguments.parameters)})" if arguments.parameters else ""
    return " + ".join([f"{base}{given}", *map(str, changes)])


def print_or_write(text: str, arguments: argparse.Namespace) -> None:
    """Print a spec, or write it to the file of `--output`."""
    if arguments.output is None:
        sys.stdout.write(text)
        return
    from archdsl import files

    files.write(arguments.output, files.sealed(text.rstrip()), force=arguments.force)
    print(arguments.output)


_EXPAND = """\
Without --follow: one candidate for each axis, as near as possible to the target cost. With it: an
expansion step by step, along the axes of ORDER. An axis without a value doubles the cost. Which
candidate is best, only training shows.

axes, named as in X3D, with an example of a value in ORDER:

  fast         more frames in the same time; fast = 2 doubles them
  temporal     a longer clip; temporal = 16 has 16 frames
  spatial      larger frames; spatial = 160 is 160 x 160
  depth        more blocks; depth = 2.2 has 2.2 times as many, rounded up
  width        more channels; width = 1.5 has 1.5 times as many
  bottleneck   more channels inside blocks; bottleneck = 2.25 has 2.25 times as many

Frame counts are integers, sizes are even, factors are multiples of 0.01. Figures are for one view
of one sample at the input beside them.

examples:
  archdsl expand specs/x2d.arch                         twice the cost, along each axis
  archdsl expand specs/x2d.arch --target 100M --axes depth,width --write candidates
  archdsl expand specs/x2d.arch --follow 'bottleneck = 2.25, fast, spatial = 160, depth'
  archdsl expand specs/x2d.arch --follow 'fast, temporal' --budget 70M
"""


def add_expand(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "expand a network along one axis or several, as X3D does"
    parser = options.command(commands, "expand", summary, _EXPAND)
    options.add_network(parser)
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--target", metavar="COST", help="such as 2G; default: twice the cost")
    either.add_argument("--follow", metavar="ORDER", help="axes to expand along, one after another")
    parser.add_argument("--axes", metavar="NAMES", default="", help="the axes to try; default: all")
    parser.add_argument(
        "--budget", metavar="COST", help="with --follow: contract the last axis to this cost"
    )
    help = f"the unit of costs: {', '.join(METRICS)}; default: macs"
    parser.add_argument("--metric", metavar="UNIT", choices=METRICS, default="macs", help=help)
    parser.add_argument(
        "--write", metavar="DIR", type=Path, help="write each network to DIR, as a spec"
    )
    options.add_force(parser)
    options.add_format(parser)
    parser.set_defaults(run=_expand_or_follow)


def _expand_or_follow(arguments: argparse.Namespace) -> int:
    return _follow(arguments) if arguments.follow is not None else _expand(arguments)


def _expand(arguments: argparse.Namespace) -> int:
    from archdsl.expansion.steps import expand
    from archdsl.report.expansion import show_expansion

    if arguments.budget is not None:
        message = "`--budget` needs `--follow`: it ends an expansion"
        hint = "write `--target` for the cost of candidates"
        raise CompileError([error("expand", message, help=hint)])
    spec, name, given = _one_network(arguments)
    target = options.cost("--target", arguments.target)
    axes = [axis.strip() for axis in arguments.axes.split(",") if axis.strip()]
    expansion = expand(spec, name, target=target, metric=arguments.metric, axes=axes, given=given)
    sys.stdout.write(show_expansion(expansion, arguments.format))
    if arguments.write is not None:
        changed = [(f"{name}_{each.axis}", [each.transform]) for each in expansion.candidates]
        _write(arguments, spec, name, changed)
    return 0


def _follow(arguments: argparse.Namespace) -> int:
    from archdsl.expansion.trail import follow
    from archdsl.report.expansion import show_trail

    if arguments.axes:
        message = "`--axes` cannot be used with `--follow`, which names its own axes"
        raise CompileError([error("expand", message)])
    spec, name, given = _one_network(arguments)
    budget = options.cost("--budget", arguments.budget)
    trail = follow(
        spec, arguments.follow, name, metric=arguments.metric, budget=budget, given=given
    )
    sys.stdout.write(show_trail(trail, arguments.format))
    if arguments.write is not None:
        changes = trail.transforms
        changed = [(f"{name}_{n}", changes[:n]) for n in range(1, len(changes) + 1)]
        _write(arguments, spec, name, changed)
    return 0


def _one_network(arguments: argparse.Namespace) -> tuple[Spec, str, dict[str, Given]]:
    """The network that is asked for, which must be no space."""
    spec, name, given = options.requested(arguments)
    if spec.program.has_choices:
        spec.build(name, given).check_decided()
    return spec, name, given


def _write(
    arguments: argparse.Namespace,
    spec: Spec,
    base: str,
    changed: Sequence[tuple[str, Sequence[object]]],
) -> None:
    """Write each network, given by its name and its changes, as a spec of its own."""
    from archdsl import files

    for name, changes in changed:
        derived = spec.derive(name, _derivation(arguments, base, changes))
        diagnostics = Diagnostics()
        origin = _origin(spec, arguments, base, changes)
        text = derived.standalone_text(name, origin, diagnostics=diagnostics)
        path = arguments.write / f"{name}.arch"
        files.write(path, files.sealed(text.rstrip()), force=arguments.force)
        print(path, file=sys.stderr)  # stdout has the table, for programs perhaps
        options.report_warnings(diagnostics)
