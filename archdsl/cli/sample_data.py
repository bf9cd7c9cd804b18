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

All of it appears or nothing, and the same files come out every time. What is in the folder
already is left alone without --force. Needs PyAV and NumPy: pip install "archdsl[video]"

examples:
  archdsl sample-data samples
"""


def add_sample_data(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "sample-data", "a small set of videos to train on", _DETAILS)
    parser.add_argument("folder", metavar="DIR", help="where they are put")
    options.add_force(parser)
    parser.set_defaults(run=_sample_data)


def _sample_data(arguments: argparse.Namespace) -> int:
    try:
        from archdsl import samples
    except ImportError as fault:
        hint = 'pip install "archdsl[video]"'
        message = f"sample-data writes videos with {fault.name}, which is not installed"
        raise CompileError([error("install", message, help=hint)]) from None
    folder = Path(arguments.folder)
    try:
        _fill(folder, samples.write, force=arguments.force)
    except OSError as fault:
        raise CompileError([error("file", f"cannot write {folder}: {fault.strerror}")]) from None
    classes = len(samples.MOTIONS)
    for name, count in samples.SETS.items():
        print(f"{folder / name}.txt: {count * classes} videos in {classes} classes")
    return 0


def _fill(folder: Path, write: Callable[[Path], None], *, force: bool) -> None:
    """Make everything beside the folder, and move it there when all is made."""
    if folder.exists() and not folder.is_dir():
        raise CompileError([error("file", f"{folder} is there, and no folder")])
    is_filled = folder.is_dir() and any(folder.iterdir())
    if is_filled and not force:
        hint = "name another folder, or overwrite what is in it with `--force`"
        raise CompileError([error("file", f"{folder} is not empty", help=hint)])
    place = folder.resolve()
    part = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        part.mkdir(parents=True)
        write(part)
        if is_filled:
            _move(part, place)
        else:
            os.replace(part, place)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _move(part: Path, folder: Path) -> None:
    """Put each file in its place in a folder; others that are in it stay."""
    for file in (path for path in part.rglob("*") if path.is_file()):
        place = folder / file.relative_to(part)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(file, place)
