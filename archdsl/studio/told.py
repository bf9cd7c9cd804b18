"""What several answers tell, as JSON. Places are offsets in texts whose lines end with `\\n`."""

from __future__ import annotations

from collections.abc import Iterable

from archdsl.costs.figures import CONVENTIONS, uncounted
from archdsl.diagnostics import Diagnostic
from archdsl.draw.picture import Group, Item, Picture
from archdsl.draw.svg import svg_strip
from archdsl.report.rows import CostTable, Row
from archdsl.report.text import show_inputs
from archdsl.report.totals import Total, totals
from archdsl.source import Span

Told = dict[str, object]

LINES = 1_000
"""Lines of a table that a page shows: more would only make it slow."""


def tell_place(span: Span) -> Told:
    """A place of a text: the name of its file, the offsets, and the line of its start."""
    return {"file": span.source.name, "from": span.start, "to": span.end, "line": span.line}


def tell_diagnostic(diagnostic: Diagnostic) -> Told:
    """A diagnostic with all its places, and the replacement that mends it where there is one."""
    fix = diagnostic.fix
    return {
        "severity": diagnostic.severity.value,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "labels": [{**tell_place(each.span), "text": each.text} for each in diagnostic.labels],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
        "fix": {**tell_place(fix.span), "text": fix.text} if fix else None,
    }


def tell_costs(costs: CostTable) -> Told:
    """The totals and the rows of a network, and what the convention leaves out."""
    inputs = costs.graph.input_shapes
    counts = uncounted(costs.graph, costs.costs, costs.convention)
    left_out = [f"{name} x {count:,}" for name, count in counts.items()] or ["nothing"]
    return {
        "input": show_inputs(inputs),
        "inputs": inputs,
        "totals": tell_totals(costs),
        "uncounted": ", ".join(left_out),
        "macs": costs.costs.total.macs,
        "lines": list(map(_row, costs.rows[:LINES])),
        "more": max(0, len(costs.rows) - LINES),
    }


def tell_totals(costs: CostTable) -> list[Told]:
    """The cost in the convention, then all that is the same in every convention."""
    found = {total.name: total for total in totals(costs.graph, costs.costs)}
    names = (costs.convention.name, *(name for name in found if name not in CONVENTIONS))
    return [_total(found[name], has_unit=name in (names[0], "params")) for name in names]


def _total(total: Total, *, has_unit: bool) -> Told:
    name = total.unit if has_unit else total.name.replace("_", " ")
    exact = f"{total.exact} {total.unit}: {total.counts}"
    return {"name": name, "text": total.text, "exact": exact, "value": total.value}


def _row(row: Row) -> Told:
    name, kind, output, params, cost, share = row.cells
    texts = {"name": name, "kind": kind, "output": output, "params": params, "cost": cost}
    place = {"file": row.span.source.name, "line": row.span.line}
    return {**texts, "share": share, "part": row.share, **place}


def tell_picture(picture: Picture) -> Told:
    """A picture as SVG, and the file that each name in it stands for."""
    return {"svg": svg_strip(picture), "files": dict(_files(picture.main.items))}


def _files(items: Iterable[Item]) -> Iterable[tuple[str, str]]:
    for item in items:
        if item.details:
            yield item.details.file, item.details.source
        if isinstance(item, Group):
            yield from _files(item.items)
