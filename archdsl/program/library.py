"""What the library defines, looked up for hints only: a spec sees what it uses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from archdsl.diagnostics import CompileError
from archdsl.program.files import SUFFIX, read
from archdsl.program.program import Named
from archdsl.resources import folder
from archdsl.syntax import tree
from archdsl.syntax.parser import parse


def brings(name: str) -> str | None:
    """What to write for a name that the library has, or None where it has none such."""
    file = file_of(name)
    return f"`use {file}` brings it" if file is not None else None


def file_of(name: str) -> str | None:
    """Which file of the library defines a name, or None where none does."""
    return _files().get(name)


@cache
def _files() -> dict[str, str]:
    """For every name of the library the file that defines it."""
    paths = sorted(folder("library").glob(f"*{SUFFIX}"))
    return {name: path.stem for path in paths for name in _defined(path)}


def _defined(path: Path) -> Iterator[str]:
    try:
        file = parse(read(path))
    except CompileError:
        return
    for definition in file.definitions:
        if isinstance(definition, Named | tree.Cell):
            yield definition.name
