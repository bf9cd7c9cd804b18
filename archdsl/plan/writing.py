"""Writes a plan as a spec of its own, which compiles to the same network.

The spec uses files of the library. Definitions of other files are copied into it, so that it
depends on nothing but the library.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from archdsl.build.values import Value
from archdsl.diagnostics import CompileError, Diagnostic, Label, error
from archdsl.plan.edits import literal, network_of, shape_literal
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


def standalone_text(name: str, plan: Plan, rows: Iterable[BuiltRow], origin: str) -> str:
    """The text of a file that defines the network, without deriving it from another.

    `rows` are its rows as they were built. `origin` is put in the first line as a comment.

    Raises:
        CompileError: it needs two different blocks of one name.
    """
    network = _network(name, plan, rows)
    networks = tuple(_with_insertions(network, plan))
    dependencies = _dependencies(plan)
    dependencies.check([definition.name for definition in networks])
    uses = tuple(tree.Use(stem, span=_NOWHERE) for stem in sorted(dependencies.uses))
    parts = [uses, *((definition,) for definition in (*dependencies.definitions, *networks))]
    pieces = (_format(part) for part in parts if part)
    doc = f"{doc_string(plan.doc)}\n" if plan.doc else ""
    return f"# {' '.join(origin.split())}\n{doc}" + "\n".join(pieces)


def documented(doc: str | None, definition: str) -> str:
    """One more definition of a file, with its doc string."""
    return f"\n{doc_string(doc)}\n{definition}" if doc else f"\n{definition}"


def _format(definitions: tuple[tree.Definition, ...]) -> str:
    file = tree.File(_NOWHERE.source, None, definitions, (), span=_NOWHERE)
    return format_file(_without_spans(file))


def _with_insertions(network: tree.Network, plan: Plan) -> Iterator[tree.Network | tree.Derived]:
    """The network; with insertions, a base and the network derived from it.

    The insertions can come last, since it was checked that transforms did not move their places.
    """
    inserts = tuple([insert for _, insert in plan.inserts])
    if not inserts:
        yield network
        return
    base = replace(network, name=f"{network.name}_base")
    yield base
    base_name = tree.Name(base.name, span=_NOWHERE)
    yield tree.Derived("network", network.name, base_name, inserts, None, span=_NOWHERE)


def _network(name: str, plan: Plan, rows: Iterable[BuiltRow]) -> tree.Network:
    """The network, given parameters as its defaults, and without parameters now unused."""
    network = network_of(plan, _built_shapes(plan, rows))
    # Replacing a block can leave parameters that only the old one read.
    used = names_in(*network.body, *network.parameters)
    unused = names_in(*plan.network.body, *plan.network.parameters) - used
    parameters = (_with_default(p, plan) for p in network.parameters if p.name not in unused)
    return replace(network, name=name, parameters=tuple(parameters), doc=None)


def _with_default(parameter: tree.Parameter, plan: Plan) -> tree.Parameter:
    if parameter.name not in plan.given:
        return parameter
    return replace(parameter, default=literal(plan.given[parameter.name].value, _NOWHERE))


def _built_shapes(plan: Plan, built: Iterable[BuiltRow]) -> Mapping[RowId, Cells]:
    """The built shapes, to replace the printed shapes that may no longer hold.

    Printed shapes that depend on parameters still hold, unless tables were edited.
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
    shapes = tuple(shape_literal(sizes, _NOWHERE) for sizes in row.shapes)
    return shapes[0] if len(shapes) == 1 else tree.Tuple(shapes, span=_NOWHERE)


def _without_spans(node: N) -> N:
    """The tree without spans: the formatter would look up comments and lines by them."""
    changed: dict[str, Any] = {"span": _NOWHERE}
    for part in fields(node):
        value = getattr(node, part.name)
        if isinstance(value, tree.Node):
            changed[part.name] = _without_spans(value)
        elif isinstance(value, tuple):
            changed[part.name] = tuple(
                _without_spans(entry) if isinstance(entry, tree.Node) else entry for entry in value
            )
    return replace(node, **changed)


@dataclass
class Dependencies:
    """The library files that some text needs, and definitions of other files, in order."""

    uses: dict[str, Unit] = field(default_factory=dict)
    definitions: list[tree.Definition] = field(default_factory=list)
    _found: dict[int, Definition] = field(default_factory=dict)

    def gather(self, node: tree.Node, unit: Unit) -> None:
        """Add what a text mentions. Each definition comes after those that it mentions."""
        # Sorted: a set of strings has another order in every process.
        for name in sorted(names_in(node)):
            if name in unit.names:
                self._add(unit.names[name])

    def gather_blocks(self, value: Value) -> None:
        """Add the blocks in a value."""
        for block in blocks_in(value):
            self._add(block.definition)

    def _add(self, definition: Definition) -> None:
        # A network is a name of its file, but no body can call it.
        if definition.number in self._found or isinstance(definition.node, tree.Network):
            return
        self._found[definition.number] = definition
        home = definition.unit
        if home.path.resolve().is_relative_to(folder("library").resolve()):
            self.uses[home.path.stem] = home
            return
        name = definition.name
        # The definition as it is written: of a cell, `node` is the block that it was turned into.
        written = next(d for d in home.file.definitions if getattr(d, "name", "") == name)
        self.gather(written, home)
        self.definitions.append(written)

    def check(self, networks: Iterable[str]) -> None:
        """Check that each name is defined once in the file, together with its networks.

        Raises:
            CompileError: one is not.
        """
        used = {own.number: own for unit in self.uses.values() for own in unit.own}
        faults = list(_clashes(networks, [*{**self._found, **used}.values()]))
        if faults:
            raise CompileError(faults)


def _clashes(networks: Iterable[str], definitions: list[Definition]) -> Iterator[Diagnostic]:
    first = {definition.name: definition for definition in reversed(definitions)}
    for name in networks:
        if name in first:
            also = [Label(name_span(first[name].node), "the block")]
            message = f"a network cannot be named `{name}`: it needs a block of this name"
            yield error("name", message, also=also, help="give the network another name")
    for definition in definitions:
        other = first[definition.name]
        if other is not definition:
            message = f"one file cannot define two blocks `{definition.name}`"
            also = [Label(name_span(other.node), "the other one")]
            help = "give one of them another name"
            yield error("name", message, name_span(definition.node), also=also, help=help)


def _dependencies(plan: Plan) -> Dependencies:
    """The dependencies of a network's text, its given parameters and its insertions."""
    network = network_of(plan)
    # Defaults that were replaced by given values need nothing.
    own = tuple(p for p in network.parameters if p.name not in plan.given)
    dependencies = Dependencies()
    dependencies.gather(replace(network, parameters=own), plan.unit)
    for argument in plan.given.values():
        dependencies.gather_blocks(argument.value)
    for unit, insert in plan.inserts:
        dependencies.gather(insert, unit)
    return dependencies
