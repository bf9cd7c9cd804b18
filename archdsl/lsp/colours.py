"""Semantic tokens: numbers of five for each word, and only those that have changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from lsprotocol import types

from archdsl.analysis.tokens import Coloured, Look, coloured
from archdsl.lsp.documents import Document, Documents

LEGEND = types.SemanticTokensLegend(
    token_types=[look.value for look in Look],
    token_modifiers=["declaration", "defaultLibrary"],
)
_PLACES = {look: place for place, look in enumerate(Look)}
_WIDTH = 5
"""Numbers of one word: lines and units after the one before it, length, look, modifiers."""

_LONGEST = 2**19
"""Characters of a text whose words have colours: to tell those of a longer one takes seconds."""


@dataclass(frozen=True)
class _Sent:
    result: str
    data: list[int]


class Colours:
    """The colours that each document had when it was asked for them last."""

    def __init__(self) -> None:
        self._sent: dict[str, _Sent] = {}
        self._results = count(1)

    def drop(self, uri: str) -> None:
        self._sent.pop(uri, None)

    def full(self, document: Document, documents: Documents) -> types.SemanticTokens:
        """The colours of all words."""
        data = [*_numbers(document, documents)]
        result = str(next(self._results))
        self._sent[document.uri] = _Sent(result, data)
        return types.SemanticTokens(data=data, result_id=result)

    def since(
        self, document: Document, documents: Documents, result: str
    ) -> types.SemanticTokens | types.SemanticTokensDelta:
        """What has changed since an earlier answer; all where that is another one."""
        before = self._sent.get(document.uri)
        after = self.full(document, documents)
        if before is None or before.result != result:
            return after
        edits = [*_edit(before.data, [*after.data])]
        return types.SemanticTokensDelta(edits=edits, result_id=after.result_id)


def _numbers(document: Document, documents: Documents) -> Iterator[int]:
    if len(document.source.text) > _LONGEST:
        return
    line = unit = 0
    for word in coloured(document.source, documents.names(document)):
        for place, length in _pieces(document, word):
            is_same = place.line == line
            yield place.line - line
            yield place.character - unit * is_same
            yield length
            yield _PLACES[word.look]
            yield word.defines + 2 * word.of_language
            line, unit = place.line, place.character


def _pieces(document: Document, word: Coloured) -> Iterator[tuple[types.Position, int]]:
    """A word by lines: only a doc string has several, and a token must not."""
    start, lines = word.start, document.lines
    for text in document.source.text[word.start : word.end].split("\n"):
        end = start + len(text.rstrip("\r"))
        first, last = lines.position(start), lines.position(end)
        if last.character > first.character:
            yield first, last.character - first.character
        start += len(text) + 1


def _edit(before: list[int], after: list[int]) -> Iterator[types.SemanticTokensEdit]:
    """The one edit between two answers; none where they are alike."""
    most = min(len(before), len(after))
    head = next((i for i in range(most) if before[i] != after[i]), most)
    if head == len(before) == len(after):
        return
    head -= head % _WIDTH
    most -= head
    tail = next((i for i in range(most) if before[-1 - i] != after[-1 - i]), most)
    tail -= tail % _WIDTH
    data = after[head : len(after) - tail]
    yield types.SemanticTokensEdit(head, len(before) - head - tail, data)
