"""What differs from the spec as it was saved to the one in the editor."""

from __future__ import annotations

from dataclasses import replace

from archdsl.compare.difference import Pair, difference
from archdsl.diagnostics import CompileError, error
from archdsl.report.diff import DiffReport
from archdsl.report.text import readable
from archdsl.studio.asked import Asked, Body
from archdsl.studio.desk import Desk
from archdsl.studio.looking import asked_for, chosen
from archdsl.studio.told import LINES, Told


def diff(desk: Desk, body: Body) -> Told:
    """The difference of two networks of one name: the saved one, and the one that is looked at."""
    asked, text = Asked.read(body), desk.disk.read().text
    with desk.analysed(asked.text) as analysis:
        network, name = asked_for(analysis, asked), chosen(analysis, asked.network)
        before = analysis.after(desk.unsaved(text))
        if before.program is not None and name not in before.networks:
            message = f"what is saved has no network `{name}`"
            raise CompileError([error("network", message)])
        saved = asked_for(before, replace(asked, text=text, network=name, changes=()))
        found = difference(saved, network, asked.by)
    report = DiffReport(found, (desk.disk.shown, network.name))
    pairs = [_pair(pair) for pair in found.pairs]
    return {
        "equal": found.is_equal,
        "verdict": report.verdict,
        "facts": list(report.facts),
        "pairs": pairs[:LINES],
        "more": max(0, len(pairs) - LINES),
    }


def _pair(pair: Pair) -> Told:
    """A row with both of its figures; one that only one side has is empty on the other."""
    pieces = (pair.a, pair.b)
    part = next(piece.part for piece in (pair.b, pair.a) if piece is not None)
    return {
        "status": pair.status,
        "name": part.name,
        "kind": part.kind,
        "macs": [readable(piece.part.figures.macs) if piece else "" for piece in pieces],
        "params": [readable(piece.part.figures.params) if piece else "" for piece in pieces],
        "changes": list(map(str, pair.changes)),
        "file": part.span.source.name,
        "line": part.span.line,
    }
