"""The claims of specs, as a table or for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from archdsl.claims.figures import Checked, SpecReport, Verdict
from archdsl.diagnostics import counted
from archdsl.report.tables import Table, as_json, comma_separated

_COLUMNS = ("network", "metric", "claimed", "measured", "residual", "verdict")


def show(reports: Sequence[SpecReport], form: str) -> str:
    """The claims of several specs, in one of `tables.FORMATS`."""
    flat = [(report.path, checked) for report in reports for checked in report.claims]
    if form == "json":
        return as_json([_object(path, checked) for path, checked in flat])
    if form == "csv":
        rows = [(path, *_exact(checked)) for path, checked in flat]
        return comma_separated(("spec", *_COLUMNS), rows)
    return "\n".join(_section(report, form) for report in reports)


def _section(report: SpecReport, form: str) -> str:
    parts = [counted(len(report.networks), "network")]
    parts += [counted(len(report.recipes), "recipe")] if report.recipes else []
    title = f"{report.path}: {', '.join([*parts, _verdicts(report)])}\n"
    if not report.claims:
        return title
    right = frozenset({"claimed", "measured", "residual"})
    table = Table(_COLUMNS, [_cells(checked) for checked in report.claims], right)
    return f"{title}\n{table.markdown() if form == 'markdown' else table.text()}"


def _verdicts(report: SpecReport) -> str:
    """`9 claims: 7 met, 1 disputed, 1 as published`; less where a mistake stood in the way."""
    counts = Counter(checked.verdict for checked in report.claims)
    unknown = report.written - counts.total()
    parts = [f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict]]
    parts += [f"{unknown} not measured"] * (unknown > 0)
    return f"{counted(report.written, 'claim')}: {', '.join(parts)}" if parts else "no claims"


def _cells(checked: Checked) -> tuple[str, ...]:
    measured, residual = "-", ""
    if checked.measured is not None:
        measured, residual = checked.measured.text, checked.measured.residual
    verdict = checked.verdict.value
    return checked.network, checked.metric, checked.claimed, measured, residual, verdict


def _exact(checked: Checked) -> tuple[object, ...]:
    measured = checked.measured
    value, residual = (measured.value, measured.residual) if measured else (None, None)
    verdict = checked.verdict.value
    return checked.network, checked.metric, checked.claimed, value, residual, verdict


def _object(spec: str, checked: Checked) -> dict[str, object]:
    return {"spec": spec, **dict(zip(_COLUMNS, _exact(checked), strict=True))}
