"""The names in what follows a derivation: insertions at places, and the options of transforms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace

from archdsl.analysis.names import spelling
from archdsl.analysis.names.expressions import applied, names_in
from archdsl.analysis.names.labels import Labels
from archdsl.analysis.names.meanings import (
    Meanings,
    Symbols,
    body_of,
    definition_symbol,
    parameters,
)
from archdsl.analysis.names.scopes import Local, Scope
from archdsl.analysis.names.symbol import Kind, Occurrence, Role, Symbol
from archdsl.params.kinds import kind_of
from archdsl.plan.decisions import CHOOSE
from archdsl.plan.transforms import TRANSFORMS
from archdsl.plan.transforms.base import WORDS, Transform, Word
from archdsl.program.program import Definition, Program
from archdsl.syntax import tree

_BLOCKS = ("block", "by")
"""Options that name a block; others that are names are columns or parameters."""


class TransformReader:
    """Reads the changes of one derivation, which begins with a network."""

    def __init__(self, program: Program, scope: Scope, network: Definition | None) -> None:
        self._scope = scope
        self._labels = Labels.of(program, network)
        body = body_of(network) if network is not None else None
        self._meanings = Meanings(program, body.unit) if body is not None else scope.meanings
        own = parameters(body) if body is not None else {}
        # What the network's file defines can be named, and so can its own parameters.
        known = {name: Local(symbols) for name, symbols in own.items()}
        self._inner = replace(scope, meanings=self._meanings, locals=known)
        self._columns = {**(_columns(body) if body is not None else {}), **own}

    def changes(self, changes: Iterable[tree.Insert | tree.Call]) -> Iterator[Occurrence]:
        for change in changes:
            if isinstance(change, tree.Insert):
                for insertion in change.insertions:
                    yield from applied(insertion.block, self._scope)
                    for place in insertion.places:
                        yield from self._labels.named(place.span)
            else:
                yield from self._transform(change)

    def _transform(self, node: tree.Call) -> Iterator[Occurrence]:
        name = node.function.name
        symbol = Symbol(Kind.TRANSFORM, name)
        is_known = name in TRANSFORMS or name == CHOOSE
        yield Occurrence(node.function.span, (symbol,) if is_known else (), Role.READS)
        if name == CHOOSE:
            yield from self._chosen(node)
            return
        kind = TRANSFORMS.get(name)
        for argument in node.arguments:
            yield from self._option(argument, kind, symbol)

    def _chosen(self, node: tree.Call) -> Iterator[Occurrence]:
        """`choose(gpb.op2.over = spatial)`: decisions are named as parts are."""
        for argument in node.arguments:
            if argument.name is not None:
                yield from self._labels.named(spelling.leading(argument, len(argument.name)))
            yield from self._values(argument.value)

    def _option(
        self, argument: tree.Argument, kind: type[Transform] | None, owner: Symbol
    ) -> Iterator[Occurrence]:
        if argument.name is not None:
            known = {each.name for each in fields(kind)} if kind else set()
            symbols = (Symbol(Kind.OPTION, argument.name, owner),)
            span = spelling.leading(argument, len(argument.name))
            yield Occurrence(span, symbols if argument.name in known else (), Role.GIVES)
        name = argument.name or (kind.leading if kind else None)
        option = next((each for each in fields(kind) if each.name == name), None) if kind else None
        if option is not None and kind_of(option) is WORDS:
            for part in tree.walk([argument.value]):
                yield from self._labels.named(part.span) if isinstance(part, tree.Name) else ()
        elif option is not None and isinstance(kind_of(option), Word):
            yield from self._word(argument.value, option.name)
        else:
            yield from self._values(argument.value)

    def _values(self, node: tree.Expression) -> Iterator[Occurrence]:
        """Names that the file of the derivation knows, or else the network."""
        for each in names_in(node, self._scope):
            if each.symbols or each.role is Role.GIVES:
                yield each
            else:
                yield replace(each, symbols=self._inner.symbols(each.text, each.span.start))

    def _word(self, node: tree.Expression, option: str) -> Iterator[Occurrence]:
        """The name of a block, of a column or of a parameter, which is not evaluated."""
        if isinstance(node, tree.Name):
            symbols = self._block(node) if option in _BLOCKS else self._columns.get(node.name, ())
            yield Occurrence(node.span, symbols, Role.READS)

    def _block(self, node: tree.Name) -> Symbols:
        """A block that the file of the derivation defines, or else that of the network."""
        own = self._scope.meanings.symbol(node.name) or self._meanings.symbol(node.name)
        return (own,) if own is not None else ()


def _columns(network: Definition) -> dict[str, Symbols]:
    """The columns of a network's tables."""
    assert isinstance(network.node, tree.Network)
    owner = definition_symbol(network.node, network.unit)
    tables = (each for each in tree.walk(network.node.body) if isinstance(each, tree.Table))
    found: dict[str, Symbols] = {}
    for number, table in enumerate(tables, start=1):
        for column in table.columns:
            symbol = Symbol(Kind.COLUMN, column.name, Symbol(Kind.TABLE, str(number), owner))
            found[column.name] = (*found.get(column.name, ()), symbol)
    return found
