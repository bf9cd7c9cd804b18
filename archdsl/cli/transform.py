"""`archdsl transform`: a network changed, as a spec of its own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from archdsl.cli import options
from archdsl.cli.output import report_warnings
from archdsl.compiler import load
from archdsl.diagnostics import CompileError, error

_DETAILS = """\
Each TRANSFORM is written as in a spec after `+`, and they are carried out in order:

  stretch(depth = 2)            more blocks in each row; keep_transitions = true, stages = res4
  widen(1.5)                    more channels
  bottleneck(2.25)              more channels inside of blocks
  resize(224)                   another size; or factor = 1.4
  lengthen(16)                  more frames; or factor = 2
  quicken(2)                    more frames over the same time
  without(attention)            nothing in a column, or none for a parameter
  replace(t3_s5, by = t3_s3)    another block; rows = stage4
  set(stride, value = 1)        another value in a column; rows = stage4
  'insert glore after res4.*'   a block or a cell after places

The result is a spec that stands by itself. It is compiled once more before it is written, and
must give the same network.

examples:
  archdsl transform specs/autox3d_s.arch 'stretch(depth=2)' -o autox3d_l.arch
  archdsl transform specs/x3d_s.arch 'widen(2)' 'resize(224)' --set frames=16 | less
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = options.command(commands, "transform", "a network changed, as a new spec", _DETAILS)
    options.add_network(parser)
    parser.add_argument("transforms", metavar="TRANSFORM", nargs="+", help="see below")
    parser.add_argument("-o", "--output", metavar="FILE", type=_file, help="default: print it")
    parser.add_argument("--force", action="store_true", help="overwrite a file that was edited")
    parser.set_defaults(run=run)


def _file(text: str) -> Path:
    path = Path(text)
    if path.suffix != ".arch" or not path.stem.isidentifier():
        raise argparse.ArgumentTypeError(f"a spec is called like a name, NAME.arch: {text!r}")
    return path


def run(arguments: argparse.Namespace) -> int:
    from archdsl import files

    spec = load(arguments.spec)
    base = spec.choose(arguments.network)
    name = arguments.output.stem if arguments.output else f"{base}_transformed"
    given = f"({', '.join(arguments.parameters)})" if arguments.parameters else ""
    written = " + ".join([f"{base}{given}", *arguments.transforms])
    if name in spec.program.main.names:
        message = f"`{name}` is defined in {arguments.spec} already"
        raise CompileError([error("name", message, help="give the file another name")])
    derived = spec.derive(name, written)
    text = derived.written(name, f"{written}, of {Path(arguments.spec).name}")
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        files.write(arguments.output, files.sealed(text.rstrip()), force=arguments.force)
        print(arguments.output)
    report_warnings(derived.network(name).diagnostics)
    return 0
