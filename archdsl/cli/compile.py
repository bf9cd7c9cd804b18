"""`archdsl compile`: a folder with the network in PyTorch."""

from __future__ import annotations

import argparse
from pathlib import Path

from archdsl.cli import options
from archdsl.cli.output import report_warnings
from archdsl.diagnostics import Diagnostics

_DETAILS = """\
Makes the folder DIR/NETWORK:

  NETWORK.py    the network, its class and its blocks: it imports torch alone
  hubconf.py    its entry point for torch.hub
  train.py      where it has a recipe: training in plain PyTorch, beside the module
  evaluate.py   likewise: the recipe's test

All files appear or none, and where one was edited since it was generated, or was never
generated, all are left alone without --force.

examples:
  archdsl compile specs/x3d_s.arch                     build/x3d_s/x3d_s.py, train.py, ...
  archdsl compile specs/autox3d_l.arch --network autox3d_l_plain -o models
  archdsl compile specs/tiny.arch --recipe tiny_train
  archdsl compile specs/x2d.arch --set bottleneck=2.25 --set depth=2.2
"""


def add(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "compile", "a network in PyTorch, as a folder", _DETAILS)
    options.add_network(parser)
    parser.add_argument("--recipe", metavar="NAME", help="which, where it has several")
    parser.add_argument("-o", "--output", metavar="DIR", default="build", help="default: build")
    options.add_force(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from archdsl import files

    network = options.network(arguments)
    folder = Path(arguments.output) / network.name
    told = Diagnostics()
    told.extend(network.diagnostics)
    build = network.build(arguments.recipe, told)
    contents = {folder / name: files.sealed(text) for name, text in build.items()}
    files.write_all(contents, force=arguments.force)
    print(*contents, sep="\n")
    report_warnings(told)
    return 0
