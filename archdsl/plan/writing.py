"""Writes a plan as a spec of its own, which compiles to the same network.

The spec uses files of the library. Definitions of other files are copied into it, so that it
depends on nothing but the library.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from archdsl.build.request import Built
from archdsl.build.values import Value
from archdsl.diagnostics import CompileError, Diagnostic, Label, error
from archdsl.plan.decisions import CHOOSE
from archdsl.plan.derived_cells import cells_with_levels
from archdsl.plan.edits import literal, network_of, shape_literal
from archdsl.plan.member_text import NOWHERE, Inserts, MemberText, read_option
from archdsl.plan.options import blocks_in
from archdsl.plan.plan import Plan, own_tables
from archdsl.plan.rows import EXPECTATIONS, BuiltRow, Cells, RowId
from archdsl.program.program import Definition, Unit, name_span, names_in
from archdsl.resources import folder
from archdsl.syntax import tree
from archdsl.syntax.formatter import format_file
from archdsl.syntax.printing.statements import doc_string

N = TypeVar("N", bound=tree.Node)


def standalone_text(name: str, plan: Plan, built: Built, origin: str) -> str:
    """The text of a file that defines the network, without deriving it from another.

    A member of a space has its options in place of the choices. `origin` is put in the first line
    as a comment.

    Raises:
        CompileError: it needs two different blocks of one name.
    """
    is_space = any(each.decision.is_open for each in built.decisions)
    member = MemberText(()) if is_space else MemberText(built.decisions, cells_with_levels(built))
    parts = _parts(name, plan, built.rows, member)
    if member.left or (is_space and plan.narrowed):
        # Not all of it can be said in place of the choices, so the space stands there as a whole.
        parts = _parts(f"{name}_space", plan, (), MemberText(()))
        parts.append((_chosen(name, plan, built, is_space=is_space),))
    pieces = (_format(part) for part in parts if part)
    doc = f"{doc_string(plan.doc)}\n" if plan.doc else ""
    return f"# {' '.join(origin.split())}\n{doc}" + "\n".join(pieces)


def _parts(
    name: str, plan: Plan, rows: Iterable[BuiltRow], member: MemberText
) -> list[tuple[tree.Definition, ...]]:
    """The definitions of a file in groups: what it uses, the blocks that it needs, the network."""
    network = _network(name, plan, rows, member)
    inserted = Inserts(plan, member)
    networks = tuple(_with_insertions(network, inserted.written))
    dependencies = _dependencies(plan, networks, member)
    dependencies.gather_inserts(plan, inserted)
    dependencies.check([definition.name for definition in networks])
    uses = tuple(tree.Use(stem, span=NOWHERE) for stem in sorted(dependencies.uses))
    return [uses, *((definition,) for definition in (*dependencies.definitions, *networks))]


def _chosen(name: str, plan: Plan, built: Built, *, is_space: bool) -> tree.Derived:
    """The network as its space with decisions made: all of a member's, or those made of a space."""
    base = tree.Name(f"{name}_space", span=NOWHERE)
    made: dict[str, tuple[str, ...]] = {each.name: (each.option,) for each in built.decisions}
    if is_space:
        made = {each: narrowed.options for each, narrowed in plan.narrowed.items()}
    choices = tuple([_choice(each, options) for each, options in made.items()])
    call = tree.Call(tree.Name(CHOOSE, span=NOWHERE), choices, span=NOWHERE)
    return tree.Derived("network", name, base, (call,), None, span=NOWHERE)


def _choice(name: str, options: tuple[str, ...]) -> tree.Argument:
    values = tuple([read_option(option) for option in options])
    value = values[0] if len(values) == 1 else tree.Choice(values, span=NOWHERE)
    return tree.Argument(name, value, span=NOWHERE)


def documented(doc: str | None, definition: str) -> str:
    """One more definition of a file, with its doc string."""
    return f"\n{doc_string(doc)}\n{definition}" if doc else f"\n{definition}"


def _format(definitions: tuple[tree.Definition, ...]) -> str:
    file = tree.File(NOWHERE.source, None, definitions, (), span=NOWHERE)
    return format_file(_without_spans(file))


def _with_insertions(
    network: tree.Network, inserts: tuple[tree.Insert, ...]
) -> Iterator[tree.Network | tree.Derived]:
    """The network; with insertions, a base and the network derived from it.

    The insertions can come last, since it was checked that transforms did not move their places.
    """
    if not inserts:
        yield network
        return
    base = replace(network, name=f"{network.name}_base")
    yield base
    base_name = tree.Name(base.name, span=NOWHERE)
    yield tree.Derived("network", network.name, base_name, inserts, None, span=NOWHERE)


def _network(name: str, plan: Plan, rows: Iterable[BuiltRow], member: MemberText) -> tree.Network:
    """The network, given parameters as its defaults, and without parameters now unused."""
    network = member.network(network_of(plan, _built_shapes(plan, rows)), plan.unit)
    # Replacing a block can leave parameters that only the old one read.
    used = names_in(*network.body, *network.parameters)
    unused = names_in(*plan.network.body, *plan.network.parameters) - used
    kept = (p for p in network.parameters if p.name not in unused)
    parameters = (_with_default(parameter, plan, member) for parameter in kept)
    return replace(network, name=name, parameters=tuple(parameters), doc=None)


def _with_default(parameter: tree.Parameter, plan: Plan, member: MemberText) -> tree.Parameter:
    if parameter.name in plan.open:
        unit, written = plan.open[parameter.name]
        return replace(parameter, default=member.expression(written, unit))
    if parameter.name not in plan.given:
        return parameter
    return replace(parameter, default=literal(plan.given[parameter.name].value, NOWHERE))


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
    shapes = tuple(shape_literal(sizes, NOWHERE) for sizes in row.shapes)
    return shapes[0] if len(shapes) == 1 else tree.Tuple(shapes, span=NOWHERE)


def _without_spans(node: N) -> N:
    """The tree without spans: the formatter would look up comments and lines by them."""
    changed: dict[str, Any] = {"span": NOWHERE}
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

    member: MemberText
    uses: dict[str, Unit] = field(default_factory=dict)
    definitions: list[tree.Definition] = field(default_factory=list)
    _found: dict[int, Definition] = field(default_factory=dict)

    def gather(self, node: tree.Node, unit: Unit) -> None:
        """Add what a text mentions. Each definition comes after those that it mentions."""
        # Sorted: a set of strings has another order in every process.
        for name in sorted(names_in(node)):
            if name in unit.names:
                self._add(unit.names[name])

    def gather_inserts(self, plan: Plan, inserts: Inserts) -> None:
        """Add what insertions mention, and the blocks that were decided for one place each."""
        for (unit, _), written in zip(plan.inserts, inserts.written, strict=True):
            self.gather(written, unit)
        for copy, unit in inserts.copies.values():
            self.gather(copy, unit)
            self.definitions.append(copy)
        self.gather_used()

    def gather_used(self) -> None:
        """Add what the texts of other files mention, that were written out."""
        while self.member.used:
            self.gather(*self.member.used.pop())

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
        written = self.member.definition(written, home)
        self.gather(written, home)
        self.gather_used()
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


def _dependencies(
    plan: Plan, networks: tuple[tree.Network | tree.Derived, ...], member: MemberText
) -> Dependencies:
    """The dependencies of a network's text, its given parameters and its insertions."""
    network = networks[0]
    assert isinstance(network, tree.Network)
    # Defaults that were replaced by given values need nothing.
    own = tuple(p for p in network.parameters if p.name not in plan.given)
    dependencies = Dependencies(member)
    dependencies.gather(replace(network, parameters=own), plan.unit)
    for name, argument in plan.given.items():
        if name in plan.open:
            unit, written = plan.open[name]
            dependencies.gather(member.expression(written, unit), unit)
        else:
            dependencies.gather_blocks(argument.value)
    dependencies.gather_used()
    return dependencies
