"""The trees of files, remembered on this machine.

Most files that a command reads have not changed since the last one, and those of the library never
do. To parse them takes a tenth of a short command, and to load the parser as much again. A tree
depends on the text and on the files of the parser alone, so it is kept under a digest of both.
"""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from fractions import Fraction
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from archdsl.resources import cache_folder, folder
from archdsl.source import Source, Span
from archdsl.syntax import tree

_SUFFIX = ".tree"
_MOST = 500
"""Files that are kept, and some more. A tree takes about five times as much as its text."""

_LONGEST = 2**16
"""Characters of a text whose tree is kept."""

_CHECK = 32
"""Bytes in front of a tree: their digest, since a file may be cut off when a machine stops."""


def tree_of(source: Source) -> tree.File:
    """The syntax tree of a source: the one that `parse` gives, which is called for a new text.

    Raises:
        CompileError: with all its syntax mistakes. A text with mistakes is not remembered.
    """
    place = _place(source)
    kept = place and _read(place, source)
    if kept:
        return kept
    from archdsl.syntax.parser import parse  # takes longer to load than most trees

    file = parse(source)
    if place:
        # Without room, or where another process wrote or removed the same file: parsed every time.
        with suppress(OSError, RecursionError):
            _write(place, file)
    return file


def _place(source: Source) -> Path | None:
    """The file of a tree; None where no folder is safe, or the text is long."""
    if len(source.text) > _LONGEST:
        return None
    home, parser = cache_folder(), _parser()
    if home is None or parser is None:
        return None
    return home / (sha256(parser + source.digest.encode()).hexdigest() + _SUFFIX)


@cache
def _parser() -> bytes | None:
    """A digest of all that decides, beside the text, what its tree is; None without the files."""
    package = Path(__file__).parents[1]
    lark = find_spec("lark")
    files = [*(package / f"{name}.py" for name in ("frozen", "limits", "source"))]
    files += [*sorted((package / "syntax").glob("*.py")), folder("grammars") / "arch.lark"]
    files += [Path(lark.origin)] if lark and lark.origin else []  # it has Lark's version
    try:
        return sha256(b"".join([sys.version.encode(), *(f.read_bytes() for f in files)])).digest()
    except OSError:  # a distribution may have compiled files only
        return None


def _read(place: Path, source: Source) -> tree.File | None:
    """The tree in a file, with the source in all its spans; None if there is none, or not whole."""
    try:
        content = place.read_bytes()
        check, data = content[:_CHECK], content[_CHECK:]
        found = _Reader(data, source).load() if check == sha256(data).digest() else None
    except Exception:  # whatever is wrong with the file, the text is at hand
        return None
    return found if isinstance(found, tree.File) else None


def _write(place: Path, file: tree.File) -> None:
    from tempfile import mkstemp  # only a new text needs it

    stream = BytesIO()
    _Writer(stream, protocol=pickle.HIGHEST_PROTOCOL).dump(file)
    data = stream.getvalue()
    if place.name.startswith("0"):  # one in sixteen: a full folder takes long to list
        _make_room(place.parent)
    descriptor, name = mkstemp(suffix=_SUFFIX, dir=place.parent)
    try:
        with open(descriptor, "wb") as temporary:
            temporary.write(sha256(data).digest() + data)
        os.replace(name, place)
    except OSError:
        os.unlink(name)


def _make_room(home: Path) -> None:
    """Remove the older files if there are too many, so that many more can be written."""
    kept = list(home.glob("*" + _SUFFIX))
    if len(kept) < _MOST:
        return
    for path in sorted(kept, key=lambda path: path.stat().st_mtime)[: -_MOST // 2]:
        path.unlink()


class _Writer(pickle.Pickler):
    """Pickles a tree without its source, which is another one in every run."""

    def persistent_id(self, obj: Any) -> str | None:
        return "source" if isinstance(obj, Source) else None

    def reducer_override(self, obj: Any) -> Any:
        # A dataclass with slots has a slow way of its own.
        return (Span, (obj.source, obj.start, obj.end)) if isinstance(obj, Span) else NotImplemented


_CLASSES = {
    (kind.__module__, kind.__qualname__): kind
    for kind in (Fraction, Span, *vars(tree).values())
    if isinstance(kind, type)
}


class _Reader(pickle.Unpickler):
    """Makes values of the classes above and of no other, so what it reads cannot run code."""

    def __init__(self, data: bytes, source: Source) -> None:
        super().__init__(BytesIO(data))
        self._source = source

    def persistent_load(self, pid: Any) -> Source:
        return self._source

    def find_class(self, module_name: str, global_name: str) -> Any:
        return _CLASSES[module_name, global_name]
