"""`archdsl export`: a build folder's network as ONNX, or as a program of torch.export.

It reads the folder and not the spec, so that edits in the emitted module are exported.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cli import options
from archdsl.cli.build_folders import add_build, add_weights
from archdsl.cli.int8 import INT8_SUFFIX, add_int8, check_flags, int8_content

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

--int8 quantises what --onnx wrote, with weights of a training: weights and the inputs of all that
multiplies become 8-bit integers, in the ranges that clips of the list `train` show. Both files are
then tested on the list `val`, by the views of the recipe, and timed. It reads lists and videos by
the scripts in BUILD, and needs what these need.

examples:
  archdsl export build/x3d_s --onnx --weights x3d_s.pt          build/x3d_s/x3d_s.onnx
  archdsl export build/x3d_s --pt2 -o x3d_s.pt2
  archdsl export build/x3d_s --onnx --weights best.pt --set classes=51
  archdsl export build/x3d_s --int8 --data kinetics             build/x3d_s/x3d_s_int8.onnx
"""


def add_export(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "export a compiled network as ONNX or for torch.export"
    parser = options.command(commands, "export", summary, _EXPORT)
    add_build(parser)
    form = parser.add_mutually_exclusive_group(required=True)
    forms = {"onnx": "ONNX", "pt2": "a program of torch.export"}
    forms["int8"] = "ONNX with 8-bit integers, from what --onnx wrote"
    for name, what in forms.items():
        help = f"write {what}"
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name, help=help)
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=Path,
        help="default: BUILD/NETWORK.onnx, .pt2 or _int8.onnx",
    )
    add_weights(parser)
    add_int8(parser)
    options.add_force(parser, "OUT")
    parser.set_defaults(run=_export, parser=parser)


def _export(arguments: argparse.Namespace) -> int:
    import warnings

    from archdsl import files
    from archdsl.export.folder import find
    from archdsl.export.formats import FORMATS, ONNX_PACKAGES, check_installed

    check_flags(arguments)
    build, form = find(arguments.build), FORMATS.get(arguments.form)
    suffix = form.suffix if form else INT8_SUFFIX
    output = arguments.output or build.folder / f"{build.name}{suffix}"
    # Before the export, which can take minutes.
    files.check_free(output, force=arguments.force)
    check_installed(form.packages if form else ONNX_PACKAGES)
    # torch's exporters warn about their own internals, and so does the quantiser.
    with warnings.catch_warnings(action="ignore"):
        content = (
            _export_checked(build, form, arguments) if form else int8_content(build, arguments)
        )
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
