"""The report of `archdsl list`: the published networks, under the papers that they are from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archdsl.catalogue.entries import Entry
from archdsl.diagnostics import counted
from archdsl.report.tables import Table
from archdsl.report.text import as_json, comma_separated, json_inputs, readable, show_inputs

_COLUMNS = ("network", "input", "params", "MACs", "top1")
_NUMBERS = frozenset({"params", "MACs", "top1"})
_OWN = "of archdsl itself"

_NOTE = """\
top1 is as published, often at a larger size: `archdsl family NETWORK` has the
costs there.
"""


def show_catalogue(entries: Sequence[Entry], form: str) -> str:
    """The published networks, in one of `text.FORMATS`."""
    if form == "json":
        return as_json([_object(entry) for entry in entries])
    if form == "csv":
        objects = [_object(entry) for entry in entries]
        rows = [[_flat(value) for value in each.values()] for each in objects]
        return comma_separated([*objects[0]] if objects else [], rows)
    ordered = sorted(entries, key=_order)
    if form == "markdown":
        cells = [(*_cells(entry), entry.paper or _OWN) for entry in ordered]
        return Table((*_COLUMNS, "paper"), cells, _NUMBERS).markdown()
    return _text(ordered)


def _text(entries: Sequence[Entry]) -> str:
    head, *lines = Table(_COLUMNS, [_cells(entry) for entry in entries], _NUMBERS).blocks()
    parts, paper = [head], ""
    for entry, line in zip(entries, lines, strict=True):
        title = entry.paper or _OWN
        parts += [f"\n{title}\n"] if title != paper else []
        parts.append(line)
        paper = title
    return "".join(parts) + f"\n{counted(len(entries), 'network')}\n{_NOTE}"


def _order(entry: Entry) -> tuple[bool, str, str]:
    """Papers by their year; what is of no paper is last."""
    year = re.search(r"\d+$", entry.paper or "")
    return entry.paper is None, year[0] if year else "", entry.paper or ""


def _cells(entry: Entry) -> tuple[str, ...]:
    params = "" if entry.params is None else readable(entry.params)
    macs = "a space" if entry.macs is None else readable(entry.macs)
    return (entry.name, _inputs(entry), params, macs, entry.top1 or "-")


def _inputs(entry: Entry) -> str:
    """The shape of the only input, without its name."""
    shown = show_inputs(entry.inputs)
    return shown.partition(" ")[2] if len(entry.inputs) == 1 else shown


def _object(entry: Entry) -> dict[str, object]:
    return {
        "network": entry.name,
        "spec": entry.spec,
        "paper": entry.paper,
        "about": entry.about,
        "input": json_inputs(entry.inputs),
        "params": entry.params,
        "macs": entry.macs,
        "top1": None if entry.top1 is None else float(entry.top1),
        "top1_at": dict(entry.top1_at),
        "is_space": entry.is_space,
    }


def _flat(value: object) -> object:
    """A value in a cell of CSV: a shape as `3x13x160x160`, a setting as `size=182`."""
    if isinstance(value, dict):
        return " ".join(f"{name}={_flat(each)}" for name, each in value.items())
    return "x".join(map(str, value)) if isinstance(value, list) else value
