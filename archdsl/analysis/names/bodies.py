"""The names in the bodies of blocks, cells and networks: statements and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from archdsl.analysis.names import spelling
from archdsl.analysis.names.expressions import applied, arguments, callee, names_in
from archdsl.analysis.names.meanings import operation_symbol
from archdsl.analysis.names.scopes import Callee, Scope
from archdsl.analysis.names.symbol import Kind, Occurrence, Role, Symbol
from archdsl.plan.rows import BLOCK, SPECIAL
from archdsl.program.cells.parts import SETTINGS
from archdsl.program.names import COUNT, COUNTER, INDEX
from archdsl.program.stages import STAGE
from archdsl.source import Span
from archdsl.syntax import tree

INITIAL = Symbol(Kind.WORD, "init")
"""The owner of the schemes that `init` knows."""

IN_CELLS = Symbol(Kind.WORD, "cell")
"""The owner of the settings of a cell."""


class BodyReader:
    """Reads one body. The first time that it gives a name a value defines the name."""

    def __init__(self, scope: Scope, owner: Symbol) -> None:
        self.scope = scope
        self.owner = owner
        self._defined: set[Symbol] = set()
        self._tables = 0

    def parameters(self, parameters: Iterable[tree.Parameter]) -> Iterator[Occurrence]:
        for parameter in parameters:
            symbol = Symbol(Kind.PARAMETER, parameter.name, self.owner)
            yield self._given(spelling.leading(parameter, len(parameter.name)), symbol)
            if parameter.default is not None:
                yield from names_in(parameter.default, self.scope)

    def body(self, statements: Iterable[tree.Statement]) -> Iterator[Occurrence]:
        for statement in statements:
            yield from self._statement(statement)

    def _statement(self, node: tree.Statement) -> Iterator[Occurrence]:
        match node:
            case tree.Input() | tree.Share():
                yield from self._declared(node)
            case tree.Initialise():
                yield from self._initialised(node)
            case tree.Assign():
                yield from self._assigned(node)
                yield from names_in(node.value, self.scope)
            case tree.For():
                yield from self._assigned(node)
                yield from names_in(node.values, self.scope)
                yield from self.body(node.body)
            case tree.If():
                yield from names_in(node.test, self.scope)
                yield from self.body((*node.body, *node.otherwise))
            case tree.Table():
                self._tables += 1
                table = Symbol(Kind.TABLE, str(self._tables), self.owner)
                yield from _Table(node, table, self.scope).names()
            case tree.Apply():
                yield from applied(node.call, self.scope)
            case _:
                for part in tree.below(node):
                    yield from names_in(part, self.scope)

    def _declared(self, node: tree.Input | tree.Share) -> Iterator[Occurrence]:
        span = spelling.after_keyword(node, node.name)
        kind = Kind.INPUT if isinstance(node, tree.Input) else Kind.VARIABLE
        if span is not None:
            yield self._given(span, self._own(node.name, kind))
        for part in tree.below(node):
            yield from names_in(part, self.scope)

    def _assigned(self, node: tree.Assign | tree.For) -> Iterator[Occurrence]:
        for span in spelling.targets(node):
            if self.owner.kind is Kind.CELL and span.text in SETTINGS:
                setting = Symbol(Kind.SETTING, span.text, IN_CELLS)
                yield Occurrence(span, (setting,), Role.GIVES)
            else:
                yield self._given(span, self._own(span.text, Kind.VARIABLE))

    def _initialised(self, node: tree.Initialise) -> Iterator[Occurrence]:
        """`init conv: normal(std = 0.01)`. No file defines schemes, so `init` alone knows them."""
        span = spelling.after_keyword(node, node.kind)
        if span is not None:
            yield Occurrence(span, (operation_symbol(node.kind),), Role.READS)
        name, given = tree.split_call(node.scheme)
        scheme = Symbol(Kind.METHOD, name.name, INITIAL)
        yield Occurrence(name.span, (scheme,), Role.READS)
        known = {
            each.name: (Symbol(Kind.OPTION, each.name, scheme),) for each in given if each.name
        }
        yield from arguments(given, Callee(known), self.scope)

    def _own(self, name: str, kind: Kind) -> Symbol:
        """The symbol of a name of the body: of a parameter, where one is assigned again."""
        known = self.scope.locals.get(name)
        return known.symbols[0] if known is not None else Symbol(kind, name, self.owner)

    def _given(self, span: Span, symbol: Symbol) -> Occurrence:
        role = Role.WRITES if symbol in self._defined else Role.DEFINES
        self._defined.add(symbol)
        return Occurrence(span, (symbol,), role)


class _Table:
    """Reads one table. A column gives a value to a parameter of each block with a cell in it."""

    def __init__(self, node: tree.Table, symbol: Symbol, scope: Scope) -> None:
        self._node = node
        self._symbol = symbol
        self._scope = scope
        self._columns = [column.name for column in node.columns]
        self._rows = [row for row in node.rows if isinstance(row, tree.Row)]
        self._cells = [dict(zip(self._columns, row.cells, strict=False)) for row in self._rows]
        self._callees = [self._callee(cells) for cells in self._cells]

    def names(self) -> Iterator[Occurrence]:
        for column in self._node.columns:
            yield self._column(column)
        yield from self._bindings()
        for cells in self._cells:
            for name, cell in cells.items():
                yield from self._cell(name, cell)

    def _callee(self, cells: Mapping[str, tree.Node]) -> Callee:
        return callee(cells[BLOCK], self._scope) if BLOCK in cells else Callee()

    def _column(self, column: tree.Name) -> Occurrence:
        if column.name in SPECIAL:
            symbol = Symbol(Kind.COLUMN, column.name)
            return Occurrence(column.span, (symbol,), Role.READS)
        filled = [self._has(cells, column.name) for cells in self._cells]
        return self._gives(column.span, column.name, filled)

    def _has(self, cells: Mapping[str, tree.Node], column: str) -> bool:
        return column in cells and not isinstance(cells[column], tree.Dash)

    def _gives(self, span: Span, name: str, rows: Sequence[bool]) -> Occurrence:
        """A column or a definition of the table, which the blocks of some rows get."""
        callees = [each for each, is_meant in zip(self._callees, rows, strict=True) if is_meant]
        found: dict[Symbol, None] = {self._owned(name): None}
        for each in callees:
            found |= dict.fromkeys(each.parameters.get(name, ()))
        is_open = any(each.is_open for each in callees)
        return Occurrence(span, tuple(found), Role.DEFINES, is_open)

    def _owned(self, name: str) -> Symbol:
        return Symbol(Kind.COLUMN, name, self._symbol)

    def _bindings(self) -> Iterator[Occurrence]:
        columns = {
            name: (self._owned(name), any(not self._has(cells, name) for cells in self._cells))
            for name in self._columns
        }
        for name in (COUNTER, INDEX, COUNT):
            if name not in self._scope.locals:
                columns.setdefault(name, (Symbol(Kind.WORD, name), False))
        for binding in self._node.bindings:
            name = binding.name or ""
            empty = [not self._has(cells, name) for cells in self._cells]
            yield self._gives(spelling.leading(binding, len(name)), name, empty)
            yield from names_in(binding.value, self._scope.with_columns(columns))
            columns[name] = (self._owned(name), False)

    def _cell(self, column: str, cell: tree.Node) -> Iterator[Occurrence]:
        if column == STAGE and isinstance(cell, tree.Name):
            stage = Symbol(Kind.STAGE, cell.name, self._symbol.owner)
            yield Occurrence(cell.span, (stage,), Role.DEFINES)
        elif column == BLOCK:
            yield from applied(cell, self._scope)
        else:
            yield from names_in(cell, self._scope)
