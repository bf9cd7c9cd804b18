"""`archdsl weights`: files of weights, shown and brought into a network."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from archdsl.cli import options
from archdsl.report.text import FORMATS
from archdsl.weights.sources import SOURCES

_SUFFIXES = (".pt", ".safetensors")

_DETAILS = """\
examples:
  archdsl weights inspect X3D_S.pyth
  archdsl weights import X3D_S.pyth --from pytorchvideo --spec specs/x3d_s.arch \\
    --set shortcut_norm=where_channels_differ -o x3d_s.pt
"""

_IMPORT_DETAILS = """\
Tensors are matched by name, from where each block stands in the network's tables, and every
shape is compared. What has no counterpart on the other side is an error, counters of norms
aside. Where the file has another number of classes, the classifier starts anew.

Nothing in FILE is run. OUT is a dict with the weights as `model_state`, or safetensors by that
suffix; one that is there stays without --force. `load_weights` reads it, of the module that
`archdsl compile` makes of the same spec with the same --set.

examples:
  archdsl weights import X3D_S.pyth --from pytorchvideo --spec specs/x3d_s.arch \\
    --set shortcut_norm=where_channels_differ -o x3d_s.pt
  archdsl weights import x3d_m.pyth --from slowfast --spec specs/x3d_m.arch --set classes=51 \\
    -o x3d_m.safetensors
"""

_INSPECT_DETAILS = """\
Keys of one shape that differ in numbers alone stand on one line. Nothing in FILE is run.

examples:
  archdsl weights inspect X3D_S.pyth
  archdsl weights inspect x3d_s.safetensors --format json
"""


def add_weights(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "weights", "files of weights: import, inspect", _DETAILS)
    inner = parser.add_subparsers(
        title="commands", metavar="COMMAND", required=True, parser_class=options.Parser
    )
    summary = "other people's weights for a network"
    bring = options.command(inner, "import", summary, _IMPORT_DETAILS)
    bring.add_argument("file", metavar="FILE", type=Path, help="a checkpoint or a state dict")
    bring.add_argument(
        "--from", dest="source", choices=SOURCES, required=True, help="whose X3D it is of"
    )
    bring.add_argument("--spec", metavar="SPEC", required=True, help="a file of the language")
    options.add_choice(bring)
    bring.add_argument("-o", "--output", metavar="OUT", type=_output, required=True)
    options.add_force(bring)
    bring.set_defaults(run=_import)
    inspect = options.command(inner, "inspect", "what a file holds", _INSPECT_DETAILS)
    inspect.add_argument("file", metavar="FILE", type=Path, help="a checkpoint or a state dict")
    inspect.add_argument("--format", choices=FORMATS, default="table", help="default: table")
    inspect.set_defaults(run=_inspect)


def _output(text: str) -> Path:
    path = Path(text)
    if path.suffix not in _SUFFIXES:
        raise argparse.ArgumentTypeError(f"weights end with {' or '.join(_SUFFIXES)}: {text!r}")
    return path


def _import(arguments: argparse.Namespace) -> int:
    from archdsl.report.weights import show_import
    from archdsl.weights import files
    from archdsl.weights.importing import import_weights

    network = options.network(arguments)
    done = import_weights(network, files.read(arguments.file), SOURCES[arguments.source])
    files.write(arguments.output, done.state, force=arguments.force)
    sys.stdout.write(show_import(done))
    print(arguments.output)
    options.report_warnings(network.diagnostics)
    return 0


def _inspect(arguments: argparse.Namespace) -> int:
    from archdsl.report.weights import show_file
    from archdsl.weights import files

    sys.stdout.write(show_file(files.read(arguments.file), arguments.format))
    return 0
