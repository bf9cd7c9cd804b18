"""A network that derivations made, as text of its own: its table, and all that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import Any, TypeVar

from archdsl.build.tables.stages import EXPECTATIONS
from archdsl.build.values import BuiltRow
from archdsl.plan.derivations import Resolved
from archdsl.plan.needs import Needs
from archdsl.plan.rewriting import Rewrite, literal, shape
from archdsl.program.mentions import names_in
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

    Raises:
        CompileError: what the network needs cannot stand in one file.
    """
    network = _network(name, resolved, rows)
    made = tuple(_inserted(network, resolved))
    needs = _needs(resolved)
    needs.check([definition.name for definition in made])
    uses = tuple(tree.Use(stem, span=_NOWHERE) for stem in sorted(needs.uses))
    parts = [uses, *((definition,) for definition in (*needs.definitions, *made))]
    pieces = (_formatted(part) for part in parts if part)
    doc = f"{doc_string(resolved.doc)}\n" if resolved.doc else ""
    return f"# {' '.join(origin.split())}\n{doc}" + "\n".join(pieces)


def _formatted(definitions: tuple[tree.Definition, ...]) -> str:
    file = tree.File(_NOWHERE.source, None, definitions, (), span=_NOWHERE)
    return format_file(_unplaced(file))


def _inserted(network: tree.Network, resolved: Resolved) -> Iterator[tree.Network | tree.Derived]:
    """The network with what is inserted in it: after all else, for no label changed meaning."""
    inserts = tuple(t for _, t in resolved.transforms if isinstance(t, tree.Insert))
    if not inserts:
        yield network
        return
    base = replace(network, name=f"{network.name}_base")
    yield base
    called = tree.Name(base.name, span=_NOWHERE)
    yield tree.Derived("network", network.name, called, inserts, None, span=_NOWHERE)


def _needs(resolved: Resolved) -> Needs:
    """What the text of a network mentions, and what it was given and is inserted in it."""
    network, given = resolved.network, resolved.given
    own = tuple(p for p in network.parameters if p.name not in given)
    needs = Needs()
    needs.gather(replace(network, parameters=own), resolved.unit)
    for argument in given.values():
        needs.gather_blocks(argument.value)
    for unit, change in resolved.transforms:
        if isinstance(change, tree.Insert):
            needs.gather(change, unit)
    return needs


def _network(name: str, resolved: Resolved, rows: Iterable[BuiltRow]) -> tree.Network:
    """The network with what it was given as defaults, without parameters that lost their use."""
    network = _expecting(resolved, rows)
    used = names_in(*network.body, *network.parameters)
    lost = names_in(*resolved.declared.body, *resolved.declared.parameters) - used
    parameters = (_given(p, resolved) for p in network.parameters if p.name not in lost)
    return replace(network, name=name, parameters=tuple(parameters), doc=None)


def _given(parameter: tree.Parameter, resolved: Resolved) -> tree.Parameter:
    if parameter.name not in resolved.given:
        return parameter
    value = resolved.given[parameter.name].value
    return replace(parameter, default=literal(value, _NOWHERE))


def _expecting(resolved: Resolved, rows: Iterable[BuiltRow]) -> tree.Network:
    """The network's tables with the shapes that come out now, where others are printed.

    Those that are made of parameters still hold, unless the table was rewritten.
    """
    built = {id(row.node): row for row in rows}
    cells: dict[int, dict[str, tree.Expression]] = {}
    tables = (node for node in tree.walk(resolved.network.body) if isinstance(node, tree.Table))
    for table in tables:
        for row in table.rows:
            if id(row) in built:
                printed = _printed(table, row, whole=resolved.is_rewritten)
                cells[id(row)] = dict.fromkeys(printed, _shapes(built[id(row)]))
    return Rewrite(cells, {}).network(resolved.network)


def _printed(table: tree.Table, row: tree.Row | tree.Rule, *, whole: bool) -> list[str]:
    """The columns in which a row prints a shape, on the `whole` or of bare numbers."""
    cells = row.cells if isinstance(row, tree.Row) else ()
    named = zip((column.name for column in table.columns), cells, strict=False)
    return [
        column
        for column, cell in named
        if column in EXPECTATIONS
        and not isinstance(cell, tree.Dash)
        and (whole or not names_in(cell))
    ]


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
