"""`archdsl lsp`: the language server, which an editor starts and talks to."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import BinaryIO

from archdsl.cli import options
from archdsl.diagnostics import CompileError, error

_LSP = """\
Speaks the Language Server Protocol over standard input and output: mistakes
while somebody types, the shape and the cost of every row, documentation,
completion, definitions and uses across files, renaming, formatting. An editor
starts it; docs/editors.md has what to write for which one. It reads specs and
writes nothing: edits are the editor's to make.

examples:
  pip install 'archdsl[lsp]'
  archdsl lsp
"""

_PYGLS = 2
_HELP = "pip install 'archdsl[lsp]'"


def add_lsp(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "serve an editor over the Language Server Protocol"
    parser = options.command(commands, "lsp", summary, _LSP)
    parser.set_defaults(run=_lsp)


def _lsp(arguments: argparse.Namespace) -> int:
    _require_extra()
    if sys.stdin.isatty():
        message = "a language server talks to an editor, but this is a terminal"
        help = "docs/editors.md has what to write for which editor"
        raise CompileError([error("lsp", message, help=help)])
    from archdsl.lsp.features import make_server

    # A command is short and does without. This one runs for days.
    gc.freeze()
    gc.enable()
    make_server().start_io(stdout=_own_output())
    return 0


def _own_output() -> BinaryIO:
    """The stream to the editor. Whatever else prints goes to stderr, and not between messages."""
    stream = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return stream


def _require_extra() -> None:
    """Check for the packages of the extra without importing them.

    Raises:
        CompileError: pygls is missing or too old; the help says what installs it.
    """
    try:
        found = version("pygls")
    except PackageNotFoundError:
        message = "the language server needs pygls"
        raise CompileError([error("lsp", message, help=_HELP)]) from None
    if int(found.split(".")[0]) < _PYGLS:
        message = f"pygls must be {_PYGLS}.0 or later, but this is {found}"
        raise CompileError([error("lsp", message, help=_HELP)])
