"""`archdsl transform` and `archdsl expand`: a network changed, and what it can grow into."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cli import options
from archdsl.costs.metrics import METRICS
from archdsl.diagnostics import CompileError, error
from archdsl.report.text import FORMATS
from archdsl.spec import Spec, load
from archdsl.syntax.lexemes import parse_number

if TYPE_CHECKING:
    from archdsl.plan.transforms import Transform


_TRANSFORM = """\
Each TRANSFORM is written as in a spec after `+`, and they are carried out in order:

{transforms}
  insert BLOCK after PLACES
      A block or a cell after places, which `archdsl show` names.

The result is a spec that stands by itself. It is compiled once more before it is written, and
must give the same network.

examples:
  archdsl transform specs/autox3d_s.arch 'stretch(2)' -o build/autox3d_l.arch
  archdsl transform specs/x3d_s.arch 'widen(2)' 'resize(size = 224)' --set frames=16
  archdsl transform specs/x3d_s.arch --use glore 'insert glore after res4.*'
"""


def add_transform(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "a network changed, as a new spec"
    parser = options.command(commands, "transform", summary, _details)
    options.add_network(parser)
    parser.add_argument("transforms", metavar="TRANSFORM", nargs="+", help="see below")
    parser.add_argument(
        "--use",
        metavar="NAME",
        action="append",
        default=[],
        dest="uses",
        help="a file whose blocks transforms may name, as `use` in a spec; repeatable",
    )
    parser.add_argument("-o", "--output", metavar="FILE", type=_file, help="default: print it")
    options.add_force(parser)
    parser.set_defaults(run=_transform)


def _details() -> str:
    from archdsl.plan.transforms import TRANSFORMS

    return _TRANSFORM.format(transforms="\n".join(map(_described, TRANSFORMS.values())))


def _described(kind: type[Transform]) -> str:
    """A transform with its options, and what it does."""
    from textwrap import fill

    summary = fill(kind.summary(), 90, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return f"  {kind.signature()}\n{summary}".replace("%", "%%")


def _file(text: str) -> Path:
    path = Path(text)
    if path.suffix != ".arch" or not (path.stem.isidentifier() and path.stem.isascii()):
        raise argparse.ArgumentTypeError(f"a spec is called like a name, NAME.arch: {text!r}")
    return path


def _transform(arguments: argparse.Namespace) -> int:
    spec = load(arguments.spec, arguments.uses)
    base = spec.choose(arguments.network)
    given = options.given(spec, arguments)
    name = arguments.output.stem if arguments.output else f"{base}_transformed"
    derived = spec.derive(name, base, *arguments.transforms)
    text = derived.standalone_text(name, _origin(arguments, base, arguments.transforms), given)
    _put(text, arguments)
    options.report_warnings(derived.build(name, given).diagnostics)
    return 0


def _origin(arguments: argparse.Namespace, base: str, changes: Sequence[object]) -> str:
    return f"{_derivation(arguments, base, changes)}, of {Path(arguments.spec).name}"


def _derivation(arguments: argparse.Namespace, base: str, changes: Sequence[object]) -> str:
    """A network with changes, as a spec writes it."""
    given = f"({', '.join(arguments.parameters)})" if arguments.parameters else ""
    return " + ".join([f"{base}{given}", *map(str, changes)])


def _put(text: str, arguments: argparse.Namespace) -> None:
    """Print a spec, or write it where it is asked for."""
    if arguments.output is None:
        sys.stdout.write(text)
        return
    from archdsl import files

    files.write(arguments.output, files.sealed(text.rstrip()), force=arguments.force)
    print(arguments.output)


_EXPAND = """\
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


def add_expand(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "what a network can grow into, axis by axis"
    parser = options.command(commands, "expand", summary, _EXPAND)
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
    parser.set_defaults(run=_expand_or_follow)


def _expand_or_follow(arguments: argparse.Namespace) -> int:
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
        value = parse_number(text.strip())
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

    for name, changes in made:
        derived = spec.derive(name, _derivation(arguments, base, changes))
        text = derived.standalone_text(name, _origin(arguments, base, changes))
        path = arguments.write / f"{name}.arch"
        files.write(path, files.sealed(text.rstrip()), force=arguments.force)
        print(path, file=sys.stderr)
