"""Numbers beside the text: what each row puts out and costs, and a line above each network.

The rows of a derived network stand in the text that it derives from. Whose numbers a table shows
is for the reader to choose; without a choice it shows those of its own network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types

from archdsl.analysis.analysis import Analysis, NetworkFacts
from archdsl.analysis.drafts.shift import Shift
from archdsl.analysis.figures import LineFigures, lines
from archdsl.analysis.names.meanings import body_of
from archdsl.claims.figures import ClaimResult, Verdict
from archdsl.diagnostics import counted
from archdsl.lsp.documents import Document, Documents
from archdsl.lsp.positions import Lines
from archdsl.program.program import Program, Unit, is_network, name_span
from archdsl.report.text import readable, share, show_inputs
from archdsl.source import Source
from archdsl.syntax import tree

SHOW = "archdsl.showNumbers"
"""The command that lets a table show the numbers of a network: its document, and its name."""

_GAP = "\N{NO-BREAK SPACE}"
_BETWEEN = _GAP * 3


@dataclass(frozen=True)
class Shown:
    """The network whose numbers a body shows: a document, and a name in it."""

    uri: str
    network: str


@dataclass(frozen=True)
class Body:
    """The network in whose text rows stand: its file, and its name."""

    path: Path
    network: str


Choices = Mapping[Body, Shown]


def body_of_network(program: Program, network: str) -> tuple[Unit, tree.Network] | None:
    """The text that a network has or derives from, and its file."""
    definition = program.main.names.get(network)
    body = body_of(definition) if definition is not None else None
    if body is None or not isinstance(body.node, tree.Network):
        return None
    return body.unit, body.node


# Beside the rows


def inlay_hints(
    document: Document, documents: Documents, choices: Choices, within: types.Range
) -> list[types.InlayHint]:
    """The shape and the cost after each row, and after other lines of networks."""
    analysis = documents.sound(document)
    if analysis is None or analysis.program is None:
        return []
    found: list[types.InlayHint] = []
    for definition in analysis.program.main.own:
        if isinstance(definition.node, tree.Network):
            shown = _shown_at(definition.name, document, documents, choices)
            found += _hints(*shown, document) if shown is not None else ()
    first, last = within.start.line, within.end.line
    return [each for each in found if first <= each.position.line <= last]


def _shown_at(
    body: str, document: Document, documents: Documents, choices: Choices
) -> tuple[NetworkFacts, Source] | None:
    """The network whose numbers a body shows, and the text of the body as that network knows it."""
    real = document.path.resolve()
    wanted = choices.get(Body(real, body), Shown(document.uri, body))
    other = documents.get(wanted.uri) or document
    name = wanted.network if other.uri == wanted.uri else body
    known = documents.sound(other)
    if known is None or known.program is None or name not in known.networks:
        return None
    texts = (unit.file.source for unit in known.program.units if unit.real_path == real)
    source = next(texts, None)
    return (known.networks[name], source) if source is not None else None


def _hints(facts: NetworkFacts, source: Source, document: Document) -> Iterator[types.InlayHint]:
    known, shift = lines(facts, source), Shift(source, document.source)
    total = facts.costs.total.macs
    labels = {line: _columns(each) for line, each in known.items()}
    widths = [max((len(cells[place]) for cells in labels.values()), default=0) for place in (0, 1)]
    for line, each in known.items():
        place = shift.span(each.parts[-1].span)
        if place is None:
            continue
        yield types.InlayHint(
            position=document.lines.position(place.end),
            label=_label(labels[line], widths),
            padding_left=True,
            tooltip=_tooltip(each, total, facts),
        )


def _columns(each: LineFigures) -> tuple[str, str, str]:
    shapes = ", ".join(map(str, each.outputs))
    macs, params = readable(each.figures.macs), readable(each.figures.params)
    return shapes, f"{macs} MACs", f"{params} params"


def _label(cells: tuple[str, str, str], widths: list[int]) -> str:
    """The cells in columns, as far as an editor shows hints in a font of one width."""
    shape, macs, params = cells
    columns = (shape.ljust(widths[0]), macs.rjust(widths[1]), params)
    return _BETWEEN.join(columns).replace(" ", _GAP)


def _tooltip(each: LineFigures, total: int, facts: NetworkFacts) -> str:
    figures, names = each.figures, ", ".join(part.name for part in each.parts)
    of = f"{share(figures.macs, total)} of the MACs of {facts.name}"
    first = f"{names} of {facts.name}{', its first member' if facts.is_space else ''}"
    return f"{first}\n{figures.params:,} parameters\n{figures.macs:,} MACs, {of}"


# Above the networks


def code_lenses(
    document: Document, documents: Documents, choices: Choices
) -> Iterator[types.CodeLens]:
    """What each network costs, what its claims say, and whose numbers its rows show."""
    analysis = documents.sound(document)
    if analysis is None or analysis.program is None:
        return
    program = analysis.program
    shift = Shift(program.main.file.source, document.source)
    judged = documents.judged(document)
    claims = judged.judgement.report.claims if judged and judged.judgement.report else ()
    for definition in program.main.own:
        if not is_network(definition.node):
            continue
        span = shift.span(name_span(definition.node))
        if span is None:
            continue
        place = document.lines.of(span)
        for command in _commands(definition.name, analysis, document, choices, claims):
            yield types.CodeLens(range=place, command=command)


def _commands(
    name: str,
    analysis: Analysis,
    document: Document,
    choices: Choices,
    claims: Iterable[ClaimResult],
) -> Iterator[types.Command]:
    facts = analysis.networks.get(name)
    if facts is not None:
        yield types.Command(title=total(facts), command="")
    own = [each for each in claims if each.network.partition("(")[0] == name]
    if own:
        yield types.Command(title=verdicts(own), command="")
    yield from rows_command(name, analysis, document, choices)


def total(facts: NetworkFacts) -> str:
    """`3.79 M params, 1.96 G MACs at video 3 x 13 x 160^2`."""
    if not facts.is_whole:
        return "cannot be built as a whole"
    figures = facts.costs.total
    costs = f"{readable(figures.params)} params, {readable(figures.macs)} MACs"
    member = "first member of a space: " if facts.is_space else ""
    return f"{member}{costs} at {show_inputs(facts.graph.input_shapes)}"


def verdicts(claims: Iterable[ClaimResult]) -> str:
    """`3 claims: 2 met, 1 disputed`."""
    counts = Counter(each.verdict for each in claims)
    parts = ", ".join(f"{counts[each]} {each.value}" for each in Verdict if counts[each])
    return f"{counted(counts.total(), 'claim')}: {parts}"


def rows_command(
    name: str, analysis: Analysis, document: Document, choices: Choices
) -> Iterator[types.Command]:
    """What changes whose numbers the rows of a network show."""
    assert analysis.program is not None
    found = body_of_network(analysis.program, name)
    if found is None or name not in analysis.networks:
        return
    unit, node = found
    body = Body(unit.real_path, node.name)
    own, chosen = Shown(document.uri, name), choices.get(body)
    is_own = unit is analysis.program.main and node.name == name
    if is_own and chosen is not None:
        title = f"the rows show {chosen.network}: show {name} again"
    elif is_own or chosen == own:
        return
    else:
        title = f"show its numbers at the rows of {node.name}"
    yield types.Command(title=title, command=SHOW, arguments=[document.uri, name])


def actions(
    document: Document, documents: Documents, choices: Choices, within: types.Range
) -> Iterator[types.CodeAction]:
    """The same for editors without lenses: an action at the name of a network."""
    analysis = documents.sound(document)
    if analysis is None or analysis.program is None:
        return
    shift = Shift(analysis.program.main.file.source, document.source)
    for name in analysis.program.networks():
        span = shift.span(name_span(analysis.program.main.names[name].node))
        if span is None or document.lines.of(span).start.line != within.start.line:
            continue
        for command in rows_command(name, analysis, document, choices):
            title = command.title[0].upper() + command.title[1:]
            kind = types.CodeActionKind.Refactor
            yield types.CodeAction(title=title, kind=kind, command=command)


def chosen(
    documents: Documents, uri: str, network: str
) -> tuple[Body, Shown | None, types.Range] | None:
    """What a reader chooses by a network: its body, whose numbers that shows, and its place."""
    document = documents.get(uri)
    analysis = documents.sound(document) if document is not None else None
    if document is None or analysis is None or analysis.program is None:
        return None
    found = body_of_network(analysis.program, network)
    if found is None:
        return None
    unit, node = found
    is_own = unit is analysis.program.main and node.name == network
    shown = None if is_own else Shown(uri, network)
    place = Lines(unit.file.source.text, documents.encoding).of(name_span(node))
    return Body(unit.real_path, node.name), shown, place
