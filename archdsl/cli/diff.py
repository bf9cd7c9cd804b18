"""`archdsl diff`: what differs between two networks."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archdsl.cli import options
from archdsl.costs.breakdown import LEVELS
from archdsl.diagnostics import CompileError, Diagnostics
from archdsl.report.text import FORMATS
from archdsl.spec import Network, Spec, load

_DETAILS = """\
A and B are each a spec, FILE, or a network of one:

  FILE                          the network named like the file, or the only one
  FILE:NETWORK                  another one
  'FILE: DERIVATION'            one derived there as a spec would: name(size = 224) + stretch(2)
  'FILE: + TRANSFORM'           the network of the file, transformed
  :NETWORK, ': + TRANSFORM'     as B: of the same file as A

Two networks are one up to names if they do the same operations on the same operands with the
same shapes, from the same inputs to the same results, and start their weights the same way.
Blocks, labels and the order of execution are aside; the order of operands is not, and neither
is what tells only in training, such as dropout.

Where they differ, rows are aligned by what they are, and what is alike is folded. `changes` are
cells of a row or parameters of a block; where these are the same, operations inside.

--format json prints one object with every row of both; its numbers are exact.
exit status: 0 one network, 1 two, or the input is wrong; 2 the command line is

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
    """A network as it is asked for: a file, and what is meant in it; nothing for its own."""

    file: str
    meant: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.meant}" if self.meant else self.file


def add_diff(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "diff", "what differs between two networks", _DETAILS)
    parser.add_argument("a", metavar="A", type=_side, help="a network, said as below")
    parser.add_argument("b", metavar="B", type=_side, help="another one")
    options.add_set(parser)
    options.add_input(parser)
    parser.add_argument("--by", choices=LEVELS, default="row", help="default: row")
    parser.add_argument("--format", choices=FORMATS, default="table", help="default: table")
    parser.set_defaults(run=_diff)


def _side(text: str) -> _Side:
    found = None if Path(text).is_file() else _FILE_AND_REST.fullmatch(text.strip())
    if not found:
        return _Side(text)
    if not found["rest"]:
        raise argparse.ArgumentTypeError(f"nothing follows the colon: {text!r}")
    return _Side(found["file"], " ".join(found["rest"].split()))


def _diff(arguments: argparse.Namespace) -> int:
    from archdsl.compare.difference import difference
    from archdsl.report.diff import DiffReport

    a: _Side = arguments.a
    b = _Side(arguments.b.file or a.file, arguments.b.meant)
    first, second = _networks(a, b, arguments)
    found = difference(first, second, arguments.by)
    sys.stdout.write(DiffReport(found, (str(a), str(b))).show(arguments.format))
    warnings = Diagnostics()
    warnings.extend((*first.diagnostics, *second.diagnostics))
    options.report_warnings(warnings)
    return 0 if found.is_one else 1


def _networks(a: _Side, b: _Side, arguments: argparse.Namespace) -> list[Network]:
    """Both networks.

    Raises:
        CompileError: with what is wrong with either, once where it is wrong with both.
    """
    diagnostics, built = Diagnostics(), []
    read = cache(load)
    for side in (a, b):
        try:
            spec, name = _meant(read(side.file), side.meant)
            network = spec.build(name, options.given(spec, arguments))
            built.append(options.at_input(network, arguments))
        except CompileError as failure:
            diagnostics.collect(failure)
    diagnostics.stop_on_errors()
    return built


def _meant(spec: Spec, meant: str) -> tuple[Spec, str]:
    """The spec and the name in it of the network meant; a derivation gets a name of its own.

    Raises:
        CompileError: there is none such.
    """
    if not meant or re.fullmatch(r"\w+", meant):
        return spec, spec.choose(meant or None)
    written = f"{spec.choose()} {meant}" if meant[0] in "(+" else meant
    name = _free(spec, written)
    return spec.derive(name, written), name


def _free(spec: Spec, written: str) -> str:
    """A name for a derivation that the spec has not: its base's, and what it is."""
    base = re.match(r"\w*", written)
    name = f"{base[0] if base else ''}_derived"
    while name in spec.program.main.names:
        name += "_"
    return name
