"""Files of specs: found by name and read as text, within bounds, for a spec is untrusted.

Also an index of the library, for hints only: a spec sees no file that it does not use.
What is published with archdsl is in `published`, and comes after all that is beside a spec.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from archdsl import limits
from archdsl.diagnostics import CompileError, Diagnostic, did_you_mean, error, note
from archdsl.program import published
from archdsl.program.published import SUFFIX
from archdsl.resources import folder
from archdsl.source import Source, Span
from archdsl.syntax import tree
from archdsl.syntax.remembered import tree_of

Unsaved: TypeAlias = Mapping[Path, str]
"""Texts that an editor holds, by the resolved paths of their files: they stand for what is on disk.

A file that is not saved yet, or that was deleted, is there by its text alone.
"""

NOTHING_UNSAVED: Unsaved = MappingProxyType({})

_NAMED = tree.Block | tree.Cell | tree.Network | tree.Derived | tree.BlockChoice


def read(path: Path, name: str | None = None, unsaved: Unsaved = NOTHING_UNSAVED) -> Source:
    """The text of a file; `name` is shown in diagnostics in place of its path.

    Raises:
        CompileError: there is no such file, or it is no UTF-8 text of at most
            `limits.SOURCE_BYTES`.
    """
    shown = name or str(path)
    if (text := unsaved.get(path.resolve()) if unsaved else None) is not None:
        check_length(len(text.encode(errors="replace")), shown)
        return Source(shown, text)
    if not os.path.exists(path):
        beside = path.parent.glob("*" + SUFFIX) if path.parent.is_dir() else ()
        near: str | None = did_you_mean(path.name, sorted(p.name for p in beside))
        if path.suffix == SUFFIX and published.file(path.stem):
            near = f"`{path.stem}` without `{SUFFIX}` is the published one"
        raise CompileError([error("file", f"no such file: {shown}", help=near)])
    if not os.path.isfile(path):
        kind = "a folder" if path.is_dir() else "a device or a pipe"
        inside = sorted(path.glob("*" + SUFFIX)) if path.is_dir() else []
        help = f"name a file in it: {inside[0]}" if inside else None
        message = f"a spec must be a text file, but {shown} is {kind}"
        raise CompileError([error("file", message, help=help)])
    try:
        with path.open("rb") as stream:
            # No `stat` before: the size of a file can change, and that of some files is unknown.
            data = stream.read(limits.SOURCE_BYTES + 1)
        check_length(len(data), shown)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        message = f"a spec must be UTF-8 text, but byte {fault.start} of {shown} is not"
        raise CompileError([error("file", message)]) from None
    except OSError as fault:
        raise CompileError([error("file", f"cannot read {shown}: {fault.strerror}")]) from None
    return Source(shown, text)


def check_length(count: int, shown: str) -> None:
    """Refuse a text of more bytes than a spec can have.

    Raises:
        CompileError: it has more.
    """
    if count > limits.SOURCE_BYTES:
        most = f"{limits.SOURCE_BYTES // 2**20} MiB"
        message = f"a spec can have at most {most}, but {shown} has more"
        raise CompileError([error("file", message)])


def find(
    name: str, user: Path, unsaved: Unsaved = NOTHING_UNSAVED
) -> tuple[Path | None, str | None]:
    """The file of `use NAME`, and its name in diagnostics where that is not its path.

    A file next to the user's comes before one of the library, and that before a published spec. A
    name has words and dots only, and a link is not followed out of the folder: so no spec can read
    other files of the machine.
    """
    # `use a.b` is `a/b.arch`. A name has no slash, so the path cannot be absolute or go upwards.
    relative = Path(*name.split(".")).with_suffix(SUFFIX)
    for place, shown in _places(user):
        path = place / relative
        # A file that uses its own name means that of the library: `x3d.arch` can `use x3d`.
        is_there = os.path.isfile(path) or path.resolve() in unsaved
        if not is_there or path.resolve() == user.resolve():
            continue
        if path.resolve().is_relative_to(place.resolve()):
            return path, f"{shown}/{relative}" if shown else None
    return None, None


def _places(user: Path) -> Iterator[tuple[Path, str]]:
    """The folders in which the uses of a file are looked up, and what they are called."""
    shared = _shipped()
    # Files of these show each other by the same short names.
    yield user.parent, dict(shared).get(user.parent, "")
    yield from shared


def _shipped() -> tuple[tuple[Path, str], ...]:
    """The folders of specs that come with archdsl, and what they are called."""
    return (folder("library"), "library"), (published.home(), published.FOLDER)


def shipped_as(path: Path) -> str | None:
    """What a file that comes with archdsl is called; None for a user's own."""
    real = path.resolve()
    for place, shown in _shipped():
        if real.is_relative_to(place.resolve()):
            return f"{shown}/{real.relative_to(place.resolve()).as_posix()}"
    return None


def hides_published(use: tree.Use, path: Path, source: Source) -> Diagnostic | None:
    """The note on a file beside a spec that is used in place of a published one of its name."""
    other = published.file(use.name)
    if other is None or other.resolve() == path.resolve():  # it may be unsaved
        return None
    if other.read_text(encoding="utf-8") == source.text:  # it makes no difference which was taken
        return None
    message = f"`{use.name}` is {source.name}, and not the published spec of that name"
    return note("use", message, _name_span(use))


def unknown_use(use: tree.Use, user: Path) -> Diagnostic:
    """The diagnostic of a `use` that finds no file."""
    from archdsl.foreign.names import LIBRARIES  # a table that only a mistake needs

    places = [place for place, _ in _places(user)]
    known = {p.stem for place in places for p in place.glob(f"*{SUFFIX}")}
    first, _, rest = use.name.partition(".")
    file = f"{use.name.replace('.', '/')}{SUFFIX}"
    message = f"there is no `{file}` next to this file, in the library or among published specs"
    help: str | None = did_you_mean(use.name, known - {user.stem})
    if rest and first in known:
        help = f"write `use {first}`, which brings in all that the file defines"
    elif first in LIBRARIES:
        help = "operations need no `use`"
    elif spec := published.spec_of(use.name):
        help = f"write `use {spec}`, which defines `{use.name}`"
    return error("use", message, _name_span(use), help=help)


def _name_span(use: tree.Use) -> Span:
    return Span(use.span.source, use.span.end - len(use.name), use.span.end)


def library_file_of(name: str) -> str | None:
    """The file of the library that defines a name, or None where none does."""
    return _library().get(name)


@cache
def _library() -> dict[str, str]:
    """The file of each name that the library defines. Only a mistake makes a run parse it all."""
    # Sorted: the order of a folder differs from machine to machine.
    paths = sorted(folder("library").glob(f"*{SUFFIX}"))
    return {name: path.stem for path in paths for name in _defined(path)}


def _defined(path: Path) -> Iterator[str]:
    try:
        # A hint is never worth an error: a file that cannot be read has no names.
        file = tree_of(read(path))
    except CompileError:
        return
    for definition in file.definitions:
        if isinstance(definition, _NAMED):
            yield definition.name
