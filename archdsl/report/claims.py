"""The claims of specs, as a table or for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from archdsl.claims import Checked
from archdsl.report.tables import Table, as_json, comma_separated

Checks: TypeAlias = Sequence[tuple[str, Sequence[Checked]]]

_COLUMNS = ("network", "metric", "claimed", "measured", "verdict")


def show(checks: Checks, form: str) -> str:
    """The claims of several specs, by the name of each, in one of `tables.FORMATS`."""
    if form == "json":
        return as_json([_object(spec, checked) for spec, listed in checks for checked in listed])
    if form == "csv":
        rows = [(spec, *_exact(checked)) for spec, listed in checks for checked in listed]
        return comma_separated(("spec", *_COLUMNS), rows)
    return "\n".join(_section(spec, listed, form) for spec, listed in checks)


def _section(spec: str, listed: Sequence[Checked], form: str) -> str:
    if not listed:
        return f"{spec}: no claims\n"
    right = frozenset({"claimed", "measured"})
    table = Table(_COLUMNS, [_cells(checked) for checked in listed], right)
    shown = table.markdown() if form == "markdown" else table.text()
    return f"{spec}\n\n{shown}"


def _cells(checked: Checked) -> tuple[str, ...]:
    figure = checked.figure
    measured = checked.measured_text or "-"
    return checked.network, figure.metric, checked.claimed, measured, checked.verdict.value


def _exact(checked: Checked) -> tuple[object, ...]:
    figure = checked.figure
    return (
        checked.network,
        figure.metric,
        checked.claimed,
        checked.measured,
        checked.verdict.value,
    )


def _object(spec: str, checked: Checked) -> dict[str, object]:
    return {"spec": spec, **dict(zip(_COLUMNS, _exact(checked), strict=True))}
