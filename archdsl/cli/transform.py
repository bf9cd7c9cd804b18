"""`archdsl transform`: a network changed, as a spec of its own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cli import options
from archdsl.cli.output import report_warnings
from archdsl.spec import load

if TYPE_CHECKING:
    from archdsl.plan.transforms import Transform

_DETAILS = """\
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


def add(commands: argparse._SubParsersAction[options.Parser]) -> None:
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
    parser.set_defaults(run=run)


def _details() -> str:
    from archdsl.plan.transforms import TRANSFORMS

    return _DETAILS.format(transforms="\n".join(map(_described, TRANSFORMS.values())))


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


def run(arguments: argparse.Namespace) -> int:
    spec = load(arguments.spec, arguments.uses)
    base = spec.choose(arguments.network)
    given = options.given(spec, arguments)
    name = arguments.output.stem if arguments.output else f"{base}_transformed"
    derived = spec.derive(name, base, *arguments.transforms)
    text = derived.written(name, _origin(arguments, base), given)
    _put(text, arguments)
    report_warnings(derived.build(name, given).diagnostics)
    return 0


def _origin(arguments: argparse.Namespace, base: str) -> str:
    given = f"({', '.join(arguments.parameters)})" if arguments.parameters else ""
    made = " + ".join([f"{base}{given}", *arguments.transforms])
    return f"{made}, of {Path(arguments.spec).name}"


def _put(text: str, arguments: argparse.Namespace) -> None:
    """Print a spec, or write it where it is asked for."""
    if arguments.output is None:
        sys.stdout.write(text)
        return
    from archdsl import files

    files.write(arguments.output, files.sealed(text.rstrip()), force=arguments.force)
    print(arguments.output)
