"""Diagnostics for programs: JSON, SARIF for code scanning, and annotations of GitHub.

Lines and columns are counted from 1, in characters, and an end is behind the last one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from archdsl.diagnostics import Diagnostic, Label, Severity
from archdsl.report.text import as_json, visible
from archdsl.source import Span
from archdsl.version import __version__

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


# JSON


def diagnostic_object(diagnostic: Diagnostic) -> dict[str, object]:
    """A diagnostic as JSON. `fix` is a replacement, which makes the text as it is meant."""
    fix = diagnostic.fix
    return {
        "severity": diagnostic.severity.value,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "labels": [{**_place(label.span), "text": label.text} for label in diagnostic.labels],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
        "fix": {**_place(fix.span), "replacement": fix.text} if fix else None,
    }


def _place(span: Span) -> dict[str, object]:
    (line, column), (end_line, end_column) = _ends(span)
    place = {"line": line, "column": column, "end_line": end_line, "end_column": end_column}
    return {"file": span.source.name, **place}


def _ends(span: Span) -> tuple[tuple[int, int], tuple[int, int]]:
    return span.source.position(span.start), span.source.position(span.end)


# SARIF 2.1.0 (OASIS)


def sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """Diagnostics as a log of one run; each code is a rule."""
    rules = list(dict.fromkeys(diagnostic.code for diagnostic in diagnostics))
    driver = {
        "name": "archdsl",
        "version": __version__,
        "rules": [{"id": rule} for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, rules.index(each.code)) for each in diagnostics],
    }
    return as_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": diagnostic.severity.value,  # SARIF has the same three words
        "message": {"text": told(diagnostic)},
    }
    first, others = diagnostic.labels[:1], diagnostic.labels[1:]
    if first:
        result["locations"] = [{"physicalLocation": _physical(first[0].span)}]
    if others:
        result["relatedLocations"] = [_related(n, label) for n, label in enumerate(others, 1)]
    if fix := diagnostic.fix:
        new = {"deletedRegion": _region(fix.span), "insertedContent": {"text": fix.text}}
        change = {"artifactLocation": _artifact(fix.span), "replacements": [new]}
        description = {"text": diagnostic.help}
        result["fixes"] = [{"description": description, "artifactChanges": [change]}]
    return result


def _related(number: int, label: Label) -> dict[str, object]:
    text = label.text or "see here"
    return {
        "id": number,
        "physicalLocation": _physical(label.span),
        "message": {"text": text},
    }


def _physical(span: Span) -> dict[str, object]:
    return {"artifactLocation": _artifact(span), "region": _region(span)}


def _artifact(span: Span) -> dict[str, object]:
    path = Path(span.source.name)
    return {"uri": path.as_uri() if path.is_absolute() else quote(path.as_posix())}


def _region(span: Span) -> dict[str, object]:
    (line, column), (end_line, end_column) = _ends(span)
    ends = {"endLine": end_line, "endColumn": end_column}
    return {"startLine": line, "startColumn": column, **ends}


def told(diagnostic: Diagnostic) -> str:
    """The message with all that stands below it in a terminal, but the text at its place."""
    label = diagnostic.labels[0].text if diagnostic.labels else ""
    lines = [f"{diagnostic.message}: {label}" if label else diagnostic.message]
    lines += [f"note: {note}" for note in diagnostic.notes]
    lines += [f"help: {diagnostic.help}"] if diagnostic.help else []
    return "\n".join(lines)


# Commands of GitHub's workflows


def workflow_commands(diagnostics: Iterable[Diagnostic]) -> str:
    """Diagnostics as lines that GitHub turns into annotations of the files."""
    return "".join(f"{_command(diagnostic)}\n" for diagnostic in diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    properties: dict[str, object] = {"title": f"archdsl {diagnostic.code}"}
    for label in diagnostic.labels[:1]:
        (line, column), (end_line, end_column) = _ends(label.span)
        properties |= {"file": label.span.source.name, "line": line, "endLine": end_line}
        # Annotations of several lines have no columns.
        properties |= {"col": column, "endColumn": end_column} if line == end_line else {}
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    # Other control characters reach the log, which obeys them as a terminal does.
    return f"::{_COMMANDS[diagnostic.severity]} {listed}::{_data(visible(told(diagnostic)))}"


def _data(text: str) -> str:
    # `%` first: the others are written with it.
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
