"""`archdsl COMMAND SPEC [flags]`: the parser, and how a run ends.

Starting is cheap: the module of a command is imported only if that command is asked for, and a
command imports the rooms that it needs when it runs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TextIO

from archdsl.cli import options
from archdsl.diagnostics import CompileError, error, suggestion
from archdsl.version import __version__

_COMMANDS = {
    "list": "catalogue",
    "init": "catalogue",
    "check": "check",
    "fmt": "check",
    "show": "flops",
    "flops": "flops",
    "draw": "draw",
    "family": "draw",
    "report": "report",
    "diff": "diff",
    "transform": "transform",
    "derive": "derive",
    "expand": "transform",
    "studio": "studio",
    "search": "search",
    "compile": "compile",
    "passes": "passes",
    "probe": "passes",
    "weights": "weights",
    "export": "export",
    "bench": "bench",
    "sample-data": "sample_data",
    "lsp": "lsp",
    "completion": "completion",
}
"""The commands in the order of `archdsl --help`, each with the module that adds it.

First what begins a spec, then what reads specs, what changes them, and what leaves them.
"""

_EPILOG = """\
examples:
  archdsl list                                  the published networks
  archdsl flops x3d_s                           count the costs, row by row
  archdsl flops x3d_s --input 13x182x182        ... at another input size
  archdsl flops x3d_s --set depth=5             ... with another parameter
  archdsl init x3d_s                            begin a spec of your own
  archdsl check my_x3d_s.arch                   find mistakes, check claims
  archdsl diff x3d_s my_x3d_s.arch              compare two networks
  archdsl draw x3d_s -o x3d_s.svg               draw the network
  archdsl report x3d_s -o x3d_s.html            all of it on one page
  archdsl studio my_x3d_s.arch                  see all that as you type
  archdsl transform x3d_s 'widen(2)'            print a wider network as a spec
  archdsl compile x3d_s -o build                write PyTorch to build/x3d_s
  archdsl probe                                 measure this machine's roofs
  archdsl export build/x3d_s --onnx             export that to ONNX
  archdsl bench build/x3d_s                     measure how fast it runs
  archdsl sample-data samples                   write videos to train on

exit status: 0 on success, 1 for mistakes in the input, 2 for mistakes in the
command line
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit status.

    Raises:
        KeyboardInterrupt: the user interrupted it.
    """
    # Python sets a stream to None if its descriptor was closed before the program started.
    sys.stdout = sys.stdout or _null_stream()
    sys.stderr = sys.stderr or _null_stream()
    for stream in (sys.stdout, sys.stderr):
        # A character that the terminal's encoding lacks must not end in a traceback.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    try:
        return _run(argv)
    except BrokenPipeError:
        _discard(sys.stdout)
        return 141  # 128 + SIGPIPE, as a shell reports `archdsl ... | head`
    except OSError as fault:
        # Commands turn the faults of their own files into diagnostics, so this one is stdout's.
        _discard(sys.stdout)
        try:
            options.report([error("file", f"cannot print: {fault.strerror}")])
        except OSError:
            _discard(sys.stderr)
        return 1


def _run(argv: Sequence[str] | None) -> int:
    try:
        arguments = _arguments(sys.argv[1:] if argv is None else argv)
        status: int = arguments.run(arguments)
    except SystemExit as stop:  # the command line is wrong, or asks for help; that is printed
        return int(stop.code or 0)
    except CompileError as failure:
        options.report(failure.diagnostics)
        status = 1
    sys.stdout.flush()  # here, where a full disk or a closed pipe is still handled
    return status


def _null_stream() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


def _discard(stream: TextIO) -> None:
    """Drop what is still in the buffer; Python would fail to flush it at exit, and print that."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    """The parsed command line.

    Raises:
        SystemExit: it is wrong, or asks for help; that has been printed.
    """
    parser, commands = parsers(argv)
    name = next(iter(argv), "-")
    if name not in _COMMANDS and not name.startswith("-"):
        near = "write `archdsl --help`" if name == "help" else suggestion(name, _COMMANDS)
        parser.error(f"there is no command `{name}`: {near}")
    arguments, rest = parser.parse_known_args(argv)
    if rest:
        command = commands.choices.get(name, parser)
        command.error(options.unknown_argument(command, argv, rest[0]))
    return arguments


def parsers(
    argv: Sequence[str],
) -> tuple[argparse.ArgumentParser, argparse._SubParsersAction[options.Parser]]:
    """The program's parser, and that of the command in `argv`; of all if it has none."""
    parser = options.Parser(
        prog="archdsl",
        description="A compiler from a paper's architecture table to standalone PyTorch.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"archdsl {__version__}")
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", required=True, parser_class=options.Parser
    )
    # Flags of the program itself, such as --version, come first too and need no command.
    for name in {*argv[:1]}.intersection(_COMMANDS) or _COMMANDS:
        module = import_module(f"archdsl.cli.{_COMMANDS[name]}")
        getattr(module, f"add_{name.replace('-', '_')}")(commands)
    return parser, commands
