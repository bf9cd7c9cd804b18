"""Files of specs: found by name, read as text; and which file of the library has what.

The latter is for hints only: a spec sees what it uses.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from archdsl import limits
from archdsl.diagnostics import CompileError, Diagnostic, did_you_mean, error
from archdsl.resources import folder
from archdsl.source import Source, Span
from archdsl.syntax import tree
from archdsl.syntax.parser import parse

SUFFIX = ".arch"

_NAMED = tree.Block | tree.Cell | tree.Network | tree.Derived


def read(path: Path, name: str | None = None) -> Source:
    """The text of a file.

    Raises:
        CompileError: there is none, or it is not text of a reasonable size.
    """
    shown = name or str(path)
    if not os.path.exists(path):
        beside = path.parent.glob("*" + SUFFIX) if path.parent.is_dir() else ()
        near = did_you_mean(path.name, sorted(p.name for p in beside))
        raise CompileError([error("file", f"no such file: {shown}", help=near)])
    if not os.path.isfile(path):
        kind = "a folder" if path.is_dir() else "no file"
        raise CompileError([error("file", f"{shown} is {kind}; a spec is a file of text")])
    try:
        with path.open("rb") as stream:
            data = stream.read(limits.SOURCE_BYTES + 1)
        if len(data) > limits.SOURCE_BYTES:
            most = f"{limits.SOURCE_BYTES // 2**20} MiB"
            raise CompileError([error("file", f"{shown} has more than {most}: no spec is so long")])
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        message = f"{shown} is not text in UTF-8 (byte {fault.start})"
        raise CompileError([error("file", message)]) from None
    except OSError as fault:
        raise CompileError([error("file", f"cannot read {shown}: {fault.strerror}")]) from None
    return Source(shown, text)


def find(name: str, user: Path) -> tuple[Path | None, str | None]:
    """The file that `use NAME` means: beside the user, else of the library, and how to show it.

    A name is made of words and dots, and links that lead outside are not followed.
    """
    relative = Path(*name.split(".")).with_suffix(SUFFIX)
    for place, shown in ((user.parent, None), (folder("library"), f"library/{relative}")):
        path = place / relative
        if not os.path.isfile(path) or path.resolve() == user.resolve():
            continue
        if path.resolve().is_relative_to(place.resolve()):
            return path, shown
    return None, None


def unknown_use(use: tree.Use, user: Path) -> Diagnostic:
    known = {p.stem for place in (user.parent, folder("library")) for p in place.glob("*.arch")}
    message = f"there is no `{use.name}{SUFFIX}` beside this file or in the library"
    span = Span(use.span.source, use.span.end - len(use.name), use.span.end)
    return error("use", message, span, help=did_you_mean(use.name, known - {user.stem}))


def use_hint(name: str) -> str | None:
    """What to write for a name that the library has, or None where it has none such."""
    file = library_file_of(name)
    return f"`use {file}` brings it" if file is not None else None


def library_file_of(name: str) -> str | None:
    """Which file of the library defines a name, or None where none does."""
    return _files().get(name)


@cache
def _files() -> dict[str, str]:
    paths = sorted(folder("library").glob(f"*{SUFFIX}"))
    return {name: path.stem for path in paths for name in _defined(path)}


def _defined(path: Path) -> Iterator[str]:
    try:
        file = parse(read(path))
    except CompileError:
        return
    for definition in file.definitions:
        if isinstance(definition, _NAMED):
            yield definition.name
