"""The words of a text: what can be written at a place, and what is said of a word there.

No network is built for them, so nobody waits for one that is large.
"""

from __future__ import annotations

from itertools import islice

from archdsl.analysis.completing.completing import complete as completions
from archdsl.analysis.completing.proposal import Proposal
from archdsl.analysis.describing.symbols import describe
from archdsl.analysis.naming import names_in
from archdsl.source import Source
from archdsl.studio.asked import Body
from archdsl.studio.desk import Desk
from archdsl.studio.told import Told

_PROPOSALS = 500


def complete(desk: Desk, body: Body) -> Told:
    """What can stand from an offset on, up to the cursor."""
    source, offset = _source(desk, body), body.offset("offset")
    found = completions(source, offset, names_in(desk.path, source))
    return {"from": found.start, "proposals": list(map(_told, islice(found.proposals, _PROPOSALS)))}


def explain(desk: Desk, body: Body) -> Told:
    """What is said of the word at an offset, of each thing that it means."""
    names = names_in(desk.path, _source(desk, body))
    occurrence = names.at(body.offset("offset"))
    if occurrence is None:
        return {"said": []}
    said = dict.fromkeys(describe(symbol, names) for symbol in occurrence.all_symbols)
    return {
        "from": occurrence.span.start,
        "to": occurrence.span.end,
        "said": [
            {"signature": each.signature, "text": each.text, "where": each.where} for each in said
        ],
    }


def _source(desk: Desk, body: Body) -> Source:
    return Source(str(desk.path), body.text("text"))


def _told(proposal: Proposal) -> Told:
    return {
        "label": proposal.label,
        "kind": proposal.kind.value,
        "text": proposal.text,
        "snippet": proposal.snippet,
        "rank": int(proposal.rank),
        "typed": proposal.typed,
    }
