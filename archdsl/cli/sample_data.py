"""`archdsl sample-data`: a small set of videos to train on."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from archdsl.cli import options
from archdsl.diagnostics import CompileError, error

_DETAILS = """\
H.264 videos of things that move in eight ways: straight, round and to and fro. Where they
are in a single frame is as likely in every class, so only a network that looks at several
frames can tell. Beside the videos, train.txt and val.txt list them with their labels.

The folder must not be there yet, or be empty; it appears with everything in it, or not at
all. The same files come out every time. Needs PyAV and NumPy: pip install "archdsl[video]"

examples:
  archdsl sample-data samples
"""


def add(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "sample-data", "a small set of videos to train on", _DETAILS)
    parser.add_argument("folder", metavar="DIR", help="a folder that is not there yet, or empty")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    try:
        from archdsl.samples import writing
    except ImportError as fault:
        hint = 'pip install "archdsl[video]"'
        message = f"sample-data writes videos with {fault.name}, which is not installed"
        raise CompileError([error("install", message, help=hint)]) from None
    folder = Path(arguments.folder).resolve()
    try:
        _fill(folder, writing.write)
    except OSError as fault:
        raise CompileError([error("file", f"cannot write {folder}: {fault.strerror}")]) from None
    for name, count in writing.SETS.items():
        path = Path(arguments.folder, f"{name}.txt")
        print(f"{path}: {count * len(writing.MOTIONS)} videos in {len(writing.MOTIONS)} classes")
    return 0


def _fill(folder: Path, write: Callable[[Path], None]) -> None:
    """Make the folder beside its place and move it there when all is in it."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        hint = "name a folder that is not there yet"
        raise CompileError([error("file", f"{folder} is there and not empty", help=hint)])
    part = folder.with_name(f".{folder.name}.{os.getpid()}")
    part.mkdir(parents=True)
    try:
        write(part)
        os.replace(part, folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
