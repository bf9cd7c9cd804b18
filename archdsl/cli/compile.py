"""`archdsl compile` and `archdsl export`: a folder of PyTorch, and from that ONNX or torch.export.

`export` reads the folder and not the spec, so that edits in the emitted module are exported.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cli import options
from archdsl.diagnostics import Diagnostics

if TYPE_CHECKING:
    from archdsl.export.build import Build
    from archdsl.export.formats import Format


_COMPILE = """\
Writes the folder DIR/NETWORK:

  NETWORK.py    the class of the network and those of its blocks; imports torch alone
  hubconf.py    the entry point for torch.hub
  network.json  inputs, costs, where the network comes from, the digest of each file

If the network has a recipe, also:

  recipe.py     its settings, optimiser, learning rate, loss and clips; edit this one
  train.py      the training loop in plain PyTorch; its parts are learner.py and run.py
  evaluate.py   the test of the recipe
  lists.py      lists of videos; its parts are formats.py, tables.py, disk.py, classes.py,
                labels.py
  video.py      clips and a dataset of them, for training loops of your own too; its parts
                are decoding.py, packets.py, pictures.py
  and what these share: processes.py, loading.py, weights.py, checkpoints.py, log.py,
  stopping.py, arguments.py, errors.py

With --single-file, train.py and evaluate.py each contain the network and the other scripts, and
run without any file beside them.

All files appear or none. A file that was edited, or that archdsl did not write, is an error without
--force. Scripts of an earlier compile that this one does not write are removed; those that were
edited stay, and are named.

examples:
  archdsl compile specs/x3d_s.arch                     build/x3d_s/x3d_s.py, train.py, ...
  archdsl compile specs/autox3d_l.arch --network autox3d_l_plain -o models
  archdsl compile specs/tiny.arch --recipe tiny_train
  archdsl compile specs/x2d.arch --set bottleneck=2.25 --set depth=2.2
"""


def add_compile(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "compile", "write a network as PyTorch", _COMPILE)
    options.add_network(parser)
    parser.add_argument("--recipe", metavar="NAME", help="the recipe, if the network has several")
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        default="build",
        help="write to DIR/NETWORK; default: build",
    )
    help = "write scripts that run on their own"
    parser.add_argument("--single-file", action="store_true", help=help)
    options.add_force(parser)
    parser.set_defaults(run=_compile)


def _compile(arguments: argparse.Namespace) -> int:
    from archdsl import files
    from archdsl.emit.scripts import NAMES

    network = options.network(arguments)
    folder = Path(arguments.output) / network.name
    diagnostics = Diagnostics()
    diagnostics.extend(network.diagnostics)
    write = network.build_single if arguments.single_file else network.build
    build = write(arguments.recipe, diagnostics)
    contents = {folder / name: text for name, text in build.items()}
    # A folder of an older archdsl has no network.json, but its scripts have these names.
    earlier = dict.fromkeys([*files.listed(folder / "network.json", "files"), *NAMES])
    files.write_all(contents, force=arguments.force)
    print(*contents, sep="\n")
    stale = [folder / name for name in earlier if name not in build]
    for path in files.discard(stale):
        print(f"removed {path}", file=sys.stderr)
    for path in filter(files.is_edited, stale):
        print(f"kept {path}: it was edited, and is of an earlier compile", file=sys.stderr)
    options.report_warnings(diagnostics)
    return 0


_EXPORT = """\
BUILD is a folder that `archdsl compile` wrote, DIR/NETWORK. Its module is run as it is, with your
edits if you made any.

The batch, frames, height and width of the result are dynamic where torch.export allows it. The
sizes that each axis takes are found by trial, and printed with the reason why others fail. Before
the result is written, it is run at the declared size and at others. If an output differs from the
module's by more than 1e-03 of the largest value, nothing is written.

Without --weights the weights are random. No branch then starts at zero, so the comparison covers
all of them. An OUT that exists is an error without --force. It needs pip install "archdsl[export]"

examples:
  archdsl export build/x3d_s --onnx --weights x3d_s.pt          build/x3d_s/x3d_s.onnx
  archdsl export build/x3d_s --pt2 -o x3d_s.pt2
  archdsl export build/x3d_s --onnx --weights best.pt --set classes=51
"""


def add_export(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "export a compiled network as ONNX or for torch.export"
    parser = options.command(commands, "export", summary, _EXPORT)
    parser.add_argument("build", metavar="BUILD", type=Path, help="a folder of `archdsl compile`")
    form = parser.add_mutually_exclusive_group(required=True)
    for name, what in (("onnx", "ONNX"), ("pt2", "a program of torch.export")):
        help = f"write {what}"
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name, help=help)
    parser.add_argument(
        "-o", "--output", metavar="OUT", type=Path, help="default: BUILD/NETWORK.onnx or .pt2"
    )
    parser.add_argument("--weights", metavar="FILE", type=Path, help="a checkpoint or a state dict")
    parser.add_argument(
        "--set",
        metavar="KEY=NUMBER",
        action="append",
        default=[],
        dest="given",
        type=_argument,
        help="set an argument of the network's class, such as classes=51; repeatable",
    )
    options.add_force(parser, "OUT")
    parser.set_defaults(run=_export)


def _argument(text: str) -> tuple[str, int | float]:
    name, _, value = text.partition("=")
    try:
        return name.strip(), int(value)
    except ValueError:
        pass
    try:
        return name.strip(), float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be NAME=NUMBER, such as classes=51, but this is {text!r}"
        ) from None


def _export(arguments: argparse.Namespace) -> int:
    import warnings

    from archdsl import files
    from archdsl.export.build import find
    from archdsl.export.formats import FORMATS

    build, form = find(arguments.build), FORMATS[arguments.form]
    output = arguments.output or build.folder / f"{build.name}{form.suffix}"
    # Before the export, which can take minutes.
    files.check_free(output, force=arguments.force)
    form.check_installed()
    # torch's exporters warn about their own internals.
    with warnings.catch_warnings(action="ignore"):
        content = _export_checked(build, form, arguments)
    files.create(output, content, force=arguments.force)
    print(output)
    return 0


def _export_checked(build: Build, form: Format, arguments: argparse.Namespace) -> bytes:
    from archdsl.export.build import load, load_weights, randomise
    from archdsl.export.formats import checks
    from archdsl.export.tracing import ranges, trace
    from archdsl.export.trials import Axes
    from archdsl.report.export import show_build, show_check, show_file, show_ranges

    axes = Axes(build.inputs)
    module = load(build, dict(arguments.given))
    if arguments.weights:
        load_weights(module, arguments.weights)
    _print(show_build(build, arguments.weights))
    traced = trace(module, axes)
    if not arguments.weights:
        randomise(module, axes.shapes(axes.declared) or [])
    sizes = list(ranges(traced))
    _print(show_ranges(sizes, type(module).__name__))
    file = form.make(traced.program, axes)
    _print(show_file(file))
    for check in checks(file, module, traced, sizes):
        _print(show_check(check))
    return file.content


def _print(text: str) -> None:
    """Print a part of the report at once, because the next may take a minute."""
    sys.stdout.write(text)
    sys.stdout.flush()
