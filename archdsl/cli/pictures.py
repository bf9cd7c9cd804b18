"""Where a picture goes: a file whose suffix says its format."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

Formats = Mapping[str, Callable[[], "str | bytes"]]


def add_output(
    parser: argparse.ArgumentParser | argparse._MutuallyExclusiveGroup,
    suffixes: tuple[str, ...],
    help: str,
) -> None:
    def file(text: str) -> Path:
        path = Path(text)
        if path.suffix not in suffixes:
            message = f"a picture ends with {', '.join(suffixes)}: {text!r}"
            raise argparse.ArgumentTypeError(message)
        return path

    parser.add_argument("-o", "--output", metavar="FILE", type=file, help=help)


def write(path: Path, formats: Formats, arguments: argparse.Namespace) -> None:
    """Draw in the format that the suffix says, and print where that is.

    Raises:
        CompileError: it cannot be written, or would replace what a person wrote.
    """
    from archdsl import files

    files.write(path, formats[path.suffix](), force=arguments.force)
    print(path)
