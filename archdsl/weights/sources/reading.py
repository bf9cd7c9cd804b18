"""Reading a source of weights from its file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archdsl.weights.layout import Layout
from archdsl.weights.sources.base import Names, Source

FOLDER = Path(__file__).parent
"""The folder of the files."""

_PATTERNS = ("marks", "absent", "unused")


def read_source(path: Path) -> Source:
    """The source that a file declares; its fields are those of `Source`.

    A pattern stands for the end of a key, from the beginning of one of its parts.
    """
    fields: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    fields |= {name: tuple(map(_end, fields.get(name, ()))) for name in _PATTERNS}
    fields["units"] = tuple(fields.get("units", ()))
    fields["blocks"] = {name: _names(given) for name, given in fields.get("blocks", {}).items()}
    layouts = fields.get("layouts", {})
    fields["layouts"] = {end: Layout.read(text) for end, text in layouts.items()}
    variants = fields.get("variants", {})
    fields["variants"] = {name: tuple(values) for name, values in variants.items()}
    if residual := fields.get("residual"):
        fields["residual"] = (residual["block"], _end(residual["key"]))
    return Source(**fields)


def _end(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[./])(?:{pattern})$")


def _names(given: Mapping[str, Any] | list[Mapping[str, Any]]) -> tuple[Names, ...]:
    """The names of a block: one table, or an array of them."""
    tables = given if isinstance(given, list) else [given]
    return tuple(
        Names(**{**table, "identity": tuple(table.get("identity", ()))}) for table in tables
    )
