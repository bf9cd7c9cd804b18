"""What is found, as JSON for the page. Places are offsets in texts whose lines end with `\\n`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from archdsl.costs.figures import CONVENTIONS, uncounted
from archdsl.diagnostics import Diagnostic
from archdsl.draw.picture import Group, Item, Picture
from archdsl.draw.svg import svg
from archdsl.report.rows import CostTable, Row
from archdsl.report.text import readable, show_inputs
from archdsl.report.totals import totals
from archdsl.source import Span

if TYPE_CHECKING:  # few answers need them
    from archdsl.claims.figures import SpaceResult, SpecReport
    from archdsl.compare.difference import Difference, Pair

Told = dict[str, object]

_LINES = 1_000
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
    inputs = {name: costs.graph.type(at).shape for name, at in costs.graph.inputs.items()}
    counts = uncounted(costs.graph, costs.costs, costs.convention)
    left_out = [f"{name} x {count:,}" for name, count in counts.items()] or ["nothing"]
    return {
        "input": show_inputs(inputs),
        "inputs": inputs,
        "totals": list(_totals(costs)),
        "uncounted": ", ".join(left_out),
        "macs": costs.costs.total.macs,
        "lines": list(map(_row, costs.rows[:_LINES])),
        "more": max(0, len(costs.rows) - _LINES),
    }


def _totals(costs: CostTable) -> Iterator[Told]:
    """The cost in the convention, then all that is the same in every convention."""
    found = {total.name: total for total in totals(costs.graph, costs.costs)}
    own = costs.convention.name
    for name in (own, *(name for name in found if name not in CONVENTIONS)):
        total = found[name]
        shown = total.unit if name in (own, "params") else name.replace("_", " ")
        exact = f"{total.value:,} {total.unit}: {total.counts}"
        yield {"name": shown, "text": total.text, "exact": exact, "value": total.value}


def _row(row: Row) -> Told:
    name, kind, output, params, cost, share = row.cells
    texts = {"name": name, "kind": kind, "output": output, "params": params, "cost": cost}
    place = {"file": row.span.source.name, "line": row.span.line}
    return {**texts, "share": share, "part": row.share, **place}


def tell_picture(picture: Picture) -> Told:
    """A picture as SVG, and the file that each name in it stands for."""
    return {"svg": svg(picture), "files": dict(_files(picture.main.items))}


def _files(items: Iterable[Item]) -> Iterable[tuple[str, str]]:
    for item in items:
        if item.details:
            yield item.details.file, item.details.source
        if isinstance(item, Group):
            yield from _files(item.items)


def tell_report(report: SpecReport) -> Told:
    """The claims of a spec, and its spaces."""
    claims = [
        {
            "network": each.network,
            "metric": each.metric,
            "claimed": each.claimed,
            "measured": each.measured.text if each.measured else "",
            "residual": each.measured.residual if each.measured else "",
            "verdict": each.verdict.value,
        }
        for each in report.claims
    ]
    return {"written": report.written, "claims": claims, "spaces": list(map(_space, report.spaces))}


def _space(space: SpaceResult) -> Told:
    return {
        "name": space.space,
        "members": f"{space.members:,}",
        "all": space.is_all,
        "reason": space.reason,
        "decisions": {name: list(options) for name, options in space.decisions.items()},
    }


def tell_difference(found: Difference, verdict: str, facts: Iterable[str]) -> Told:
    """What differs from the saved network `a` to the one in the editor."""
    outside = [str(change) for change in found.outside]
    pairs = list(map(_pair, found.pairs))
    return {
        "equal": found.is_equal,
        "verdict": verdict,
        "facts": [*outside, *facts],
        "pairs": pairs[:_LINES],
        "more": max(0, len(pairs) - _LINES),
    }


def _pair(pair: Pair) -> Told:
    shown = pair.b or pair.a
    assert shown is not None
    part = shown.part
    return {
        "status": pair.status,
        "name": part.name,
        "kind": part.kind,
        "macs": [readable(each.part.figures.macs) if each else "" for each in (pair.a, pair.b)],
        "params": [readable(each.part.figures.params) if each else "" for each in (pair.a, pair.b)],
        "changes": list(map(str, pair.changes)),
        "file": part.span.source.name,
        "line": part.span.line,
    }
