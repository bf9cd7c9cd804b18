"""`archdsl VERB SPEC [flags]`. What one command alone needs is loaded when it runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TextIO

from archdsl.cli import options
from archdsl.diagnostics import CompileError, error
from archdsl.version import __version__

_COMMANDS = {
    "compile": "compile",
    "flops": "flops",
    "check": "check",
    "diff": "diff",
    "draw": "draw",
    "family": "draw",
    "transform": "transform",
    "expand": "transform",
    "fmt": "check",
    "show": "flops",
    "sample-data": "sample_data",
    "weights": "weights",
    "export": "compile",
}
"""The commands in the order of the help, each with the module that adds it."""

_EPILOG = """\
examples:
  archdsl flops specs/x3d_s.arch                        what it costs, row by row
  archdsl flops specs/x3d_s.arch --input 13x182x182     ... at another size
  archdsl flops specs/x3d_s.arch --set depth=5          ... with another parameter
  archdsl check specs/*.arch                            mistakes, and the papers' claims
  archdsl compile specs/x3d_s.arch -o build             PyTorch, in build/x3d_s
  archdsl export build/x3d_s --onnx                     ONNX of that, checked
  archdsl draw specs/x3d_s.arch -o x3d_s.svg            a picture
  archdsl transform specs/x3d_s.arch 'widen(2)'         a changed network, as a spec
  archdsl diff specs/x3d_s.arch specs/x3d_m.arch        what differs
  archdsl sample-data samples                           videos to try a network on

exit status: 0 all is well, 1 the input is wrong, 2 the command line is
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit status."""
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks must not end in a traceback.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    try:
        return _run(argv)
    except BrokenPipeError:
        _close(sys.stdout)
        return 141
    except OSError as fault:
        _close(sys.stdout)
        try:
            options.report([error("file", f"cannot print: {fault.strerror}")])
        except OSError:
            _close(sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(argv: Sequence[str] | None) -> int:
    try:
        arguments = _parser(sys.argv[1:] if argv is None else argv).parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        status: int = arguments.run(arguments)
    except CompileError as failure:
        options.report(failure.diagnostics)
        status = 1
    sys.stdout.flush()
    return status


def _nowhere() -> TextIO:
    """In the place of a stream that was closed before the program began."""
    return open(os.devnull, "w", encoding="utf-8")


def _close(stream: TextIO) -> None:
    """Keep Python from complaining, at its end, that what it wrote has no reader."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """Knows the command that is asked for, and all of them where none is."""
    parser = argparse.ArgumentParser(
        prog="archdsl",
        description="An architecture compiler: from a paper's table to standalone PyTorch.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"archdsl {__version__}")
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", required=True, parser_class=options.Parser
    )
    for name in {*argv[:1]}.intersection(_COMMANDS) or _COMMANDS:
        module = import_module(f"archdsl.cli.{_COMMANDS[name]}")
        getattr(module, f"add_{name.replace('-', '_')}")(commands)
    return parser
