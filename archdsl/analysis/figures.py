"""What a network's graph knows of a place in the text: shapes, parameters, multiply-adds, values.

A block is applied in many places, so a call in its text stands for many operations. Their costs are
added, and their shapes and values are listed once each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

from archdsl.analysis.analysis import NetworkFacts
from archdsl.analysis.names.symbol import Kind, Symbol
from archdsl.build.values import show
from archdsl.costs.breakdown import Part
from archdsl.costs.figures import Figures
from archdsl.ir.graph import Node, Scope
from archdsl.ops.base import Types
from archdsl.program.program import Unit, name_span
from archdsl.source import Source, Span
from archdsl.syntax import tree


@dataclass(frozen=True)
class LineFigures:
    """What stands on one line of a body: the shape after it, and what all of it costs."""

    outputs: Types
    figures: Figures
    parts: tuple[Part, ...]


def lines(facts: NetworkFacts, source: Source) -> Mapping[int, LineFigures]:
    """The rows and other parts of a network that stand in a text, by the line they end on.

    What was found in an earlier text counts where it is kept: it stands at the same offsets.
    """
    found: dict[int, list[Part]] = {}
    for part in facts.rows:
        if part.span.source.name == source.name:
            line, _ = source.position(part.span.end)
            found.setdefault(line, []).append(part)
    return {
        line: LineFigures(parts[-1].outputs, _sum(part.figures for part in parts), tuple(parts))
        for line, parts in found.items()
    }


def _sum(figures: Iterable[Figures]) -> Figures:
    return reduce(add, figures, Figures())


@dataclass(frozen=True)
class Seen:
    """What a network has at one place of the text.

    `uses` are the operations or blocks there, `shapes` what they put out, and `values` what a
    parameter has, each once. Without `figures` nothing is computed there: it is a name.
    """

    uses: int
    shapes: tuple[str, ...]
    figures: Figures | None = None
    values: tuple[str, ...] = ()


def at(facts: NetworkFacts, source: Source, offset: int) -> tuple[Span, Seen] | None:
    """The innermost call or row at an offset, and what the network has there."""
    around: dict[tuple[int, int], list[Node | Scope]] = {}
    for member in _members(facts):
        span = member.span
        if span.start <= offset <= span.end and span.source.name == source.name:
            around.setdefault((span.start, span.end), []).append(member)
    if not around:
        return None
    inner = min(around, key=lambda ends: ends[1] - ends[0])
    members = _outermost(around[inner])
    return members[0].span, _seen(facts, members)


def _members(facts: NetworkFacts) -> Iterator[Node | Scope]:
    yield from (scope for scope in facts.graph.scopes if scope.kind in ("block", "row"))
    yield from facts.graph


def _outermost(members: list[Node | Scope]) -> list[Node | Scope]:
    """Those of one kind: a call of a block is a scope, and its only operation may stand there."""
    scopes: list[Node | Scope] = [each for each in members if isinstance(each, Scope)]
    return scopes or members


def _seen(facts: NetworkFacts, members: list[Node | Scope]) -> Seen:
    shapes = dict.fromkeys(_shape(facts, member) for member in members)
    return Seen(len(members), tuple(filter(None, shapes)), _sum(_figures(facts, members)))


def _shape(facts: NetworkFacts, member: Node | Scope) -> str:
    is_node = isinstance(member, Node)
    types = member.results if isinstance(member, Node) else facts.graph.types(member.outputs)
    return ", ".join(map(str, types)) if types or is_node else ""


def _figures(facts: NetworkFacts, members: Iterable[Node | Scope]) -> Iterator[Figures]:
    for member in members:
        known = facts.costs.nodes if isinstance(member, Node) else facts.costs.scopes
        yield known[member.index]


def named(facts: NetworkFacts, symbol: Symbol, unit: Unit) -> Seen | None:
    """What a name of a body has in a network: shapes of a tensor, values of a parameter."""
    if symbol.owner is None or symbol.kind not in (Kind.VARIABLE, Kind.INPUT, Kind.PARAMETER):
        return None
    if symbol.kind is Kind.PARAMETER:
        return _parameter(facts, symbol)
    body = _body(symbol.owner, unit)
    if body is None:
        return None
    members = [
        member
        for member in _members(facts)
        if symbol.name in member.targets or symbol.name in member.names
        if _holds(body, member.span)
    ]
    found = _outermost([*members])
    shapes = dict.fromkeys(_shape(facts, member) for member in found)
    return Seen(len(found), tuple(filter(None, shapes))) if found else None


def _holds(body: Span, part: Span) -> bool:
    is_inside = body.start <= part.start and part.end <= body.end
    return is_inside and body.source.name == part.source.name


def _body(owner: Symbol, unit: Unit) -> Span | None:
    for node in unit.file.definitions:
        if isinstance(node, tree.Block | tree.Network | tree.Cell) and node.name == owner.name:
            return Span(node.span.source, name_span(node).end, node.span.end)
    return None


def _parameter(facts: NetworkFacts, symbol: Symbol) -> Seen | None:
    """The shapes of a tensor that enters a block, or the values that a parameter has."""
    scopes = [scope for scope in facts.graph.scopes if _is_of(scope, symbol.definition.name)]
    shapes, values = dict[str, None](), dict[str, None]()
    for scope in scopes:
        if symbol.name in scope.inputs:
            shapes[str(facts.graph.type(scope.inputs[symbol.name]))] = None
        elif symbol.name in scope.bindings:
            values[show(scope.bindings[symbol.name])] = None
    if not shapes and not values:
        return None
    return Seen(len(scopes), tuple(shapes), values=tuple(values))


def _is_of(scope: Scope, name: str) -> bool:
    """Whether a scope is an instance of a block, or of a network, of this name."""
    if scope.kind == "network":
        return scope.definition == name
    return scope.block is not None and scope.block.name == name
