"""Changes of a text: its canonical layout, and what is meant by a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from lsprotocol import types

from archdsl.diagnostics import CompileError, Diagnostic
from archdsl.lsp.documents import Document
from archdsl.lsp.positions import Lines
from archdsl.syntax.formatter import format_file
from archdsl.syntax.parser import parse

_COMPARED = 5_000
"""Lines of a text that are compared one by one: of more, the whole text is replaced."""


def formatting(document: Document) -> list[types.TextEdit]:
    """The edits that give a text its canonical layout; none for one that does not parse."""
    try:
        canonical = format_file(parse(document.source))
    except CompileError:
        return []
    return [*_line_edits(document.source.text, canonical, document.lines)]


def _line_edits(before: str, after: str, lines: Lines) -> Iterator[types.TextEdit]:
    """The lines that change: an editor keeps its cursor and its folds at all others."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if len(old) > _COMPARED:
        yield types.TextEdit(lines.range(0, len(before)), after)
        return
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            yield types.TextEdit(lines.range(starts[i], starts[j]), "".join(new[k:m]))


def quick_fixes(
    document: Document,
    mistakes: Sequence[tuple[Diagnostic, types.Diagnostic]],
    within: types.Range,
) -> Iterator[types.CodeAction]:
    """What can be done about the mistakes in a range; with several, also all at once."""
    fixes = [(each, shown) for each, shown in mistakes if _is_own(each, document)]
    here = [pair for pair in fixes if _meets(pair[1].range, within)]
    for each, shown in here:
        assert each.fix is not None
        title = f"Change to `{each.fix.text}`"
        yield _action(title, document, [each], [shown], is_preferred=True)
    if here and len(fixes) > 1:
        title = f"Change all {len(fixes)} names to what is meant"
        yield _action(title, document, [d for d, _ in fixes], [s for _, s in fixes])


def _is_own(mistake: Diagnostic, document: Document) -> bool:
    return mistake.fix is not None and mistake.fix.span.source == document.source


def _meets(place: types.Range, other: types.Range) -> bool:
    return place.start <= other.end and other.start <= place.end


def _action(
    title: str,
    document: Document,
    mistakes: Sequence[Diagnostic],
    shown: Sequence[types.Diagnostic],
    *,
    is_preferred: bool = False,
) -> types.CodeAction:
    fixes = dict.fromkeys(each.fix for each in mistakes if each.fix is not None)
    edits = [types.TextEdit(document.lines.of(each.span), each.text) for each in fixes]
    return types.CodeAction(
        title=title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[*shown],
        is_preferred=is_preferred,
        edit=types.WorkspaceEdit(changes={document.uri: edits}),
    )
