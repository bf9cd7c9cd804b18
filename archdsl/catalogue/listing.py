"""All published networks as a table, which ships with their specs.

To build them all takes seconds, and they are the same on every machine. The table is under a digest
of itself and of the texts of the specs and the library: where any was edited, or the table is
damaged, the networks are measured.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any

from archdsl.catalogue.entries import Entries, Entry, entries_of
from archdsl.program import published
from archdsl.resources import folder
from archdsl.spec import load

SHIPPED = "published.json"
"""The table, in the folder of the published specs."""


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
    return _shipped() or measured()


def measured() -> list[Entry]:
    """The published networks, each built and measured."""
    return [entry for path in published.files() for entry in entries_of(load(path))]


def table(entries: Sequence[Entry]) -> str:
    """The text of the table that ships."""
    rows = [asdict(entry) for entry in entries]
    return json.dumps({"digest": _digest(rows), "networks": rows}, indent=1) + "\n"


def _shipped() -> list[Entry]:
    """The entries of the table that ships; none if it is not that of the texts that are here."""
    place = published.home() / SHIPPED
    if not place.is_file():
        return []
    try:
        content = json.loads(place.read_text(encoding="utf-8"))
        rows = content["networks"] if content["digest"] == _digest(content["networks"]) else []
    except (ValueError, TypeError, LookupError, RecursionError):
        return []
    return list(map(_entry, rows))


def _entry(row: dict[str, Any]) -> Entry:
    inputs = {name: tuple(sizes) for name, sizes in row["inputs"].items()}
    return Entry(**{**row, "inputs": inputs})


def _digest(rows: object) -> str:
    """SHA-256 over the rows and the texts of the specs and the library, in hexadecimal."""
    whole = sha256(json.dumps(rows).encode())
    for path in (*published.files(), *sorted(folder("library").glob("*.arch"))):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()
