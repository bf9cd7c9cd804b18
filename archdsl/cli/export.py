"""`archdsl export`: the network of a build folder for other runtimes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cli import options

if TYPE_CHECKING:
    from archdsl.export.build import Build
    from archdsl.export.formats import Format

_DETAILS = """\
BUILD is a folder that `archdsl compile` wrote, DIR/NETWORK. Its Python is run.

Batch, frames, height and width stay open where torch.export can keep them open; which sizes
it takes is found out by trying, and printed with what stands against others. The result is
run beside the module, at the declared size and at others, before it is written: where they
differ by more than 1e-04 of the largest value, nothing is.

Without --weights the weights are random: no branch is at zero, so that the check sees it.
It needs the extra archdsl[export]. OUT stays as it is where it is there, without --force.

examples:
  archdsl export build/x3d_s --onnx --weights x3d_s.pt          build/x3d_s/x3d_s.onnx
  archdsl export build/x3d_s --pt2 -o x3d_s.pt2
  archdsl export build/x3d_s --onnx --weights best.pt --set classes=51
"""


def add(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "the network of a build folder as ONNX or for torch.export"
    parser = options.command(commands, "export", summary, _DETAILS)
    parser.add_argument("build", metavar="BUILD", type=Path, help="what `archdsl compile` wrote")
    form = parser.add_mutually_exclusive_group(required=True)
    for name, meant in (("onnx", "ONNX"), ("pt2", "a program of torch.export")):
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name, help=meant)
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
        type=_given,
        help="another value of an argument of the network, as classes=51; repeatable",
    )
    parser.add_argument("--force", action="store_true", help="overwrite OUT")
    parser.set_defaults(run=run)


def _given(text: str) -> tuple[str, int | float]:
    name, _, value = text.partition("=")
    try:
        return name.strip(), int(value)
    except ValueError:
        pass
    try:
        return name.strip(), float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a name and a number, as classes=51: {text!r}") from None


def run(arguments: argparse.Namespace) -> int:
    import warnings

    from archdsl import files
    from archdsl.export.build import find
    from archdsl.export.formats import FORMATS

    build, form = find(arguments.build), FORMATS[arguments.form]
    output = arguments.output or build.folder / f"{build.name}{form.suffix}"
    files.check_free(output, force=arguments.force)
    form.check_installed()
    with warnings.catch_warnings(action="ignore"):
        content = _exported(build, form, arguments)
    files.create(output, content, force=arguments.force)
    print(output)
    return 0


def _exported(build: Build, form: Format, arguments: argparse.Namespace) -> bytes:
    from archdsl.export.axes import Axes
    from archdsl.export.build import load
    from archdsl.export.check import checks
    from archdsl.export.ranges import ranges
    from archdsl.export.state import fill, randomise
    from archdsl.export.tracing import trace
    from archdsl.report.export import show_build, show_check, show_file, show_ranges

    axes = Axes(build.inputs)
    module = load(build, dict(arguments.given))
    if arguments.weights:
        fill(module, arguments.weights)
    _tell(show_build(build, arguments.weights))
    traced = trace(module, axes)
    if not arguments.weights:
        randomise(module, axes.shapes(axes.declared) or [])
    found = list(ranges(traced))
    _tell(show_ranges(found, type(module).__name__))
    file = form.made(traced.program, axes)
    _tell(show_file(file))
    for check in checks(file, module, traced, found):
        _tell(show_check(check))
    return file.content


def _tell(text: str) -> None:
    """Print a part: the next one may take a minute."""
    sys.stdout.write(text)
    sys.stdout.flush()
