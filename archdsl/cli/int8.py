"""`archdsl export --int8`: an exported ONNX file with 8-bit integers."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cli.numbers import count

if TYPE_CHECKING:
    from archdsl.export.folder import Build

INT8_SUFFIX = "_int8.onnx"

_CLIPS = 128

_OWN = ("source", "data", "train_list", "val_list", "root", "clips")
"""What only --int8 takes."""


def add_int8(parser: argparse.ArgumentParser) -> None:
    """The flags of --int8: the file in float32, and the lists."""
    add = parser.add_argument_group("of --int8").add_argument
    help = "the file of --onnx; default: BUILD/NETWORK.onnx"
    add("--from", dest="source", metavar="FILE", type=Path, help=help)
    help = "a folder with the lists train, to calibrate by, and val, to test on"
    add("--data", metavar="DIR", type=Path, help=help)
    add("--train-list", metavar="LIST", type=Path, help="instead of the one in --data")
    add("--val-list", metavar="LIST", type=Path, help="instead of the one in --data")
    help = "where paths begin; default: beside their list"
    add("--root", metavar="DIR", type=Path, help=help)
    help = f"clips to calibrate by, each of another video; default: {_CLIPS}"
    add("--clips", metavar="N", type=count, help=help)


def check_flags(arguments: argparse.Namespace) -> None:
    """Check that the flags are those of the form that is asked for.

    Raises:
        SystemExit: they are not; that has been printed.
    """
    from archdsl.export.int8.quantising import LEAST_CLIPS

    is_int8, parser = arguments.form == "int8", arguments.parser
    names = ("weights", "checkpoint_key", "given") if is_int8 else _OWN
    given = next((name for name in names if getattr(arguments, name)), None)
    if given is not None:
        flag = {"given": "set", "source": "from"}.get(given, given).replace("_", "-")
        why = "its weights are those of the ONNX file" if is_int8 else "it is for --int8"
        parser.error(f"--{flag} is not for --{arguments.form}: {why}")
    if is_int8 and not (arguments.data or (arguments.train_list and arguments.val_list)):
        parser.error("--int8 needs --data DIR, or both --train-list and --val-list")
    if is_int8 and (arguments.clips or _CLIPS) < LEAST_CLIPS:
        parser.error(f"--clips: ranges need those of {LEAST_CLIPS} videos at least")


def int8_content(build: Build, arguments: argparse.Namespace) -> bytes:
    """The file with integers; the report of what they cost and save is printed."""
    from itertools import islice

    from archdsl.export.int8.comparing import compared
    from archdsl.export.int8.floats import read_floats
    from archdsl.export.int8.quantising import quantised
    from archdsl.export.int8.scripts import Data, Telling, scripts_of
    from archdsl.report.int8 import show_compared
    from archdsl.search.console import Terminal

    floats = read_floats(arguments.source or build.folder / f"{build.name}.onnx", build)
    data = Data(arguments.data, arguments.train_list, arguments.val_list, arguments.root)
    terminal = Terminal(sys.stderr)
    telling = Telling(terminal.line, terminal.progress)
    try:
        with scripts_of(build) as scripts:
            train, val = scripts.listed(data, floats, telling)
            clips = islice(scripts.clips(train, telling), arguments.clips or _CLIPS)
            content = quantised(floats, clips, train.path, telling)
            found = compared(scripts, val, floats, content, telling)
    finally:
        terminal.end()
    sys.stdout.write(show_compared(found))
    return content
