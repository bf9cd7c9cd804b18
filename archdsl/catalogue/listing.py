"""All published networks, measured once and remembered on this machine.

To build them all takes seconds. What they cost depends on the texts of the specs and the library,
and on the compiler, so the table is kept under a digest of these.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path

from archdsl.catalogue.entries import Entries, Entry, entries_of
from archdsl.program import published
from archdsl.resources import cache_folder, folder
from archdsl.spec import load

_PREFIX = "catalogue-"
_MOST = 8
"""Tables that are kept: one for each version of archdsl on the machine."""


def list_networks(pattern: str = "") -> Entries:
    """The published networks whose name, spec or paper holds the pattern, in the order of specs.

    A pattern with `*`, `?` or `[` must match all of the name: `x3d_*`.
    """
    wanted = pattern.lower()
    return Entries(each for each in _all() if _matches(each, wanted))


def _matches(entry: Entry, wanted: str) -> bool:
    if any(mark in wanted for mark in "*?["):
        return fnmatchcase(entry.name, wanted)
    return any(wanted in text.lower() for text in (entry.name, entry.spec, entry.paper or ""))


def _all() -> Sequence[Entry]:
    home = cache_folder()
    place = home and home / f"{_PREFIX}{_digest()}.json"
    kept = _read(place) if place else None
    if kept is not None:
        return kept
    found = [entry for path in published.files() for entry in entries_of(load(path))]
    if place:
        with suppress(OSError):  # without room it is measured every time
            _write(place, found)
    return found


def _digest() -> str:
    """A digest of the texts, and of the compiler's files by their size and time.

    The compiler is not read: that would take longer than all else here.
    """
    whole = sha256()
    for path in (*published.files(), *sorted(folder("library").glob("*.arch"))):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        status = path.stat()
        whole.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return whole.hexdigest()


def _read(place: Path) -> list[Entry] | None:
    """The table in a file; None if there is none, or it is not whole."""
    try:
        rows = json.loads(place.read_bytes())
        return [Entry(**{**row, "inputs": _shapes(row["inputs"])}) for row in rows]
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return None


def _shapes(inputs: dict[str, list[int]]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(sizes) for name, sizes in inputs.items()}


def _write(place: Path, entries: Sequence[Entry]) -> None:
    from tempfile import mkstemp

    descriptor, name = mkstemp(prefix=_PREFIX, suffix=".new", dir=place.parent)
    with open(descriptor, "w", encoding="utf-8") as temporary:
        json.dump([asdict(entry) for entry in entries], temporary)
    os.replace(name, place)
    kept = sorted(place.parent.glob(f"{_PREFIX}*"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-_MOST]:
        path.unlink()
