"""From a name to its definition, to all its uses, and to its other spellings: across files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from lsprotocol import types

from archdsl import compiler
from archdsl.analysis.names.files import specs_below, users
from archdsl.analysis.names.finding import Names, occurrences
from archdsl.analysis.names.renaming import Edit, Refused, check_renameable, rename
from archdsl.analysis.names.symbol import Occurrence, Role, Symbol
from archdsl.diagnostics import CompileError
from archdsl.lsp.documents import Document, Documents
from archdsl.lsp.positions import Lines
from archdsl.program.files import Unsaved
from archdsl.program.program import Program
from archdsl.source import Span


class Navigator:
    """Answers where a name of one document is defined and used."""

    def __init__(self, document: Document, documents: Documents, folders: Sequence[Path]) -> None:
        self._document = document
        self._documents = documents
        self._folders = folders
        self._names = documents.names(document)
        self._lines: dict[str, Lines] = {}

    def at(self, position: types.Position) -> Occurrence | None:
        return self._names.at(self._document.lines.offset(position))

    def definitions(self, position: types.Position) -> list[types.Location]:
        """Where the name at a position is defined; a column can mean several parameters."""
        occurrence = self.at(position)
        symbols = occurrence.all_symbols if occurrence is not None else ()
        found = [place for each in symbols for place in self._names.definitions(each)]
        places = {(unit.real_path, span.start): (unit.path, span) for unit, span in found}
        here = self._document.path.resolve()
        elsewhere = [
            (path, span)
            for path, span in places.values()
            if occurrence is None or span != occurrence.span or path.resolve() != here
        ]
        return [self._location(path, span) for path, span in elsewhere or places.values()]

    def references(self, position: types.Position, *, definition: bool) -> list[types.Location]:
        """Where the name at a position is used, in all specs of the project."""
        occurrence = self.at(position)
        if occurrence is None or not occurrence.all_symbols:
            return []
        programs = [*self._programs(occurrence.all_symbols)]
        return [
            self._location(each.unit.path, each.span)
            for each in occurrences(programs, occurrence.all_symbols)
            if definition or each.occurrence.role is not Role.DEFINES
        ]

    def highlights(self, position: types.Position) -> list[types.DocumentHighlight]:
        """The uses of the name in this document."""
        occurrence = self.at(position)
        if occurrence is None:
            return []
        wanted, kinds = set(occurrence.all_symbols), types.DocumentHighlightKind
        writes = (Role.DEFINES, Role.WRITES)
        own = self._names.of(self._names.program.main).occurrences
        return [
            types.DocumentHighlight(
                self._document.lines.of(each.span),
                kinds.Write if each.role in writes else kinds.Read,
            )
            for each in own
            if wanted.intersection(each.all_symbols) and each.span.text
        ]

    def prepare_rename(self, position: types.Position) -> types.PrepareRenamePlaceholder | None:
        """The name that would be changed.

        Raises:
            Refused: it is none of the user's own.
        """
        occurrence = self.at(position)
        if occurrence is None:
            return None
        check_renameable(occurrence)
        place = self._document.lines.of(occurrence.span)
        return types.PrepareRenamePlaceholder(range=place, placeholder=occurrence.text)

    def rename(self, position: types.Position, new: str) -> types.WorkspaceEdit | None:
        """The edits of all files that give the name at a position another spelling.

        Raises:
            Refused: it cannot be changed, with the reason.
        """
        occurrence = self.at(position)
        if occurrence is None:
            return None
        check_renameable(occurrence)
        symbol = occurrence.symbols[0]
        programs = [*self._all_programs(symbol)]
        edits = rename(programs, symbol, new, _load, self._documents.unsaved)
        return types.WorkspaceEdit(changes=self._changes(edits))

    def _changes(self, edits: Sequence[Edit]) -> dict[str, list[types.TextEdit]]:
        changes: dict[str, list[types.TextEdit]] = {}
        for each in edits:
            place = self._location(each.path, each.span)
            changes.setdefault(place.uri, []).append(types.TextEdit(place.range, each.text))
        return changes

    def _users(self, symbols: Sequence[Symbol]) -> list[Path]:
        """The other specs in which symbols can occur: those that use their files."""
        here, unsaved = self._document.path.resolve(), self._documents.unsaved
        specs = dict.fromkeys([*unsaved, *specs_below([*self._folders, here.parent])])
        files = dict.fromkeys(symbol.file for symbol in symbols)
        found = dict.fromkeys(
            path
            for file in files
            for path in (users(specs, file, unsaved) if file is not None else specs)
        )
        return [path for path in found if path != here]

    def _programs(self, symbols: Sequence[Symbol]) -> Iterator[Names]:
        """The programs in which symbols can occur, as far as they can be read."""
        yield self._names
        for path in self._users(symbols):
            with suppress(CompileError):
                yield Names(_load(path, self._documents.unsaved))

    def _all_programs(self, symbol: Symbol) -> Iterator[Names]:
        """The programs in which a symbol can occur, without exception.

        Raises:
            Refused: one cannot be read, so not all uses are known.
        """
        unread = "has mistakes of syntax, so not all uses are known"
        if self._documents.analysis(self._document).program is None:
            raise Refused(f"the text {unread}")
        yield self._names
        for path in self._users([symbol]):
            try:
                yield Names(_load(path, self._documents.unsaved))
            except CompileError:
                raise Refused(f"{path.name} {unread}") from None

    def _location(self, path: Path, span: Span) -> types.Location:
        uri = self._documents.uri_of(path)
        lines = self._lines.get(uri)
        if lines is None:
            lines = self._lines[uri] = Lines(span.source.text, self._document.encoding)
        return types.Location(uri, lines.of(span))


def _load(path: Path, unsaved: Unsaved) -> Program:
    return compiler.resolve(path, (), unsaved)
