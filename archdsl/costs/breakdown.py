"""The costs of a network by row, stage, block or operation.

Tables, drawings and differences cut a network in the same way, so their parts can be compared.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

from archdsl.costs.figures import Costs, Figures
from archdsl.ir.graph import Graph, Node, Scope
from archdsl.ir.listing import name_range, repeats
from archdsl.ir.naming import Naming, name_all
from archdsl.ops.base import Types
from archdsl.ops.sources import Input
from archdsl.shown import table
from archdsl.source import Span

LEVELS: dict[str, frozenset[str]] = {
    "row": frozenset({"stage"}),
    "stage": frozenset(),
    "block": frozenset({"stage", "row"}),
    "operation": frozenset({"stage", "row", "block"}),
}
"""The ways to cut a network into parts, each with the kinds of scopes that it opens."""


@dataclass(frozen=True)
class Part:
    """A part of a network with its costs: an operation, a block, a row or a stage.

    `times` is how many equal parts it stands for; the figures are those of all of them. `span` is
    where the text has it, such as the line of a row; equal parts have that of the last one.
    """

    name: str
    kind: str
    outputs: Types
    figures: Figures
    span: Span
    times: int = 1

    def __repr__(self) -> str:
        outputs = ", ".join(map(str, self.outputs))
        return f"<Part {self.name} ({self.kind}): {outputs}, {self.figures.summary}>"


class Parts(tuple[Part, ...]):
    """The parts of a network, which a notebook shows as a table."""

    def _repr_html_(self) -> str:
        columns = ("part", "kind", "output", "params", "MACs")
        return table(columns, map(_cells, self), columns[3:])


def _cells(part: Part) -> tuple[str, ...]:
    outputs = ", ".join(map(str, part.outputs))
    return part.name, part.kind, outputs, f"{part.figures.params:,}", f"{part.figures.macs:,}"


@dataclass(frozen=True, slots=True)
class Cut:
    """A part as nodes of a graph; `scope` is None if the part is a single operation."""

    scope: Scope | None
    nodes: tuple[Node, ...]


def cut(graph: Graph, by: str) -> tuple[Cut, ...]:
    """Cut a graph by one of LEVELS: every operation is in exactly one part, inputs are in none."""
    owners = _owners(graph, LEVELS[by])
    # Parts are in the order of their first operation.
    parts: dict[tuple[bool, int], tuple[Scope | None, list[Node]]] = {}
    for node in graph:
        owner = owners[node.scope]
        if owner is not None:
            parts.setdefault(_key(owner), (owner, []))[1].append(node)
        elif not isinstance(node.operation, Input):
            parts[_key(node)] = (None, [node])
    return tuple(Cut(scope, tuple(nodes)) for scope, nodes in parts.values())


def breakdown(graph: Graph, costs: Costs, by: str) -> Parts:
    """The costs of a network's parts by one of LEVELS; together, they are those of the whole."""
    naming = name_all(graph)
    return Parts(_part(graph, naming, costs, piece) for piece in cut(graph, by))


_FOLDED = ("row", "stage")
"""The levels at which equal blocks of a loop are one part, as those of a row are."""


def folded(graph: Graph, costs: Costs, by: str) -> tuple[Part, ...]:
    """The same parts, but those that repeat outside of tables are one, as in listings."""
    parts = breakdown(graph, costs, by)
    if by not in _FOLDED:
        return parts
    group = _groups(graph)
    together: dict[Hashable, list[Part]] = {}
    for place, (piece, part) in enumerate(zip(cut(graph, by), parts, strict=True)):
        member = piece.scope or piece.nodes[0]
        together.setdefault(group.get(_key(member), place), []).append(part)
    return tuple(map(_joined, together.values()))


def _groups(graph: Graph) -> Mapping[tuple[bool, int], Hashable]:
    """For each member of the network that repeats, what is the same for all its repeats."""
    return {
        _key(member): (number, place % period)
        for number, (members, period) in enumerate(repeats(graph))
        for place, member in enumerate(members)
    }


def _key(member: Node | Scope) -> tuple[bool, int]:
    return isinstance(member, Node), member.index


def _joined(parts: Sequence[Part]) -> Part:
    """Equal parts as one, with the cost of all."""
    if len(parts) == 1:
        return parts[0]
    name, figures = name_range(parts[0].name, parts[-1].name), [part.figures for part in parts]
    return replace(parts[-1], name=name, figures=reduce(add, figures), times=len(parts))


def _part(graph: Graph, naming: Naming, costs: Costs, piece: Cut) -> Part:
    first = piece.nodes[0]
    if piece.scope is None:
        return _operation(naming, first, costs.nodes[first.index])
    return _scope(graph, naming, piece.scope, costs.scopes[piece.scope.index], first)


def _operation(naming: Naming, node: Node, figures: Figures) -> Part:
    kind = _shown_kind(node, node.operation.name)
    return Part(naming.path(node), kind, node.results, figures, node.span)


def _scope(graph: Graph, naming: Naming, scope: Scope, figures: Figures, first: Node) -> Part:
    name = _scope_name(graph, naming, scope, first)
    kind = _shown_kind(scope, " ".join(scope.definition.split()) or scope.kind)
    return Part(name, kind, graph.types(scope.outputs) or first.results, figures, scope.span)


def _shown_kind(member: Node | Scope, kind: str) -> str:
    """`tower, shared` for a use of shared layers: without it, a later one has no parameters."""
    return f"{kind}, shared" if member.share else kind


def _owners(graph: Graph, opened: frozenset[str]) -> list[Scope | None]:
    """For each scope, the outermost scope around it that is not opened; None if all are."""
    owners: list[Scope | None] = []
    for scope in graph.scopes:
        above = None if scope.parent is None else owners[scope.parent]
        is_part = scope.parent is not None and scope.kind not in opened
        owners.append(above or (scope if is_part else None))
    return owners


def _scope_name(graph: Graph, naming: Naming, scope: Scope, first: Node) -> str:
    """The path of a scope. Rows are no level of paths, so the name of a row is added.

    A row that is a stage by itself is called as the block in it.
    """
    if scope.kind != "row":
        return naming.scope_paths[scope.index]
    parent = graph.scopes[scope.parent or 0]
    above = naming.scope_paths[parent.index]
    if parent.kind == "stage":
        return f"{above}.{scope.name}"
    path = naming.path(first)
    if first.scope == scope.index:
        return path
    inside = path.removeprefix(f"{above}.") if above else path
    return path.removesuffix(inside) + inside.partition(".")[0]
