"""The text as it is now: its mistakes, its networks, and the one that is looked at."""

from __future__ import annotations

from time import thread_time

from archdsl.analysis.analysis import Analysis
from archdsl.diagnostics import CompileError
from archdsl.report.rows import CostTable
from archdsl.studio.asked import Asked, Body
from archdsl.studio.desk import Desk
from archdsl.studio.looking import Look, look
from archdsl.studio.told import (
    Told,
    tell_costs,
    tell_diagnostic,
    tell_picture,
    tell_place,
    tell_totals,
)


def analyse(desk: Desk, body: Body) -> Told:
    """What the page shows while somebody types. `seconds` of the processor is what it took."""
    asked, start = Asked.read(body), thread_time()
    with desk.analysed(asked.text) as analysis:
        is_read = analysis.program is not None
        return {
            "diagnostics": list(map(tell_diagnostic, analysis.diagnostics)),
            "networks": _networks(analysis) if is_read else None,
            "look": None,
            "refused": [],
            **(_looked(analysis, asked) if is_read else {}),
            "seconds": thread_time() - start,
        }


def _looked(analysis: Analysis, asked: Asked) -> Told:
    """The network that is asked for, or why it cannot be looked at in that way."""
    try:
        seen = look(analysis, asked)
    except CompileError as failure:
        return {"refused": list(map(tell_diagnostic, failure.diagnostics))}
    return {"look": _look(seen) if seen else None}


def _networks(analysis: Analysis) -> list[Told]:
    """The networks that can be looked at, in the order of the text."""
    return [
        {
            "name": name,
            "place": tell_place(facts.span),
            "space": facts.is_space,
            "whole": facts.is_whole,
        }
        for name, facts in analysis.networks.items()
    ]


def _totals(seen: Look) -> list[Told]:
    """The totals without the changes, where there are any to be compared with."""
    asked, base = seen.asked, seen.facts
    if not asked.changes or asked.input:
        return []
    return tell_totals(CostTable(base.graph, base.costs, asked.convention))


def _look(seen: Look) -> Told:
    base = seen.facts
    inputs = base.graph.input_shapes
    return {
        "network": base.name,
        "shown": " + ".join([base.name, *seen.asked.changes]),
        "space": base.is_space,
        "whole": base.is_whole,
        "operations": len(seen.graph),
        "base": {"macs": base.costs.total.macs, "inputs": inputs, "totals": _totals(seen)},
        **tell_costs(seen.table),
        "picture": tell_picture(seen.picture),
    }
