"""A network that derivations made, as text of its own: its table, and all that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from archdsl.elaborate.derivations import Resolved
from archdsl.elaborate.mentions import names_in
from archdsl.elaborate.program import Unit
from archdsl.elaborate.rewriting import Rewrite, literal, shape
from archdsl.elaborate.tables import EXPECTATIONS
from archdsl.elaborate.values import BlockValue, BuiltRow, Given, OperationValue
from archdsl.resources import folder
from archdsl.source import Source, Span
from archdsl.syntax import tree
from archdsl.syntax.formatter import format_file
from archdsl.syntax.printing.statements import doc_string

N = TypeVar("N", bound=tree.Node)

_NOWHERE = Span(Source("", ""), 0, 0)


def text(name: str, resolved: Resolved, rows: Iterable[BuiltRow], origin: str) -> str:
    """A file that defines a network of this name, which no longer derives from another.

    What the file needs from the library it uses; what comes from other files stands in it.
    `rows` are the network's as they were built, and `origin` says where it comes from.
    """
    network = _network(name, resolved, rows)
    inserts = tuple(t for _, t in resolved.transforms if isinstance(t, tree.Insert))
    needs = _Needs()
    needs.gather(network, resolved.unit)
    for unit, transform in resolved.transforms:
        if isinstance(transform, tree.Insert):
            needs.gather(transform, unit)
    made: list[tree.Definition] = [network]
    if inserts:
        base = replace(network, name=f"{name}_base")
        derived = tree.Derived(
            "network", name, tree.Name(base.name, span=_NOWHERE), inserts, None, span=_NOWHERE
        )
        made = [base, derived]
    uses = [tree.Use(stem, span=_NOWHERE) for stem in sorted(needs.uses)]
    parts = [tuple(uses), *((definition,) for definition in (*needs.definitions, *made))]
    pieces = (_formatted(part) for part in parts if part)
    doc = f"{doc_string(resolved.doc)}\n" if resolved.doc else ""
    return f"# {origin}\n{doc}" + "\n".join(pieces)


def _formatted(definitions: tuple[tree.Definition, ...]) -> str:
    file = tree.File(_NOWHERE.source, None, definitions, (), span=_NOWHERE)
    return format_file(_unplaced(file))


def _network(name: str, resolved: Resolved, rows: Iterable[BuiltRow]) -> tree.Network:
    """The network with what it was given as defaults, without parameters that it has no use for."""
    network = _expecting(resolved.network, rows)
    mentioned = names_in(*network.body, *network.parameters)
    parameters = (
        _given(parameter, resolved.given)
        for parameter in network.parameters
        if parameter.name in mentioned
    )
    return replace(network, name=name, parameters=tuple(parameters), doc=None)


def _given(parameter: tree.Parameter, given: Mapping[str, Given]) -> tree.Parameter:
    if parameter.name not in given:
        return parameter
    argument = given[parameter.name]
    is_block = isinstance(argument.value, BlockValue | OperationValue)
    default = argument.written if is_block else literal(argument.value, _NOWHERE)
    return replace(parameter, default=default)


def _expecting(network: tree.Network, rows: Iterable[BuiltRow]) -> tree.Network:
    """The network's tables with the shapes that come out now where they print shapes of numbers."""
    built = {id(row.node): row for row in rows}
    cells: dict[int, dict[str, tree.Expression]] = {}
    tables = (node for node in tree.walk(network.body) if isinstance(node, tree.Table))
    for table in tables:
        for row in table.rows:
            if id(row) in built:
                printed = _printed(table, row)
                cells[id(row)] = dict.fromkeys(printed, _shapes(built[id(row)]))
    return Rewrite(cells, {}).network(network)


def _printed(table: tree.Table, row: tree.Row | tree.Rule) -> list[str]:
    """The columns in which a row prints a shape of bare numbers."""
    cells = row.cells if isinstance(row, tree.Row) else ()
    named = zip((column.name for column in table.columns), cells, strict=False)
    return [
        column
        for column, cell in named
        if column in EXPECTATIONS and not isinstance(cell, tree.Dash) and not names_in(cell)
    ]


def _shapes(row: BuiltRow) -> tree.Expression:
    shapes = tuple(shape(sizes, _NOWHERE) for sizes in row.shapes)
    return shapes[0] if len(shapes) == 1 else tree.Tuple(shapes, span=_NOWHERE)


@dataclass
class _Needs:
    """The library's files that some text needs, and definitions of other files, in order."""

    uses: set[str] = field(default_factory=set)
    definitions: list[tree.Definition] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def gather(self, node: tree.Node, unit: Unit) -> None:
        """What a definition mentions, before itself."""
        for name in sorted(names_in(node)):
            if name in unit.names:
                self._need(name, *unit.names[name])

    def _need(self, name: str, definition: object, home: Unit) -> None:
        if id(definition) in self.seen or isinstance(definition, tree.Network):
            return
        self.seen.add(id(definition))
        if home.path.resolve().is_relative_to(folder("library").resolve()):
            self.uses.add(home.path.stem)
            return
        written = next(d for d in home.file.definitions if getattr(d, "name", "") == name)
        self.gather(written, home)
        self.definitions.append(written)


def _unplaced(node: N) -> N:
    """A tree that stands nowhere, so that nothing of its sources' layout is kept."""
    changed: dict[str, Any] = {"span": _NOWHERE}
    for part in fields(node):
        value = getattr(node, part.name)
        if isinstance(value, tree.Node):
            changed[part.name] = _unplaced(value)
        elif isinstance(value, tuple):
            changed[part.name] = tuple(
                _unplaced(entry) if isinstance(entry, tree.Node) else entry for entry in value
            )
    return replace(node, **changed)
