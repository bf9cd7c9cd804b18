"""`archdsl derive`: a member of a space of networks, written as a spec of its own."""

from __future__ import annotations

import argparse

from archdsl.cli import options
from archdsl.cli.choose import chosen
from archdsl.cli.transform import print_or_write, spec_path
from archdsl.diagnostics import Diagnostics

_DERIVE = """\
A space is a network with choices, such as `{8, 16}`: a decision for each. The result is one
network, with the option of each decision where the choice stood: a table as a table, a cell as a
cell. It uses no file but the library, and is compiled again before it is written: it must give the
same network.

examples:
  archdsl derive specs/tiny_space.arch --choose smallest -o build/small.arch
  archdsl derive specs/tiny_space.arch --choose random:1 --choose 'pair.op1.by = map'
"""


def add_derive(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "decide what a space of networks leaves open, and write the network as a spec"
    parser = options.command(commands, "derive", summary, _DERIVE)
    options.add_network(parser)
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=spec_path, help="default: print the spec"
    )
    options.add_force(parser)
    parser.set_defaults(run=_derive)


def _derive(arguments: argparse.Namespace) -> int:
    spec = options.opened(arguments.spec)
    base = spec.choose(arguments.network)
    given = options.given_parameters(spec, arguments)
    spec = chosen(spec, base, given, arguments.choices)
    spec.build(base, given).check_decided()
    name = arguments.output.stem if arguments.output else f"{base}_member"
    derived = spec.derive(name, base)
    diagnostics = Diagnostics()
    origin = f"a member of {base}, of {spec.program.main.path.name}"
    text = derived.standalone_text(name, origin, given, diagnostics)
    print_or_write(text, arguments)
    options.report_warnings([*derived.build(name, given).diagnostics, *diagnostics])
    return 0
