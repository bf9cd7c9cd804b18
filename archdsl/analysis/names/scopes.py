"""The names of a body: parameters, inputs, what it assigns, and the columns of a table.

A body sees its own names before those of its file. A name that it assigns only later still has its
meaning outside: in `head = x -> head(8)` the second `head` is the block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from archdsl.analysis.names.meanings import Meanings, Symbols
from archdsl.analysis.names.symbol import Kind, Symbol
from archdsl.syntax import tree


@dataclass(frozen=True)
class Local:
    """What a name of a body means, and the offset in the text from which it does."""

    symbols: Symbols
    since: int = 0


@dataclass(frozen=True)
class Callee:
    """The parameters of what is called. It `is_open` where the text does not say what that is."""

    parameters: Mapping[str, Symbols] = field(default_factory=dict)
    is_open: bool = False


OPEN = Callee(is_open=True)


@dataclass(frozen=True)
class Scope:
    """What names mean in one body, which belongs to `owner`.

    `columns` are those that a definition of a table reads first. A row can leave one empty, and
    then the name means what it does outside of the table.
    """

    meanings: Meanings
    owner: Symbol | None = None
    locals: Mapping[str, Local] = field(default_factory=dict)
    columns: Mapping[str, tuple[Symbol, bool]] = field(default_factory=dict)
    words: frozenset[str] = frozenset()

    def symbols(self, name: str, offset: int) -> Symbols:
        """What a name means at an offset; nothing where it is not defined."""
        outside = self._outside(name, offset)
        if name not in self.columns:
            return outside
        column, may_be_empty = self.columns[name]
        is_read = may_be_empty and any(each.file for each in outside)
        return (column, *outside) if is_read else (column,)

    def _outside(self, name: str, offset: int) -> Symbols:
        """What a name means in the body, without the columns of a table."""
        known = self.locals.get(name)
        meaning = self.meanings.symbol(name)
        if meaning is None and name in self.words:
            meaning = Symbol(Kind.WORD, name)
        if known is not None and (offset >= known.since or meaning is None):
            return known.symbols
        return (meaning,) if meaning is not None else ()

    def callee(self, name: str, offset: int) -> Callee:
        """The parameters of what a name means where it is called."""
        symbols = self.symbols(name, offset)
        if not symbols or any(each.owner for each in symbols):
            return OPEN
        return Callee(self.meanings.parameters(name))

    def with_columns(self, columns: Mapping[str, tuple[Symbol, bool]]) -> Scope:
        return replace(self, columns=columns)


Body = tree.Block | tree.Network | tree.Cell


def scope_of(node: Body, owner: Symbol, meanings: Meanings) -> Scope:
    """The scope of a body."""
    found: dict[str, Local] = {}
    if isinstance(node, tree.Cell):
        for name in ("x", "f0"):
            found[name] = Local((Symbol(Kind.VARIABLE, name, owner),))
    for parameter in node.parameters:
        found[parameter.name] = Local((Symbol(Kind.PARAMETER, parameter.name, owner),))
    for name, kind, since in _assigned(node.body):
        found.setdefault(name, Local((Symbol(kind, name, owner),), since))
    return Scope(meanings, owner, found)


def _assigned(body: Iterable[tree.Statement]) -> Iterator[tuple[str, Kind, int]]:
    """The names that statements define, each with the offset after which it is known."""
    for statement in body:
        match statement:
            case tree.Input():
                yield statement.name, Kind.INPUT, 0
            case tree.Share():
                yield statement.name, Kind.VARIABLE, statement.span.end
            case tree.Assign():
                for name in statement.targets:
                    yield name, Kind.VARIABLE, statement.span.end
            case tree.For():
                for name in statement.targets:
                    yield name, Kind.VARIABLE, statement.values.span.end
                yield from _assigned(statement.body)
            case tree.If():
                yield from _assigned((*statement.body, *statement.otherwise))
