"""Completions: proposals as items, whose documentation is made when an item is looked at."""

from __future__ import annotations

from dataclasses import replace

from lsprotocol import types

from archdsl.analysis.completing.completing import complete
from archdsl.analysis.completing.proposal import Proposal
from archdsl.analysis.describing.symbols import Description, describe
from archdsl.analysis.names.finding import Names
from archdsl.lsp.documents import Document, Documents
from archdsl.lsp.kinds import IN_COMPLETION
from archdsl.lsp.markdown import described, escaped


class Completions:
    """The proposals that were made last, with what their documentation needs."""

    def __init__(self, *, snippets: bool) -> None:
        self._snippets = snippets
        self._number = 0
        self._proposals: tuple[Proposal, ...] = ()
        self._names: Names | None = None

    def at(
        self, document: Document, documents: Documents, position: types.Position
    ) -> types.CompletionList:
        """What can be written at a position."""
        offset, names = document.lines.offset(position), documents.names(document)
        found = complete(document.source, offset, names)
        self._number, self._proposals, self._names = self._number + 1, found.proposals, names
        place = document.lines.range(found.start, offset)
        items = [self._item(number, place) for number in range(len(found.proposals))]
        return types.CompletionList(is_incomplete=False, items=items)

    def _item(self, number: int, place: types.Range) -> types.CompletionItem:
        proposal = self._proposals[number]
        is_snippet = proposal.snippet is not None and self._snippets
        text = proposal.snippet if is_snippet and proposal.snippet else proposal.label
        formats = types.InsertTextFormat
        return types.CompletionItem(
            label=proposal.label,
            kind=IN_COMPLETION[proposal.kind],
            detail=proposal.text or None,
            sort_text=f"{proposal.rank:d}{number:04d}",
            filter_text=proposal.typed,
            text_edit=types.TextEdit(place, text),
            insert_text_format=formats.Snippet if is_snippet else formats.PlainText,
            data=[self._number, number],
        )

    def resolved(self, item: types.CompletionItem) -> types.CompletionItem:
        """An item with its documentation. One of an earlier list stays as it is."""
        match item.data:
            case [self._number, int(place)] if 0 <= place < len(self._proposals):
                return self._documented(item, self._proposals[place])
        return item

    def _documented(self, item: types.CompletionItem, proposal: Proposal) -> types.CompletionItem:
        if self._names is None:
            return item
        description = describe(proposal.symbol, self._names)
        if description.signature == proposal.label:
            text = proposal.text or description.text
            description = replace(description, text=text)
        item.documentation = types.MarkupContent(types.MarkupKind.Markdown, _text(description))
        return item


def _text(description: Description) -> str:
    return described(description) if description.signature else escaped(description.text)
