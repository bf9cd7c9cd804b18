"""`archdsl compile`: a network as a folder of PyTorch."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cli import options
from archdsl.cli.supernets import search_folder
from archdsl.diagnostics import CompileError, Diagnostics, error

if TYPE_CHECKING:
    from archdsl.network import Network
    from archdsl.searches.search import Search
    from archdsl.spec import Spec

TARGET_NAMES = ("infer", "train")

_COMPILE = """\
Writes the folder DIR/NETWORK:

  NETWORK.py    the class of the network and those of its blocks; imports torch alone
  hubconf.py    the entry point for torch.hub, which loads weights with weight_keys.py and
                weight_files.py
  network.json  inputs, costs, where the network comes from, the digest of each file

If the network has a recipe, also:

  recipe.py     its settings, optimiser, learning rate, loss and clips; edit this one
  train.py      training in plain PyTorch; its parts are epochs.py, learner.py and run.py
  evaluate.py   the test of the recipe
  predict.py    what the network sees in a video, or in those of a folder
  lists.py      lists of videos; its parts are formats.py, tables.py, disk.py, classes.py,
                labels.py
  video.py      clips and a dataset of them, for training loops of your own too; its parts
                are decoding.py, packets.py, pictures.py
  and what these share: processes.py, loading.py, weights.py,
  checkpoints.py, log.py, stopping.py, arguments.py, errors.py, scoring.py,
  confusion.py, labelled.py

With --target infer, also:

  NETWORK_infer.py   the same network for inference, with the weights of the first:
                     `from_readable(model.state_dict())`; imports torch alone

With --target train, also:

  NETWORK_train.py   the same network with the same weights, which learns faster on a CPU: it
                     reads and writes the state dicts of the first; imports torch alone

With --single-file, train.py, evaluate.py and predict.py each contain the network and the other
scripts, and run without any file beside them.

A space with a search by a supernet becomes a folder that searches it. Instead of train.py and
evaluate.py there are search.py and space.arch: the space, from which what is found derives. Of a
search along paths (`probabilistic`):

  supernet.py       the class of a member, its options, and the weights that all members share
  costs.json        what each path costs, exactly; path_costs.py and its parts read it
  policy.py         the probabilities of the options; path_learner.py takes the steps

Of a search by gradients (`differentiable`), NETWORK.py is the supergraph, which adds all options of
each decision:

  connections.py    which parameters decide what, from connections.json; connection_learner.py
                    takes the steps

All files appear or none. A file that was edited, or that archdsl did not write, is an error without
--force. Scripts of an earlier compile that this one does not write are removed; those that were
edited stay, and are named.

examples:
  archdsl compile specs/x3d_s.arch                     build/x3d_s/x3d_s.py, train.py, ...
  archdsl compile specs/autox3d_l.arch --network autox3d_l_plain -o models
  archdsl compile specs/tiny.arch --recipe tiny_train
  archdsl compile specs/x3d_s.arch --target infer
  archdsl compile specs/x2d.arch --set bottleneck=2.25 --set depth=2.2
"""


def add_compile(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "compile", "write a network as PyTorch", _COMPILE)
    options.add_network(parser)
    parser.add_argument("--recipe", metavar="NAME", help="the recipe, if the network has several")
    parser.add_argument("--search", metavar="NAME", help="the search, if the space has several")
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        default="build",
        help="write to DIR/NETWORK; default: build",
    )
    help = "also write the module for one purpose; may be repeated"
    parser.add_argument("--target", choices=TARGET_NAMES, action="append", default=[], help=help)
    help = "write scripts that run on their own"
    parser.add_argument("--single-file", action="store_true", help=help)
    options.add_force(parser)
    parser.set_defaults(run=_compile)


def _compile(arguments: argparse.Namespace) -> int:
    from archdsl import files
    from archdsl.emit.scripts import NAMES

    spec, name, given = options.requested(arguments)
    network = spec.build(name, given)
    folder = Path(arguments.output) / network.name
    diagnostics = Diagnostics()
    diagnostics.extend(network.diagnostics)
    search = _search(arguments, spec, network, diagnostics)
    if search is not None:
        _check_no_target(arguments)
        build = search_folder(spec, search, given, diagnostics)
    else:
        write = network.build_single if arguments.single_file else network.build
        build = write(arguments.recipe, diagnostics, dict.fromkeys(arguments.target))
    contents = {folder / name: text for name, text in build.items()}
    # A folder of an older archdsl has no network.json, but its scripts have these names.
    earlier = dict.fromkeys([*files.listed(folder / files.MANIFEST, "files"), *NAMES])
    files.write_all(contents, force=arguments.force)
    print(*contents, sep="\n")
    stale = [folder / name for name in earlier if name not in build]
    for path in files.discard(stale):
        print(f"removed {path}", file=sys.stderr)
    for path in filter(files.is_edited, stale):
        print(f"kept {path}: it was edited, and is of an earlier compile", file=sys.stderr)
    options.report_warnings(diagnostics)
    return 0


def _check_no_target(arguments: argparse.Namespace) -> None:
    if arguments.target:
        message = "the folder of a search has no module of a target"
        hint = "compile a member of the space: found/1.arch, or with --choose"
        raise CompileError([error("compile", message, help=hint)])


def _search(
    arguments: argparse.Namespace, spec: Spec, network: Network, diagnostics: Diagnostics
) -> Search | None:
    """The search of a space, if it is one by a supernet; None for a network."""
    if not network.open_decisions:
        return None
    from archdsl.searches.methods import BySupernet
    from archdsl.searches.reading.finding import searches_for

    names = searches_for(spec.program, network.name)
    if not names:
        return None
    if arguments.search is None and len(names) > 1:
        message = f"`{network.name}` has several searches"
        help = f"choose one: --search {' or '.join(names)}"
        raise CompileError([error("search", message, help=help)])
    search = spec.search(arguments.search or names[0], diagnostics)
    if not isinstance(search.method, BySupernet):
        return None
    if arguments.single_file:
        message = "the folder of a search has no scripts that stand alone"
        raise CompileError([error("compile", message, help="leave `--single-file` out")])
    return search
