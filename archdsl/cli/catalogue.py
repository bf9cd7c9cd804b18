"""`archdsl list` and `archdsl init`: what is published, and a spec that begins from it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from archdsl.cli import options
from archdsl.cli.transform import spec_path
from archdsl.diagnostics import CompileError, did_you_mean, error

_LIST = """\
PATTERN is a part of the name of a network, of its spec or of its paper. With
`*` or `?` it must match all of the name.

Costs are for one view at the input beside them. top1 is the accuracy that a
claim states of the network; JSON has the parameters for which it is stated.
Every name works where a SPEC is asked for, in `use`, and in `archdsl init`. A
file NAME.arch in the folder comes first.

examples:
  archdsl list
  archdsl list 'x3d_*'
  archdsl list attention --format json
"""


def add_list(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "list", "list the published networks", _LIST)
    parser.add_argument("pattern", metavar="PATTERN", nargs="?", default="", help="default: all")
    options.add_format(parser)
    parser.set_defaults(run=_list)


def _list(arguments: argparse.Namespace) -> int:
    from archdsl.catalogue.listing import list_networks
    from archdsl.report.catalogue import show_catalogue

    found = list_networks(arguments.pattern)
    if not found:
        names = [entry.name for entry in list_networks()]
        message = f"no published network is like `{arguments.pattern}`"
        near = did_you_mean(arguments.pattern, names)
        raise CompileError([error("list", message, help=near or "`archdsl list` lists all")])
    sys.stdout.write(show_catalogue(found, arguments.format))
    return 0


_INIT = """\
Writes a spec with a network that derives from NAME, which is published or in a
file NAME.arch. It costs the same at first; its comment lists what can be
changed, with the values of now. A file that exists is never overwritten.

examples:
  archdsl init x3d_s                       my_x3d_s.arch, with `use x3d_s`
  archdsl init autox3d_l_plain -o small.arch
"""


def add_init(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "begin a spec from a published network"
    parser = options.command(commands, "init", summary, _INIT)
    parser.add_argument("name", metavar="NAME", help="a network that `archdsl list` lists")
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=spec_path, help="default: my_NAME.arch"
    )
    parser.set_defaults(run=_init)


def _init(arguments: argparse.Namespace) -> int:
    from archdsl import files
    from archdsl.catalogue.starting import starting_spec

    spec = options.opened(arguments.name)
    base = spec.choose()
    path = arguments.output or Path(f"my_{base}.arch")
    files.create_new(path, starting_spec(spec, base, path))
    print(path)
    return 0
