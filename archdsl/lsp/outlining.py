"""The outline of a document as the protocol has it."""

from __future__ import annotations

from lsprotocol import types

from archdsl.analysis.outline import Entry, draft, outline
from archdsl.lsp.documents import Document, Documents
from archdsl.lsp.kinds import IN_OUTLINE
from archdsl.report.text import in_a_line

_LONGEST = 120
"""Characters of what stands beside a name."""


def symbols(document: Document, documents: Documents) -> list[types.DocumentSymbol]:
    """The definitions of a text, and what is in them as far as it parses."""
    program = documents.analysis(document).program
    entries = outline(program.main.file) if program is not None else draft(document.source)
    return [_symbol(each, document) for each in entries]


def _symbol(entry: Entry, document: Document) -> types.DocumentSymbol:
    detail = in_a_line(entry.detail)
    return types.DocumentSymbol(
        name=in_a_line(entry.name) or "?",
        kind=IN_OUTLINE[entry.kind],
        range=document.lines.of(entry.span),
        selection_range=document.lines.of(entry.place),
        detail=detail if len(detail) <= _LONGEST else f"{detail[: _LONGEST - 3]}...",
        children=[_symbol(each, document) for each in entry.parts],
    )
