"""The mistakes that an editor shows: for each file those that any open document has found there."""

from __future__ import annotations

from collections.abc import Callable

from lsprotocol import types

from archdsl.diagnostics import Diagnostic
from archdsl.lsp.diagnostics import Shown, found_in
from archdsl.lsp.documents import Document, Documents

Send = Callable[[types.PublishDiagnosticsParams], None]


class Publisher:
    """Tells the editor what was found, where that is not what it was told before."""

    def __init__(self, documents: Documents, send: Send) -> None:
        self._documents = documents
        self._send = send
        self._found: dict[str, list[tuple[str, Diagnostic, types.Diagnostic]]] = {}
        self._sent: dict[str, list[types.Diagnostic]] = {}

    def show(self, document: Document) -> None:
        """Show the mistakes of a document, also those in files that it uses."""
        analysis = self._documents.analysis(document)
        found = found_in(document, analysis, self._documents.judged(document))
        self._replace(document.uri, Shown(document, self._documents, analysis.program).all(found))

    def forget(self, uri: str) -> None:
        """A document was closed: what it has found is shown no more."""
        self._replace(uri, [])
        del self._found[uri]

    def of(self, uri: str) -> list[tuple[Diagnostic, types.Diagnostic]]:
        """What a document has found in its own text."""
        found = self._found.get(uri, [])
        return [(mistake, shown) for place, mistake, shown in found if place == uri]

    def _replace(self, uri: str, found: list[tuple[str, Diagnostic, types.Diagnostic]]) -> None:
        before = {place for place, _, _ in self._found.get(uri, [])}
        self._found[uri] = found
        for place in before | {place for place, _, _ in found} | {uri}:
            self._publish(place)

    def _publish(self, uri: str) -> None:
        everything = [each for found in self._found.values() for each in found]
        known: list[types.Diagnostic] = []
        for place, _, shown in everything:
            if place == uri and not any(_is_same(shown, other) for other in known):
                known.append(shown)
        if known == self._sent.get(uri):
            return
        self._sent[uri] = known
        document = self._documents.get(uri)
        version = document.version if document is not None else None
        self._send(types.PublishDiagnosticsParams(uri, known, version))


def _is_same(one: types.Diagnostic, other: types.Diagnostic) -> bool:
    """Whether two documents have found the same."""
    return (one.code, one.range, one.message) == (other.code, other.range, other.message)
