"""The words of a text: what can be written at a place, and what is said of a word there."""

from __future__ import annotations

from itertools import islice

from archdsl.analysis.completing.completing import complete
from archdsl.analysis.completing.proposal import Proposal
from archdsl.analysis.describing.symbols import describe
from archdsl.analysis.names.finding import Names
from archdsl.source import Source
from archdsl.studio.told import Told

_PROPOSALS = 500


def proposals(names: Names, source: Source, offset: int) -> Told:
    """What can stand from an offset on, up to the cursor."""
    found = complete(source, offset, names)
    return {"from": found.start, "proposals": list(map(_told, islice(found.proposals, _PROPOSALS)))}


def _told(proposal: Proposal) -> Told:
    return {
        "label": proposal.label,
        "kind": proposal.kind.value,
        "text": proposal.text,
        "snippet": proposal.snippet,
        "rank": int(proposal.rank),
        "typed": proposal.typed,
    }


def explanation(names: Names, offset: int) -> Told:
    """What is said of the word at an offset, of each thing that it means."""
    occurrence = names.at(offset)
    if occurrence is None:
        return {"said": []}
    said = [describe(symbol, names) for symbol in occurrence.all_symbols]
    return {
        "from": occurrence.span.start,
        "to": occurrence.span.end,
        "said": [
            {"signature": each.signature, "text": each.text, "where": each.where}
            for each in dict.fromkeys(said)
        ],
    }
