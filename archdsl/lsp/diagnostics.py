"""Mistakes in the types of the protocol, each in the file in which it is shown.

A mistake is shown where its first label stands. Files of archdsl itself are nobody's to change, so
one that is there is shown at the first label that stands in the user's own text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from lsprotocol import types

from archdsl.analysis.analysis import Analysis
from archdsl.analysis.drafts.shift import Shift
from archdsl.diagnostics import Diagnostic, Label, Severity
from archdsl.lsp.documents import Document, Documents, Judged
from archdsl.lsp.positions import Lines
from archdsl.program.files import shipped_as
from archdsl.program.program import Program
from archdsl.report.machines import told
from archdsl.report.text import visible
from archdsl.source import Source

SOURCE = "archdsl"

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}
_UNUSED = "unused"


class Shown:
    """Shows the diagnostics of one document, and those of files that it uses."""

    def __init__(self, document: Document, documents: Documents, program: Program | None) -> None:
        self._document = document
        self._documents = documents
        units = program.units if program is not None else ()
        self._paths = {unit.file.source.name: unit.path for unit in units}
        self._lines: dict[str, Lines] = {document.source.name: document.lines}

    def all(
        self, diagnostics: Iterable[Diagnostic]
    ) -> list[tuple[str, Diagnostic, types.Diagnostic]]:
        """The diagnostics as they are shown, each with the document where."""
        return [*map(self._one, diagnostics)]

    def _one(self, diagnostic: Diagnostic) -> tuple[str, Diagnostic, types.Diagnostic]:
        label = self._label(diagnostic)
        uri = self._uri(label.span.source) if label else self._document.uri
        return uri, diagnostic, self._shown(diagnostic, label)

    def _label(self, diagnostic: Diagnostic) -> Label | None:
        """The first label that stands in a file of the user."""
        own = (each for each in diagnostic.labels if not self._is_shipped(each.span.source))
        return next(own, None)

    def _path(self, source: Source) -> Path:
        if source.name == self._document.source.name:
            return self._document.path
        return self._paths.get(source.name, Path(source.name))

    def _is_shipped(self, source: Source) -> bool:
        path = self._path(source)
        return shipped_as(path) is not None and path.resolve() != self._document.path.resolve()

    def _uri(self, source: Source) -> str:
        if source.name == self._document.source.name:
            return self._document.uri
        return self._documents.uri_of(self._path(source))

    def _lines_of(self, source: Source) -> Lines:
        if source.name not in self._lines:
            self._lines[source.name] = Lines(source.text, self._document.encoding)
        return self._lines[source.name]

    def _range(self, label: Label) -> types.Range:
        return self._lines_of(label.span.source).of(label.span)

    def _shown(self, diagnostic: Diagnostic, label: Label | None) -> types.Diagnostic:
        unused = diagnostic.code == _UNUSED and diagnostic.severity is Severity.WARNING
        start = types.Position(0, 0)
        return types.Diagnostic(
            range=self._range(label) if label else types.Range(start, start),
            message=visible(told(diagnostic)),
            severity=_SEVERITIES[diagnostic.severity],
            code=diagnostic.code,
            source=SOURCE,
            tags=[types.DiagnosticTag.Unnecessary] if unused else None,
            related_information=[*self._related(diagnostic, label)] or None,
        )

    def _related(
        self, diagnostic: Diagnostic, shown: Label | None
    ) -> Iterator[types.DiagnosticRelatedInformation]:
        for label in diagnostic.labels:
            if label is not shown:
                location = types.Location(self._uri(label.span.source), self._range(label))
                text = visible(label.text) or "here"
                yield types.DiagnosticRelatedInformation(location, text)


def found_in(document: Document, analysis: Analysis, judged: Judged | None) -> list[Diagnostic]:
    """What was found in a text: at once, and what was judged of it or of a text before it."""
    known = [*analysis.diagnostics]
    if judged is None or analysis.program is None:
        return known
    if judged.digest == analysis.program.digest:
        return [*judged.judgement.diagnostics]
    shift = Shift(judged.source, document.source)
    moved = (_moved(each, shift) for each in judged.judgement.diagnostics if _is_late(each))
    places = {(each.code, each.labels[0].span) for each in known if each.labels}
    later = [each for each in moved if each and (each.code, each.labels[0].span) not in places]
    return known + later


_LATE = {"claim", "disputed", "recipe", "search"}
"""Codes of what only a judgement finds."""


def _is_late(diagnostic: Diagnostic) -> bool:
    return diagnostic.code in _LATE and bool(diagnostic.labels)


def _moved(diagnostic: Diagnostic, shift: Shift) -> Diagnostic | None:
    """A diagnostic in a later text; None where its place has changed."""
    labels = []
    for label in diagnostic.labels:
        span = shift.span(label.span) if label.span.source == shift.before else label.span
        if span is None:
            return None
        labels.append(replace(label, span=span))
    return replace(diagnostic, labels=tuple(labels))
