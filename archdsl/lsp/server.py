"""The server: what it knows of one editor, and when it does what.

A key makes the last answers old. The text is analysed at the next pause, which takes hundredths of
a second, and requests wait for that. What takes seconds is judged after a longer pause, in a
process that the next key stops.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from archdsl.analysis.apart import judge_apart
from archdsl.lsp import numbers
from archdsl.lsp.colours import Colours
from archdsl.lsp.completion import Completions
from archdsl.lsp.documents import Document, Documents
from archdsl.lsp.navigation import Navigator
from archdsl.lsp.pauses import Pauses
from archdsl.lsp.publishing import Publisher
from archdsl.version import __version__

_PAUSE = 0.03
"""Seconds without a key before a text is analysed."""

_LONG_PAUSE = 0.8
"""Seconds without a key before texts are judged, and others analysed that use the changed one."""

_SHARE = 2
"""A text that takes long to analyse waits this many times as long."""

_PATIENCE = 10.0
"""Seconds that a request waits for an analysis."""

_JUDGING = "judging"


class ArchServer(LanguageServer):
    """A language server for one editor."""

    documents: Documents
    completions: Completions
    publisher: Publisher

    def __init__(self) -> None:
        # Texts come whole: edits in parts would count lines as Python does, and not as editors do.
        sync = types.TextDocumentSyncKind.Full
        super().__init__("archdsl", __version__, text_document_sync_kind=sync)
        self.colours = Colours()
        self.choices: dict[numbers.Body, numbers.Shown] = {}
        self._pauses = Pauses()
        self._took = 0.0

    def begin(self) -> None:
        """Note where the project is, and how the editor counts."""
        home = next(iter(self.folders), Path.cwd())
        encoding = self.workspace.position_encoding or types.PositionEncodingKind.Utf16
        self.documents = Documents(home, encoding)
        self.publisher = Publisher(self.documents, self.text_document_publish_diagnostics)
        completion = self.client_capabilities.text_document
        item = completion.completion if completion else None
        details = item.completion_item if item else None
        self.completions = Completions(snippets=bool(details and details.snippet_support))

    @property
    def folders(self) -> list[Path]:
        """The folders of the project that are on this machine."""
        paths = [to_fs_path(uri) for uri in self.workspace.folders]
        return [Path(path) for path in dict.fromkeys([*paths, self.workspace.root_path]) if path]

    def navigator(self, document: Document) -> Navigator:
        return Navigator(document, self.documents, self.folders)

    # Texts

    def note(self, uri: str, version: int | None, text: str) -> None:
        """A text was opened or changed: it is analysed at the next pause."""
        self.documents.put(uri, version, text)
        self._pauses.stop(_JUDGING)
        self._pauses.after(max(_PAUSE, _SHARE * self._took), uri, lambda: self._analyse(uri))

    def forget(self, uri: str) -> None:
        """A document was closed: others that use it read its file now."""
        self._pauses.stop(uri)
        self.documents.drop(uri)
        self.colours.drop(uri)
        self.publisher.forget(uri)
        self._judge_later()

    def note_files(self) -> None:
        """Files have changed: all open texts may mean something else."""
        self.documents.note_change()
        self._judge_later()

    def document(self, uri: str) -> Document | None:
        """A document by its name; None if it is not open, or longer than a spec can be."""
        document = self.documents.get(uri)
        return None if document is None or document.is_too_large else document

    async def ready(self, uri: str) -> Document | None:
        """The same, once what was typed last is analysed."""
        await self._pauses.done(uri, _PATIENCE)
        document = self.documents.get(uri)
        if document is not None and not self.documents.is_known(document):
            await self._analyse(uri)
        return self.document(uri)

    async def _analyse(self, uri: str) -> None:
        """Analyse a text, and show its mistakes."""
        document = self.documents.get(uri)
        if document is None:
            return
        begin = time.process_time()
        self.documents.analysis(document)
        self._took = time.process_time() - begin
        self.publisher.show(document)
        self._judge_later()

    # What takes longer

    def _judge_later(self) -> None:
        self._pauses.after(_LONG_PAUSE, _JUDGING, self._judge)

    async def _judge(self) -> None:
        """Analyse the texts that use what has changed, and judge those that read other text now."""
        stale = [each for each in self.documents if not self.documents.is_known(each)]
        for document in stale:
            self.documents.analysis(document)
            self.publisher.show(document)
            # There can be hundreds, and a request or the next key does not wait for all.
            await asyncio.sleep(0)
        if stale:
            self._refresh_numbers()
        for document in self.documents:
            program = self.documents.analysis(document).program
            judged = self.documents.judged(document)
            if program is None or (judged is not None and judged.digest == program.digest):
                continue
            judgement = await judge_apart(document.path, self.documents.unsaved)
            if judgement is None or self.documents.get(document.uri) is not document:
                continue
            self.documents.note_judgement(document, program.digest, judgement)
            self.publisher.show(document)
            self._refresh_lenses()

    def show_numbers(self, uri: str, network: str) -> None:
        """Let the rows that a network has, or derives from, show its numbers."""
        found = numbers.chosen(self.documents, uri, network)
        if found is None:
            text = f"no network is called `{network}` in {self.documents.path_of(uri).name}"
            self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, text))
            return
        body, shown, place = found
        self.choices.pop(body, None)
        if shown is not None:
            self.choices[body] = shown
        self._refresh_numbers()
        self._show_document(body.path, place)

    def _show_document(self, path: Path, place: types.Range) -> None:
        window = self.client_capabilities.window
        if window is not None and window.show_document is not None:
            uri = self.documents.uri_of(path)
            params = types.ShowDocumentParams(uri, take_focus=True, selection=place)
            self.window_show_document(params)

    def _refresh_numbers(self) -> None:
        """Ask the editor to ask again for what stands beside rows."""
        can = self.client_capabilities.workspace
        if can is not None and can.inlay_hint is not None and can.inlay_hint.refresh_support:
            self.workspace_inlay_hint_refresh(None)
        self._refresh_lenses()

    def _refresh_lenses(self) -> None:
        can = self.client_capabilities.workspace
        if can is not None and can.code_lens is not None and can.code_lens.refresh_support:
            self.workspace_code_lens_refresh(None)
