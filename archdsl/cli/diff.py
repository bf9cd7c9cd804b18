"""`archdsl diff`: what differs between two networks, each of any spec or derived on the spot."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archdsl.cli import options
from archdsl.diagnostics import CompileError, Diagnostics
from archdsl.network import Network
from archdsl.spec import Spec

_DETAILS = """\
A and B are each one of:

  FILE                          the network named like the file, or its only one
  FILE:NETWORK                  another network of the file
  'FILE: DERIVATION'            a network derived as in a spec: name(size = 224) + stretch(2)
  'FILE: + TRANSFORM'           the network of the file, transformed
  :NETWORK, ': + TRANSFORM'     B only: in the file of A

Two networks are equal up to names if they have the same operations on the same operands with the
same shapes, from the same inputs to the same results, and initialise their weights the same way.
Names, blocks and the order of execution do not count. The order of operands does, and so does
what acts only in training, such as dropout.

If they differ, rows are aligned by similarity, and equal rows are folded. `changes` lists cells of
a row or parameters of a block, and if these are equal, the operations inside.

--format json prints one object with every row of both and exact numbers.
exit status: 0 if the networks are equal, 1 if they differ or the input has mistakes, 2 for
mistakes in the command line

examples:
  archdsl diff specs/x3d_s.arch specs/x3d_m.arch
  archdsl diff specs/autox3d_s.arch 'specs/autox3d_s.arch: + stretch(depth = 2)'
  archdsl diff specs/autox3d_l.arch :autox3d_l_printed --by stage
  archdsl diff specs/autox3d_l.arch:autox3d_l_printed \\
    'specs/autox3d_s.arch: autox3d_s(frames = 16, size = 312)
      + stretch(depth = 2, keep_transitions = true)'
"""

_FILE_AND_REST = re.compile(r"(?P<file>.*?\.arch|[^:]*)\s*:\s*(?P<rest>.*)", re.DOTALL)


@dataclass(frozen=True)
class _Side:
    """A network on the command line: a file, and a name or a derivation in it.

    An empty `network` is the file's own network.
    """

    file: str
    network: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.network}" if self.network else self.file


def add_diff(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "diff", "compare two networks", _DETAILS)
    parser.add_argument("a", metavar="A", type=_side, help="a network, see below")
    parser.add_argument("b", metavar="B", type=_side, help="another network, see below")
    options.add_set(parser)
    options.add_input(parser)
    options.add_level(parser)
    options.add_format(parser)
    parser.set_defaults(run=_diff)


def _side(text: str) -> _Side:
    match = None if _is_file(text) else _FILE_AND_REST.fullmatch(text.strip())
    if not match:
        return _Side(text)
    if not match["rest"]:
        message = f"a network must follow the colon, but this is {text!r}"
        raise argparse.ArgumentTypeError(message)
    return _Side(match["file"], " ".join(match["rest"].split()))


def _is_file(text: str) -> bool:
    """Whether all of it is the name of a file, which may have a colon."""
    try:
        return Path(text).is_file()
    except OSError:  # longer than the name of any file, as many choices are
        return False


def _diff(arguments: argparse.Namespace) -> int:
    from archdsl.compare.difference import difference
    from archdsl.report.diff import DiffReport

    a: _Side = arguments.a
    b = _Side(arguments.b.file or a.file, arguments.b.network)
    first, second = _networks(a, b, arguments)
    found = difference(first, second, arguments.by)
    sys.stdout.write(DiffReport(found, (str(a), str(b))).show(arguments.format))
    diagnostics = Diagnostics()
    diagnostics.extend((*first.diagnostics, *second.diagnostics))
    options.report_warnings(diagnostics)
    return 0 if found.is_equal else 1


def _networks(a: _Side, b: _Side, arguments: argparse.Namespace) -> list[Network]:
    """Both networks.

    Raises:
        CompileError: with the mistakes in both, each once where they share a file.
    """
    diagnostics, built = Diagnostics(), []
    load_once = cache(options.opened)
    for side in (a, b):
        try:
            spec, name = _select(load_once(side.file), side.network)
            network = spec.build(name, options.given_parameters(spec, arguments))
            network.check_decided()
            built.append(options.at_input(network, arguments))
        except CompileError as failure:
            diagnostics.collect(failure)  # equal mistakes at one place count once
    diagnostics.stop_on_errors()
    return built


def _select(spec: Spec, network: str) -> tuple[Spec, str]:
    """A network of a spec by name; a derivation is added to the spec under a new name.

    Raises:
        CompileError: there is no such network, or the derivation has mistakes.
    """
    if not network or re.fullmatch(r"\w+", network):
        return spec, spec.choose(network or None)
    # `(size = 224)` and `+ stretch(2)` are of the file's own network.
    derivation = f"{spec.choose()} {network}" if network[0] in "(+" else network
    name = _unused_name(spec, derivation)
    return spec.derive(name, derivation), name


def _unused_name(spec: Spec, derivation: str) -> str:
    """A name that the spec does not define: that of the base, with a suffix."""
    base = re.match(r"\w*", derivation)
    name = f"{base[0] if base else ''}_derived"
    while name in spec.program.main.names:
        name += "_"
    return name
