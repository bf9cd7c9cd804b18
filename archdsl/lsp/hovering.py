"""What is shown of the word under the pointer: its documentation, and what it has in networks."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from archdsl.analysis import figures
from archdsl.analysis.analysis import NetworkFacts
from archdsl.analysis.describing.language import line_of
from archdsl.analysis.describing.symbols import Description, describe
from archdsl.analysis.drafts.lexed import end, lexed, start
from archdsl.analysis.figures import Seen
from archdsl.analysis.names.finding import Names
from archdsl.analysis.names.symbol import Occurrence
from archdsl.lsp.documents import Document, Documents
from archdsl.lsp.markdown import described, escaped
from archdsl.report.text import readable, share
from archdsl.source import Span

_NETWORKS = 4
"""Networks of a file that are shown, and shapes or values of each."""

_SHOWN = 8


def hover(document: Document, documents: Documents, position: types.Position) -> types.Hover | None:
    """What is known of the place under the pointer."""
    offset = document.lines.offset(position)
    names = documents.names(document)
    occurrence = names.at(offset)
    measured = [*_measured(document, documents, names, occurrence, offset)]
    keyword = _keyword(document, offset) if occurrence is None else None
    said = [keyword[1]] if keyword is not None else [*_said(names, occurrence)]
    parts = [*said, *(text for _, text in measured)]
    if not parts:
        return None
    places = [occurrence.span] if occurrence is not None else []
    places += [keyword[0]] if keyword is not None else []
    shown = next(iter(places), None) or measured[0][0]
    contents = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(parts))
    return types.Hover(contents, document.lines.of(shown))


def _said(names: Names, occurrence: Occurrence | None) -> Iterator[str]:
    """The documentation of what a word means, each once."""
    symbols = occurrence.all_symbols if occurrence is not None else ()
    texts = (described(describe(symbol, names)) for symbol in symbols)
    yield from dict.fromkeys(texts)


def _keyword(document: Document, offset: int) -> tuple[Span, str] | None:
    """A keyword or a type at an offset, and what it does."""
    token = lexed(document.source).at(offset)
    line = line_of(str(token)) if token is not None else None
    if token is None or line is None:
        return None
    span = Span(document.source, start(token), end(token))
    return span, described(Description(str(token), line, "word of the language"))


def _measured(
    document: Document,
    documents: Documents,
    names: Names,
    occurrence: Occurrence | None,
    offset: int,
) -> Iterator[tuple[Span, str]]:
    """What the networks of the file have there, for a text that parses."""
    analysis = documents.sound(document)
    if analysis is None or analysis.program is not names.program:
        return
    lines: list[str] = []
    place: Span | None = None
    for facts in analysis.networks.values():
        found = _found(facts, names, occurrence, document, offset)
        if found is not None and len(lines) < _NETWORKS:
            place = place or found[0]
            lines.append(f"- {_line(facts, found[1])}")
    if place is not None:
        yield place, "\n".join(lines)


def _found(
    facts: NetworkFacts,
    names: Names,
    occurrence: Occurrence | None,
    document: Document,
    offset: int,
) -> tuple[Span, Seen] | None:
    for symbol in occurrence.symbols if occurrence is not None else ():
        unit = names.unit(symbol)
        seen = figures.named(facts, symbol, unit) if unit is not None else None
        if seen is not None and occurrence is not None:
            return occurrence.span, seen
    return figures.at(facts, document.source, offset)


def _line(facts: NetworkFacts, seen: Seen) -> str:
    """`x3d_s`: 26 uses; 54 x 13 x 40^2, ...; 1.20 M parameters, 300.00 M MACs (15.3 %)."""
    parts = [f"{seen.uses} uses"] if seen.uses > 1 else []
    for several in (seen.shapes, seen.values):
        more = ", ..." if len(several) > _SHOWN else ""
        parts += [", ".join(several[:_SHOWN]) + more] if several else []
    if seen.figures is not None:
        part = share(seen.figures.macs, facts.costs.total.macs)
        params, macs = readable(seen.figures.params), readable(seen.figures.macs)
        parts.append(f"{params} parameters, {macs} MACs ({part})")
    member = " (first member)" if facts.is_space else ""
    return f"`{facts.name}`{member}: {escaped('; '.join(parts))}"
