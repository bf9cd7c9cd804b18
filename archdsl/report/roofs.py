"""The report of `archdsl probe`: what the operations of each make reach on this machine."""

from __future__ import annotations

from dataclasses import asdict

from archdsl.latency.roofs import Roof, Roofs
from archdsl.report.tables import Table
from archdsl.report.text import (
    as_json,
    comma_separated,
)

_COLUMNS = ("target", "operations", "G/s", "GB/s", "call us")
_RIGHT = frozenset({"G/s", "GB/s", "call us"})


def show_roofs(roofs: Roofs, form: str) -> str:
    """The roofs of a machine, in one of `text.FORMATS`."""
    if form == "json":
        return as_json(asdict(roofs))
    rows = [
        (target, make, *_cells(roof))
        for target, roofing in roofs.targets.items()
        for make, roof in roofing.items()
    ]
    if form == "csv":
        return comma_separated(("target", "make", "arithmetic", "traffic", "call"), rows)
    title = f"roofs of {roofs.machine}"
    facts = [
        "G/s       multiply-adds per second, of pools the elements in their windows",
        "GB/s      bytes that are read and written per second",
        "call us   what an operation takes whatever its size, in microseconds",
    ]
    table = Table(_COLUMNS, rows, _RIGHT)
    if form == "markdown":
        return table.markdown_report(title, facts)
    return table.text_report(title, facts)


def _cells(roof: Roof) -> tuple[str, str, str]:
    reached = (f"{each:.2f}" if each else "-" for each in (roof.arithmetic, roof.traffic))
    arithmetic, traffic = reached
    return arithmetic, traffic, f"{roof.call / 1000:.1f}"
