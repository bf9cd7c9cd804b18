"""The labels of a network's parts as they follow from the text, and what names them.

Insertions, transforms, recipes and claims name places by labels: `after res3.1`. The first part of
a label is the name of a stage or of a variable, or of a block that is applied there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from archdsl.analysis.names.meanings import (
    Meanings,
    Symbols,
    body_of,
    definition_symbol,
)
from archdsl.analysis.names.scopes import Scope, scope_of
from archdsl.analysis.names.symbol import Kind, Occurrence, Role, Symbol
from archdsl.program.program import Definition, Program
from archdsl.program.stages import labelled
from archdsl.source import Span
from archdsl.syntax import tree

_PART = re.compile(r"[\w*]+")


@dataclass(frozen=True)
class Labels:
    """What the labels of one network mean, by their first parts."""

    known: Mapping[str, Symbols] = field(default_factory=dict)

    @staticmethod
    def of(program: Program, network: Definition | None) -> Labels:
        """Those of the network that one derives from, itself included."""
        body = body_of(network) if network is not None else None
        if body is None or not isinstance(body.node, tree.Network):
            return Labels()
        owner = definition_symbol(body.node, body.unit)
        scope = scope_of(body.node, owner, Meanings(program, body.unit))
        return Labels(dict(_labels(body.node, owner, scope)))

    @property
    def places(self) -> Mapping[str, Symbols]:
        """Those of parts: inputs and parameters have none."""
        without = (Kind.INPUT, Kind.PARAMETER)
        return {n: s for n, s in self.known.items() if s and s[0].kind not in without}

    def named(self, span: Span) -> Iterator[Occurrence]:
        """The parts of the labels in a text: `res3.1`, `res2..res3`, `res4.*`.

        A part after the first belongs to a block, and what it means there is not looked up.
        """
        text = span.text
        for part in _PART.finditer(text):
            if part[0].isdigit():
                continue
            before = text[: part.start()]
            is_first = not before or before.endswith("..") or not before.endswith(".")
            place = Span(span.source, span.start + part.start(), span.start + part.end())
            role = Role.MATCHES if "*" in part[0] else Role.LABELS
            yield Occurrence(place, self._symbols(part[0]) if is_first else (), role)

    def _symbols(self, part: str) -> Symbols:
        if "*" not in part:
            return self.known.get(part, ())
        found = (each for name, each in self.known.items() if fnmatchcase(name, part))
        return tuple(dict.fromkeys(symbol for symbols in found for symbol in symbols))


def stages(node: tree.Network, owner: Symbol) -> Iterator[tuple[Symbol, tree.Row]]:
    """The stages of a network's tables that the text does not name, each with its first row."""
    for table in _tables(node.body):
        for text, rows in labelled(table):
            if not _is_named(table, rows[0], text):
                yield Symbol(Kind.STAGE, text, owner), rows[0]


def _labels(node: tree.Network, owner: Symbol, scope: Scope) -> Iterator[tuple[str, Symbols]]:
    for name, local in scope.locals.items():
        yield name, local.symbols
    for statement in node.body:
        if isinstance(statement, tree.Table):
            for text, _ in labelled(statement):
                applied = scope.symbols(text, statement.span.end)
                is_block = any(each.kind in (Kind.BLOCK, Kind.CELL) for each in applied)
                yield text, applied if is_block else (Symbol(Kind.STAGE, text, owner),)
        elif isinstance(statement, tree.Apply) and not isinstance(statement.call, tree.Chain):
            name = tree.split_call(statement.call)[0].name
            yield name, scope.symbols(name, statement.span.start)


def _tables(body: Iterable[tree.Statement]) -> Iterator[tree.Table]:
    return (each for each in body if isinstance(each, tree.Table))


def _is_named(table: tree.Table, row: tree.Row, text: str) -> bool:
    """Whether a cell of the row has the name of the stage."""
    columns = [column.name for column in table.columns]
    cells = dict(zip(columns, row.cells, strict=False))
    return any(
        name in cells and cells[name].span.text.partition("(")[0] == text
        for name in ("stage", "block")
    )
