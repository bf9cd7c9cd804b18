"""`archdsl sample-data`: a small data set, to try an emitted train.py on without a download."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from archdsl.cli import options
from archdsl.diagnostics import CompileError, error

_DETAILS = """\
Writes H.264 videos of shapes that move in one of eight ways, which are the classes. Single frames
have the same distribution in every class, so only a network that compares frames can tell the
classes apart. train.txt and val.txt list the videos with their labels.

The files are the same every time. All of them appear or none. A folder that is not empty is an
error without --force. It needs PyAV and NumPy: pip install "archdsl[video]"

examples:
  archdsl sample-data samples
"""


def add_sample_data(commands: argparse._SubParsersAction[options.Parser]) -> None:
    parser = options.command(commands, "sample-data", "write a small set of videos", _DETAILS)
    parser.add_argument("folder", metavar="DIR", help="the folder to write to")
    options.add_force(parser, "files in DIR")
    parser.set_defaults(run=_sample_data)


def _sample_data(arguments: argparse.Namespace) -> int:
    try:
        from archdsl import samples
    except ImportError as fault:
        hint = 'pip install "archdsl[video]"'
        message = f"`sample-data` needs the package {fault.name}, which is not installed"
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
    """Write everything to a folder beside the one that is asked for, and then move it there.

    So an interrupted run leaves no half of a data set. The two are in one file system, where a
    move is a rename.
    """
    if folder.exists() and not folder.is_dir():
        raise CompileError([error("file", f"{folder} must be a folder, but this is a file")])
    is_filled = folder.is_dir() and any(folder.iterdir())
    if is_filled and not force:
        hint = "name another folder, or write `--force` to overwrite files in it"
        raise CompileError([error("file", f"{folder} is not empty", help=hint)])
    target = folder.resolve()
    staging = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        staging.mkdir(parents=True)
        write(staging)
        if is_filled:
            _move_files(staging, target)
        else:
            os.replace(staging, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _move_files(staging: Path, target: Path) -> None:
    """Move each file to its place in a folder. Other files in the folder are kept."""
    for file in (path for path in staging.rglob("*") if path.is_file()):
        path = target / file.relative_to(staging)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(file, path)
