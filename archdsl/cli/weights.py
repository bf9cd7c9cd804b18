"""`archdsl weights`: files of weights, inspected and imported into a network."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from archdsl.cli import options
from archdsl.weights.sources import SOURCES

_DETAILS = """\
examples:
  archdsl weights inspect X3D_S.pyth
  archdsl weights import X3D_S.pyth --from pytorchvideo --spec x3d_s \\
    --set shortcut_norm=where_channels_differ -o x3d_s.pt
"""

_IMPORT_DETAILS = """\
Tensors are matched by name, according to the position of each block in the network's tables, and
their shapes are compared. A tensor without a counterpart is an error, except the batch counters of
norms. If the file has another number of classes, the classifier is initialised anew, and so is what
was inserted in the network.

pytorchvideo and slowfast are X3D and I3D-R50, pytorch-i3d and the like the I3D of Inception, and
torchvision its networks over videos. torchvision-2d are GoogLeNet, ResNet and MobileNet, for
networks over images and over videos. Their kernels are inflated along time: repeated and divided by
the length, or with --inflate centre in the middle. The report says of each layer how. own-2d takes
weights of a module of the same names over images.

No code in FILE is run. OUT is a dict with the weights as `model_state`, or safetensors if it has
that suffix. An OUT that exists is an error without --force. Read it with `load_weights` of
weight_keys.py, beside the module that `archdsl compile` writes for the same spec and --set.

examples:
  archdsl weights import X3D_S.pyth --from pytorchvideo --spec x3d_s \\
    --set shortcut_norm=where_channels_differ -o x3d_s.pt
  archdsl weights import x3d_m.pyth --from slowfast --spec x3d_m \\
    --set classes=51 -o x3d_m.safetensors
  archdsl weights import resnet50.pth --from torchvision-2d --spec i3d_r50 \\
    -o start.pt
  archdsl weights import rgb_imagenet.pt --from pytorch-i3d --spec i3d \\
    --set classes=400 -o i3d.pt
"""

_INSPECT_DETAILS = """\
Layers with the same shapes whose names differ only in numbers share a line. Where FILE holds
several mappings of tensors, the largest is shown, or the one that --checkpoint-key names. No code
in FILE is run.

examples:
  archdsl weights inspect X3D_S.pyth
  archdsl weights inspect x3d_s.safetensors --format json
"""


def add_weights(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "weights", "import and inspect files of weights", _DETAILS)
    inner = parser.add_subparsers(
        title="commands", metavar="COMMAND", required=True, parser_class=options.Parser
    )
    summary = "import published weights for a network"
    importing = options.command(inner, "import", summary, _IMPORT_DETAILS)
    _add_file(importing)
    help = f"the library of the weights: {', '.join(SOURCES)}"
    importing.add_argument(
        "--from", dest="library", metavar="LIBRARY", choices=SOURCES, required=True, help=help
    )
    help = "what becomes of kernels over images: divided among the frames, or in the middle one"
    importing.add_argument("--inflate", choices=("repeat", "centre"), default="repeat", help=help)
    importing.add_argument("--spec", metavar="SPEC", required=True, help=options.SPEC)
    options.add_choice(importing)
    importing.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=options.path_ending(".pt", ".safetensors"),
        required=True,
        help="the file to write, .pt or .safetensors",
    )
    options.add_force(importing, "OUT")
    importing.set_defaults(run=_import)
    inspect = options.command(inner, "inspect", "list what a file holds", _INSPECT_DETAILS)
    _add_file(inspect)
    options.add_format(inspect)
    inspect.set_defaults(run=_inspect)


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="a checkpoint or a state dict")
    help = "the place of the weights in FILE, where several fit, such as state_dict_ema"
    parser.add_argument("--checkpoint-key", metavar="NAME", help=help)


def _import(arguments: argparse.Namespace) -> int:
    from archdsl.report.weights import show_import
    from archdsl.weights import files
    from archdsl.weights.importing import import_weights
    from archdsl.weights.inflation import Inflation

    network = options.network(arguments)
    network.check_decided()
    key, inflation = arguments.checkpoint_key, Inflation(arguments.inflate)
    done = import_weights(network, arguments.file, arguments.library, key, inflation)
    # Before the report, which would otherwise speak of a file that is not there.
    files.write(arguments.output, done.state, force=arguments.force)
    sys.stdout.write(show_import(done))
    print(arguments.output)
    options.report_warnings(network.diagnostics)
    return 0


def _inspect(arguments: argparse.Namespace) -> int:
    from archdsl.report.weights import show_file
    from archdsl.weights.files import largest
    from archdsl.weights.rule import read

    shown = largest(read(arguments.file), arguments.checkpoint_key)
    sys.stdout.write(show_file(shown, arguments.format))
    return 0
