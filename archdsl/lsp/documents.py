"""The open documents: their texts, and what was last known of each.

An analysis is made when somebody asks for it, and again only after a change. It rests on all open
texts, since one may use another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lsprotocol.types import PositionEncodingKind
from pygls.uris import to_fs_path

from archdsl import limits
from archdsl.analysis.analysis import Analysis, analyse
from archdsl.analysis.judging import Judgement
from archdsl.analysis.names.finding import Names
from archdsl.analysis.naming import names_in, names_of
from archdsl.diagnostics import CompileError
from archdsl.lsp.positions import Lines
from archdsl.program.files import NOTHING_UNSAVED, Unsaved, read
from archdsl.source import Source

_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_WORD = re.compile(r"\W+")


@dataclass(frozen=True)
class Document:
    """A text that an editor holds, under the name that the editor has for it."""

    uri: str
    path: Path
    version: int | None
    source: Source
    encoding: PositionEncodingKind | str

    @cached_property
    def real_path(self) -> Path:
        """The path without links: one for each file."""
        return self.path.resolve()

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.source.text, self.encoding)

    @property
    def is_too_large(self) -> bool:
        """Whether it is longer than any spec can be: then that is all that is said of it."""
        return len(self.source.text) > limits.SOURCE_BYTES


@dataclass(frozen=True)
class Judged:
    """What was judged of a text. `digest` is that of all files that it reads."""

    source: Source
    digest: str
    judgement: Judgement


class Documents:
    """All open documents of one editor."""

    def __init__(self, home: Path, encoding: PositionEncodingKind | str) -> None:
        self.home = home
        self.encoding = encoding
        self._open: dict[str, Document] = {}
        self._known: dict[str, tuple[int, Analysis]] = {}
        self._sound: dict[str, Analysis] = {}
        self._names: dict[str, tuple[Source, int, Names]] = {}
        self._unsaved: tuple[int, Unsaved] = (-1, NOTHING_UNSAVED)
        self._judged: dict[str, Judged] = {}
        self._changes = 0

    # Texts

    def put(self, uri: str, version: int | None, text: str) -> Document:
        """A document was opened, or has another text."""
        path = self.path_of(uri)
        # Half of a pair of surrogates is no text. What stands for it is as long.
        source = Source(str(path), _SURROGATE.sub("\ufffd", text))
        document = Document(uri, path, version, source, self.encoding)
        self._open[uri] = document
        self.note_change()
        return document

    def drop(self, uri: str) -> None:
        """A document was closed: its file counts again."""
        for table in (self._open, self._known, self._sound, self._names, self._judged):
            table.pop(uri, None)
        self.note_change()

    def note_change(self) -> None:
        """Some text has changed, or a file: what was known may not hold any more."""
        self._changes += 1

    def get(self, uri: str) -> Document | None:
        return self._open.get(uri)

    def __iter__(self) -> Iterator[Document]:
        return iter([*self._open.values()])

    @property
    def unsaved(self) -> Unsaved:
        """The texts that are not what their files have, or have no file any more."""
        stamp, known = self._unsaved
        if stamp != self._changes:
            # Compared once for a change: all open documents are analysed with it.
            texts = {document.real_path: document.source.text for document in self}
            known = {path: text for path, text in texts.items() if text != _text_of(path)}
            self._unsaved = self._changes, known
        return known

    def path_of(self, uri: str) -> Path:
        """The file of a document; one that is nowhere yet would be in the folder of the project."""
        path = to_fs_path(uri)
        if path is not None and "\0" not in path:
            return Path(path)
        return self.home / f"{_NO_WORD.sub('_', uri)}.arch"

    def uri_of(self, path: Path) -> str:
        """The name that the editor has for a file."""
        real = path.resolve()
        known = (each.uri for each in self if each.real_path == real)
        return next(known, real.as_uri())

    # What is known of them

    def analysis(self, document: Document) -> Analysis:
        """What the text says now."""
        stamp, last = self._known.get(document.uri, (-1, None))
        if last is None:
            last = analyse(document.path, self.unsaved)
        elif stamp != self._changes:
            last = last.after(self.unsaved)
        self._known[document.uri] = self._changes, last
        if last.program is not None:
            self._sound[document.uri] = last
        return last

    def sound(self, document: Document) -> Analysis | None:
        """What was last known of a text that did parse: of this one, or of one before it."""
        return self._sound.get(document.uri)

    def is_known(self, document: Document) -> bool:
        """Whether the analysis is there, and nothing has changed since."""
        return self._known.get(document.uri, (-1, None))[0] == self._changes

    def judged(self, document: Document) -> Judged | None:
        """What was judged last, of this text or of one before it."""
        return self._judged.get(document.uri)

    def note_judgement(self, document: Document, digest: str, judgement: Judgement) -> None:
        """A text was judged, whose files together had that digest."""
        self._judged[document.uri] = Judged(document.source, digest, judgement)

    def names(self, document: Document) -> Names:
        """The names of a text, without the definitions that do not parse."""
        source, stamp, names = self._names.get(document.uri, (None, -1, None))
        if names is None or source != document.source or stamp != self._changes:
            names = self._read_names(document)
            self._names[document.uri] = document.source, self._changes, names
        return names

    def _read_names(self, document: Document) -> Names:
        """Read them anew: a completion cannot wait until all networks are built."""
        if self.is_known(document):
            return names_of(self.analysis(document), document.source, self.unsaved)
        return names_in(document.path, document.source, self.unsaved)


def _text_of(path: Path) -> str | None:
    """The text of a file; None where there is none that a spec can be."""
    with suppress(CompileError):
        return read(path).text
    return None
