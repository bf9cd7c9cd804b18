"""The definitions of a text and what is in them, as an editor lists them.

For a text that does not parse it has the definitions alone, with their parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archdsl.analysis.describing.symbols import head
from archdsl.analysis.drafts.sketch import sketch
from archdsl.analysis.names import spelling
from archdsl.analysis.names.symbol import BY_KEYWORD, Kind
from archdsl.program.program import is_network, name_span
from archdsl.program.stages import labelled
from archdsl.source import Source, Span
from archdsl.syntax import tree


@dataclass(frozen=True)
class Entry:
    """A definition, or a part of one: `span` is all of it, and `place` where its name stands."""

    name: str
    kind: Kind
    span: Span
    place: Span
    detail: str = ""
    parts: tuple[Entry, ...] = ()


_KINDS = {**BY_KEYWORD, "claim": Kind.METRIC}


def outline(file: tree.File) -> tuple[Entry, ...]:
    """The definitions of a file, in order, without the files that it uses."""
    return tuple(_definition(each) for each in file.definitions if not isinstance(each, tree.Use))


def draft(source: Source) -> tuple[Entry, ...]:
    """The definitions of a text that does not parse."""
    return tuple(
        Entry(each.name, _KINDS[each.kind], each.span, each.name_span, each.kind)
        for each in sketch(source)
        if each.kind != "use"
    )


def _definition(node: tree.Definition) -> Entry:
    match node:
        case tree.Block() | tree.Network() | tree.Cell():
            kind = _KINDS[type(node).__name__.lower()]
            parts = (*_parameters(node.parameters), *_statements(node.body))
            return Entry(node.name, kind, node.span, name_span(node), kind.value, parts)
        case tree.Derived() | tree.BlockChoice():
            kind = Kind.NETWORK if is_network(node) else Kind.BLOCK
            return Entry(node.name, kind, node.span, name_span(node), head(node))
        case tree.DerivedRecipe():
            return Entry(node.name, Kind.RECIPE, node.span, name_span(node), head(node))
        case tree.Recipe() | tree.Search():
            kind = _KINDS[type(node).__name__.lower()]
            parts = (*_parameters(node.parameters), *map(_setting, node.settings))
            return Entry(node.name, kind, node.span, name_span(node), kind.value, parts)
        case tree.Claim():
            place, name = node.network.span, " ".join(node.network.span.text.split())
            return Entry(f"claim {name}", Kind.METRIC, node.span, place, "claim")
    return Entry(node.name, Kind.FILE, node.span, node.span)


def _parameters(parameters: Iterable[tree.Parameter]) -> Iterator[Entry]:
    for each in parameters:
        place = spelling.leading(each, len(each.name))
        detail = " ".join(each.span.text.split())
        yield Entry(each.name, Kind.PARAMETER, each.span, place, detail)


def _statements(body: Iterable[tree.Statement]) -> Iterator[Entry]:
    """The inputs and the stages of a body: what has a name that others see."""
    for statement in body:
        match statement:
            case tree.Input():
                place = spelling.after_keyword(statement, statement.name) or statement.span
                detail = statement.shape.span.text
                yield Entry(statement.name, Kind.INPUT, statement.span, place, detail)
            case tree.Table():
                yield from _stages(statement)
            case tree.If():
                yield from _statements((*statement.body, *statement.otherwise))
            case tree.For():
                yield from _statements(statement.body)


def _stages(table: tree.Table) -> Iterator[Entry]:
    columns = [column.name for column in table.columns]
    for label, rows in labelled(table):
        source = table.span.source
        span = Span(source, rows[0].span.start, rows[-1].span.end)
        yield Entry(label, Kind.STAGE, span, rows[0].span, "", tuple(_rows(rows, columns)))


def _rows(rows: list[tree.Row], columns: list[str]) -> Iterator[Entry]:
    for row in rows:
        cells = dict(zip(columns, row.cells, strict=False))
        block = cells["block"].span.text if "block" in cells else ""
        detail = ", ".join(
            f"{name} = {cell.span.text}"
            for name, cell in cells.items()
            if name != "block" and not isinstance(cell, tree.Dash)
        )
        yield Entry(block or "row", Kind.VARIABLE, row.span, row.span, detail)


def _setting(node: tree.Setting) -> Entry:
    place = spelling.leading(node, len(node.name))
    detail = " ".join(node.span.text.split())
    return Entry(node.name, Kind.SETTING, node.span, place, detail)
