"""A folder with texts that an editor holds, and how a test speaks of places in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient

ASKED: list[str] = []
"""What the server has asked the editor so far."""


@dataclass
class Text:
    """A document of a test, and where a mark in it stands."""

    client: LanguageClient
    path: Path
    text: str
    version: int = 0

    @property
    def uri(self) -> str:
        return self.path.as_uri()

    @property
    def item(self) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri)

    def open(self) -> Text:
        item = types.TextDocumentItem(self.uri, "arch", self.version, self.text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return self

    def change(self, text: str) -> None:
        self.text, self.version = text, self.version + 1
        item = types.VersionedTextDocumentIdentifier(self.version, self.uri)
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(item, [change]))

    def close(self) -> None:
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(self.item))

    def at(self, words: str, ahead: int = 0) -> types.Position:
        """The position of the first of some words that stand in the text; UTF-16, as editors do."""
        return self.position(self.text.index(words) + ahead)

    def position(self, offset: int) -> types.Position:
        line = self.text.count("\n", 0, offset)
        start = self.text.rfind("\n", 0, offset) + 1
        return types.Position(line, len(self.text[start:offset].encode("utf-16-le")) // 2)

    def shown(self, place: types.Range) -> str:
        """The words at a range."""
        lines = [each.encode("utf-16-le") for each in re.split("(?<=\n)", self.text)]
        if place.start.line == place.end.line:
            line = lines[place.start.line]
            return line[2 * place.start.character : 2 * place.end.character].decode("utf-16-le")
        first = lines[place.start.line][2 * place.start.character :]
        middle = lines[place.start.line + 1 : place.end.line]
        last = lines[place.end.line][: 2 * place.end.character]
        return b"".join([first, *middle, last]).decode("utf-16-le")

    async def diagnostics(self) -> list[types.Diagnostic]:
        """What was found in this version of the text. Another request waits for the analysis."""
        whole = types.Range(types.Position(0, 0), types.Position(0, 0))
        await self.client.text_document_inlay_hint_async(types.InlayHintParams(self.item, whole))
        return [*self.client.diagnostics.get(self.uri, [])]


class Editor:
    """Opens texts in a folder."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.texts: list[Text] = []

    def open(self, name: str, text: str) -> Text:
        """A text that is not on disk."""
        document = Text(self.client, self.folder / name, text).open()
        self.texts.append(document)
        return document

    def save(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_bytes(text.encode())
        return path
