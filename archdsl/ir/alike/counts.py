"""How often what stands in a network: the counts by which a search tells how alike networks are.

Labels are of operations and of instances of blocks, with none, one, two or all of their parameters:
`attend`, `attend(by=map)`, `attend(by=map, over=temporal)`. So networks are alike that have only
some of it in common. Edges, and paths over three, have labels of what they connect. Labels say
nothing of names and numbering, so neither do the counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, combinations
from typing import NamedTuple, TypeAlias

from archdsl.ir.graph import Graph, Node, Scope, Value
from archdsl.ops.base import Operation, Types

Counts: TypeAlias = Mapping[str, Mapping[str, int]]
"""How often each label occurs, by kind: `nodes`, `edges`, `paths`."""

_Words: TypeAlias = tuple[tuple[str, str], ...]

_BLOCK = "block"


class _Kind(NamedTuple):
    """What a part is: its name, and what its parameters are, where labels of edges have these."""

    name: str
    words: _Words


_Path: TypeAlias = tuple[_Kind, ...]


class _Part(NamedTuple):
    """An operation or an instance of a block: what it is, and what it reads beside it."""

    kind: _Kind
    labels: Sequence[str]
    reads: tuple[int, ...]


def count(graph: Graph) -> Counts:
    """The counts of a network."""
    parts = _Parts(graph).all
    pairs = [(parts[place], part) for part in parts for place in part.reads]
    ends = [(parts[place], source, part) for source, part in pairs for place in source.reads]
    edges = Counter[_Path]([(source.kind, part.kind) for source, part in pairs])
    paths = Counter[_Path]([(first.kind, source.kind, part.kind) for first, source, part in ends])
    nodes = Counter(chain.from_iterable([part.labels for part in parts]))
    return {"nodes": nodes, "edges": _linked(edges), "paths": _linked(paths)}


def _linked(several: Counter[_Path]) -> Counter[str]:
    """How often each label of a path occurs, by how often paths over some kinds do."""
    found: Counter[str] = Counter()
    for kinds, times in several.items():
        for label in _links(*kinds):
            found[label] += times
    return found


def added(several: Iterable[Counts]) -> Counts:
    """The counts of several parts of a network together."""
    total: dict[str, Counter[str]] = {}
    for each in several:
        for kind, labels in each.items():
            total.setdefault(kind, Counter()).update(labels)
    return total


@dataclass(frozen=True)
class _Parts:
    """The operations of a graph, then its instances of blocks."""

    graph: Graph

    @cached_property
    def all(self) -> Sequence[_Part]:
        return [*map(self._of_node, self.graph), *map(self._of_scope, self._blocks)]

    @cached_property
    def _blocks(self) -> Sequence[Scope]:
        return [scope for scope in self.graph.scopes if scope.kind == _BLOCK]

    @cached_property
    def _places(self) -> Mapping[int, int]:
        """The places of blocks among the parts, by scope."""
        first = len(self.graph)
        return {scope.index: first + at for at, scope in enumerate(self._blocks)}

    def _of_node(self, node: Node) -> _Part:
        kind = _Kind(node.operation.name, ())
        reads = self._sources(self.graph.operands(node), node.scope)
        return _Part(kind, _operation_labels(node.operation, node.results), reads)

    def _of_scope(self, scope: Scope) -> _Part:
        kind = _Kind(scope.definition, tuple(sorted(_words(scope))))
        reads = self._sources(scope.inputs.values(), scope.parent)
        return _Part(kind, _block_labels(kind), reads)

    def _sources(self, values: Iterable[Value], scope: int | None) -> tuple[int, ...]:
        """The parts that some values come from, once each, seen from a scope that reads them.

        Of blocks within blocks it is the outermost one that the reader is not in.
        """
        around = () if scope is None else self._around[scope]
        return tuple(sorted({self._source(value, around) for value in values}))

    def _source(self, value: Value, around: Sequence[int]) -> int:
        found = value.node
        for scope in self._around[self.graph.node(value.node).scope]:
            if scope in around:
                break
            found = self._places.get(scope, found)
        return found

    @cached_property
    def _around(self) -> Sequence[Sequence[int]]:
        """For each scope, itself and those around it, from the inside out."""
        found: list[tuple[int, ...]] = []
        for scope in self.graph.scopes:  # each comes after those around it
            found.append((scope.index, *(() if scope.parent is None else found[scope.parent])))
        return found


def _words(scope: Scope) -> Iterator[tuple[str, str]]:
    """The parameters of a block that are words, numbers, or the names of blocks."""
    names = scope.block.parameters if scope.block else ()
    for name in names:
        if name in scope.bindings:
            yield name, _word(scope.bindings[name])


def _word(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_word, value))})"
    return str(getattr(value, "name", value))


def _label(name: str, words: Sequence[tuple[str, str]]) -> str:
    return f"{name}({', '.join(f'{key}={word}' for key, word in words)})" if words else name


@lru_cache(maxsize=4096)
def _block_labels(kind: _Kind) -> Sequence[str]:
    sizes = {0, 1, 2, len(kind.words)}
    chosen = (some for size in sorted(sizes) for some in combinations(kind.words, size))
    return tuple(_label(kind.name, some) for some in chosen)


@lru_cache(maxsize=4096)
def _operation_labels(operation: Operation, results: Types) -> Sequence[str]:
    given = [(name, _word(value)) for name, value in vars(operation).items()]
    shapes = ", ".join(map(str, results))
    own = (_label(operation.name, [word]) for word in given)
    return (operation.name, *own, f"{_label(operation.name, given)} {shapes}")


@lru_cache(maxsize=65536)
def _links(*kinds: _Kind) -> Sequence[str]:
    """The labels of a path: by names, and by the parameters that both of its ends have."""
    first, last = dict(kinds[0].words), dict(kinds[-1].words)
    shared = [{name} for name in first if name in last]
    kept: list[set[str]] = [set(), *shared, *([first.keys() & last.keys()] if shared else [])]
    return tuple(" > ".join(_narrowed(kind, names) for kind in kinds) for names in kept)


def _narrowed(kind: _Kind, names: set[str]) -> str:
    return _label(kind.name, [word for word in kind.words if word[0] in names])
