"""A plan as text of its own: what derivations made of a network, and all that it needs.

It compiles to the same network. What the file needs from the library it uses; what comes from
other files stands in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from archdsl.build.values import Value
from archdsl.diagnostics import CompileError, Diagnostic, Label, error
from archdsl.plan.edits import literal, network_of, shape
from archdsl.plan.options import blocks_in
from archdsl.plan.plan import Plan, own_tables
from archdsl.plan.rows import EXPECTATIONS, BuiltRow, Cells, RowId
from archdsl.program.program import Definition, Unit, name_span, names_in
from archdsl.resources import folder
from archdsl.source import Source, Span
from archdsl.syntax import tree
from archdsl.syntax.formatter import format_file
from archdsl.syntax.printing.statements import doc_string

N = TypeVar("N", bound=tree.Node)

_NOWHERE = Span(Source("", ""), 0, 0)


def text(name: str, plan: Plan, rows: Iterable[BuiltRow], origin: str) -> str:
    """A file that defines a network of this name, which no longer derives from another.

    `rows` are the network's as they were built, and `origin` says where it comes from.

    Raises:
        CompileError: what the network needs cannot stand in one file.
    """
    network = _network(name, plan, rows)
    made = tuple(_inserted(network, plan))
    needs = _needs(plan)
    needs.check([definition.name for definition in made])
    uses = tuple(tree.Use(stem, span=_NOWHERE) for stem in sorted(needs.uses))
    parts = [uses, *((definition,) for definition in (*needs.definitions, *made))]
    pieces = (_formatted(part) for part in parts if part)
    doc = f"{doc_string(plan.doc)}\n" if plan.doc else ""
    return f"# {' '.join(origin.split())}\n{doc}" + "\n".join(pieces)


def _formatted(definitions: tuple[tree.Definition, ...]) -> str:
    file = tree.File(_NOWHERE.source, None, definitions, (), span=_NOWHERE)
    return format_file(_unplaced(file))


def _inserted(network: tree.Network, plan: Plan) -> Iterator[tree.Network | tree.Derived]:
    """The network with what is inserted in it: after all else, for no label changed meaning."""
    inserts = tuple([insert for _, insert in plan.inserts])
    if not inserts:
        yield network
        return
    base = replace(network, name=f"{network.name}_base")
    yield base
    called = tree.Name(base.name, span=_NOWHERE)
    yield tree.Derived("network", network.name, called, inserts, None, span=_NOWHERE)


def _network(name: str, plan: Plan, rows: Iterable[BuiltRow]) -> tree.Network:
    """The network with what it was given as defaults, without parameters that lost their use."""
    network = network_of(plan, _expected(plan, rows))
    used = names_in(*network.body, *network.parameters)
    lost = names_in(*plan.network.body, *plan.network.parameters) - used
    parameters = (_given(p, plan) for p in network.parameters if p.name not in lost)
    return replace(network, name=name, parameters=tuple(parameters), doc=None)


def _given(parameter: tree.Parameter, plan: Plan) -> tree.Parameter:
    if parameter.name not in plan.given:
        return parameter
    return replace(parameter, default=literal(plan.given[parameter.name].value, _NOWHERE))


def _expected(plan: Plan, built: Iterable[BuiltRow]) -> Mapping[RowId, Cells]:
    """The shapes that come out now, for rows that print others.

    Those that are made of parameters still hold, unless the network was rewritten.
    """
    shapes = {row.id: _shapes(row) for row in built}
    rows = (row for table in own_tables(plan.network.body) for row in plan.rows_in(table))
    return {
        row.id: {
            column: shapes[row.id]
            for column, cell in row.cells.items()
            if column in EXPECTATIONS and (plan.is_rewritten or not names_in(cell))
        }
        for row in rows
        if row.id in shapes
    }


def _shapes(row: BuiltRow) -> tree.Expression:
    shapes = tuple(shape(sizes, _NOWHERE) for sizes in row.shapes)
    return shapes[0] if len(shapes) == 1 else tree.Tuple(shapes, span=_NOWHERE)


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


@dataclass
class Needs:
    """The files of the library to use, by name, and definitions of other files, in order."""

    uses: dict[str, Unit] = field(default_factory=dict)
    definitions: list[tree.Definition] = field(default_factory=list)
    _found: dict[int, Definition] = field(default_factory=dict)

    def gather(self, node: tree.Node, unit: Unit) -> None:
        """What some text mentions, and what that mentions before it."""
        for name in sorted(names_in(node)):
            if name in unit.names:
                self._need(unit.names[name])

    def gather_blocks(self, value: Value) -> None:
        """The blocks that a value is made of."""
        for block in blocks_in(value):
            self._need(block.definition)

    def _need(self, definition: Definition) -> None:
        if definition.number in self._found or isinstance(definition.node, tree.Network):
            return
        self._found[definition.number] = definition
        home = definition.unit
        if home.path.resolve().is_relative_to(folder("library").resolve()):
            self.uses[home.path.stem] = home
            return
        name = definition.name
        written = next(d for d in home.file.definitions if getattr(d, "name", "") == name)
        self.gather(written, home)
        self.definitions.append(written)

    def check(self, networks: Iterable[str]) -> None:
        """See that every name stands for one thing, those of the networks too.

        Raises:
            CompileError: one does not.
        """
        brought = {own.number: own for unit in self.uses.values() for own in unit.own}
        faults = list(_clashes(networks, [*{**self._found, **brought}.values()]))
        if faults:
            raise CompileError(faults)


def _clashes(networks: Iterable[str], definitions: list[Definition]) -> Iterator[Diagnostic]:
    first = {definition.name: definition for definition in reversed(definitions)}
    for name in networks:
        if name in first:
            also = [Label(name_span(first[name].node), "the block")]
            message = f"`{name}` is a block that the network needs"
            yield error("name", message, also=also, help="give the network another name")
    for definition in definitions:
        other = first[definition.name]
        if other is not definition:
            message = f"one file cannot hold two blocks `{definition.name}`"
            also = [Label(name_span(other.node), "the other")]
            help = "give one of them another name"
            yield error("name", message, name_span(definition.node), also=also, help=help)


def _needs(plan: Plan) -> Needs:
    """What the text of a network mentions, and what it was given and is inserted in it."""
    network = network_of(plan)
    own = tuple(p for p in network.parameters if p.name not in plan.given)
    needs = Needs()
    needs.gather(replace(network, parameters=own), plan.unit)
    for argument in plan.given.values():
        needs.gather_blocks(argument.value)
    for unit, insert in plan.inserts:
        needs.gather(insert, unit)
    return needs
