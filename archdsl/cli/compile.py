"""`archdsl compile` and `archdsl export`: a network in PyTorch as a folder, and that for others."""

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


def add_compile(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "compile", "a network in PyTorch, as a folder", _COMPILE)
    options.add_network(parser)
    parser.add_argument("--recipe", metavar="NAME", help="which, where it has several")
    parser.add_argument("-o", "--output", metavar="DIR", default="build", help="default: build")
    options.add_force(parser)
    parser.set_defaults(run=_compile)


def _compile(arguments: argparse.Namespace) -> int:
    from archdsl import files

    network = options.network(arguments)
    folder = Path(arguments.output) / network.name
    told = Diagnostics()
    told.extend(network.diagnostics)
    build = network.build(arguments.recipe, told)
    contents = {folder / name: files.sealed(text) for name, text in build.items()}
    files.write_all(contents, force=arguments.force)
    print(*contents, sep="\n")
    options.report_warnings(told)
    return 0


_EXPORT = """\
BUILD is a folder that `archdsl compile` wrote, DIR/NETWORK. Its Python is run as it stands: what
you edited in it is exported with your edits.

Batch, frames, height and width stay open where torch.export can keep them open; which sizes
it takes is found out by trying, and printed with what stands against others. The result is
run beside the module, at the declared size and at others, before it is written: where they
differ by more than 1e-03 of the largest value, nothing is.

Without --weights the weights are random: no branch is at zero, so that the check sees it.
It needs the extra archdsl[export]. OUT stays as it is where it is there, without --force.

examples:
  archdsl export build/x3d_s --onnx --weights x3d_s.pt          build/x3d_s/x3d_s.onnx
  archdsl export build/x3d_s --pt2 -o x3d_s.pt2
  archdsl export build/x3d_s --onnx --weights best.pt --set classes=51
"""


def add_export(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "the network of a build folder as ONNX or for torch.export"
    parser = options.command(commands, "export", summary, _EXPORT)
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
    parser.set_defaults(run=_export)


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


def _export(arguments: argparse.Namespace) -> int:
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
    from archdsl.export.build import load, load_weights, randomise
    from archdsl.export.formats import checks
    from archdsl.export.tracing import ranges, trace
    from archdsl.export.trials import Axes
    from archdsl.report.export import show_build, show_check, show_file, show_ranges

    axes = Axes(build.inputs)
    module = load(build, dict(arguments.given))
    if arguments.weights:
        load_weights(module, arguments.weights)
    _tell(show_build(build, arguments.weights))
    traced = trace(module, axes)
    if not arguments.weights:
        randomise(module, axes.shapes(axes.declared) or [])
    found = list(ranges(traced))
    _tell(show_ranges(found, type(module).__name__))
    file = form.make(traced.program, axes)
    _tell(show_file(file))
    for check in checks(file, module, traced, found):
        _tell(show_check(check))
    return file.content


def _tell(text: str) -> None:
    """Print a part: the next one may take a minute."""
    sys.stdout.write(text)
    sys.stdout.flush()
