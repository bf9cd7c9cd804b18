"""What is found, as JSON for the page. Places are offsets in texts whose lines end with `\\n`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from archdsl.claims.figures import SpaceResult, SpecReport
from archdsl.compare.difference import Difference, Pair
from archdsl.diagnostics import Diagnostic
from archdsl.draw.picture import Group, Item, Picture
from archdsl.draw.svg import svg
from archdsl.report.overview import Overview
from archdsl.report.text import readable
from archdsl.source import Span

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


def tell_overview(overview: Overview) -> Told:
    """The totals and the lines of a network."""
    lines = list(overview.lines)
    return {
        "input": overview.input,
        "inputs": {
            name: list(overview.graph.type(at).shape) for name, at in overview.graph.inputs.items()
        },
        "totals": [asdict(total) for total in overview.totals],
        "uncounted": overview.uncounted,
        "macs": overview.costs.total.macs,
        "lines": [asdict(line) for line in lines[:_LINES]],
        "more": max(0, len(lines) - _LINES),
    }


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
