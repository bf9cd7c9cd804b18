"""`archdsl export`: a build folder's network as ONNX, or as a program of torch.export.

It reads the folder and not the spec, so that edits in the emitted module are exported.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cli import options

if TYPE_CHECKING:
    from archdsl.export.folder import Build
    from archdsl.export.formats import Format

_EXPORT = """\
BUILD is a folder that `archdsl compile` wrote, DIR/NETWORK. Its module is run as it is, with your
edits if you made any.

Each axis of the result is dynamic where the network and torch.export allow it: the batch, and the
frames, height and width of each input. The sizes that it takes are found by trial, and printed with
the reason why others fail. Before the result is written, it is run at the declared size and at
others. If an output differs from the module's by more than 1e-03 of the largest value, nothing is
written.

The result says how clips are read, by the recipe in BUILD, and what the classes are called, by the
weights or by a file classes.txt in BUILD. `archdsl.json` in a program, the metadata of ONNX.

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
    help = "the place of the weights in FILE, where several fit"
    parser.add_argument("--checkpoint-key", metavar="NAME", help=help)
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
    from archdsl.export.folder import find
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
    from archdsl.export.about import about
    from archdsl.export.axes import BATCH
    from archdsl.export.checks import checks
    from archdsl.export.classes import class_names
    from archdsl.export.folder import load
    from archdsl.export.formats import Exported
    from archdsl.export.samples import draw
    from archdsl.export.tracing import trace
    from archdsl.export.weights import load_weights, randomise
    from archdsl.report.export import show_about, show_build, show_check, show_file, show_ranges

    loaded = load(build, dict(arguments.given))
    if arguments.weights:
        load_weights(loaded.module, arguments.weights, arguments.checkpoint_key)
    names = class_names(build.folder, arguments.weights)
    _print(show_build(build, arguments.weights))
    traced = trace(loaded.module, loaded.inputs)
    if not arguments.weights:
        randomise(loaded.module, draw(traced.axes, {BATCH: 2}))
    ranges = list(traced.ranges())
    _print(show_ranges(ranges, build.class_name))
    said = about(build, traced, ranges, arguments.weights, names)
    _print(show_about(said))
    file = form.make(Exported(traced, ranges, said))
    _print(show_file(file))
    for check in checks(file, loaded.module, traced, ranges):
        _print(show_check(check))
    return file.content


def _print(text: str) -> None:
    """Print a part of the report at once, because the next may take a minute."""
    sys.stdout.write(text)
    sys.stdout.flush()
