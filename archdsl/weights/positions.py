"""The blocks of a network by their place in its tables, and the names that a source has for them.

The place of a block gives the numbers in the source's keys. Layers of inserted blocks, such as
attention cells, have no counterpart in the network that they were inserted in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from archdsl.ir.graph import Graph, Scope
from archdsl.ir.naming import name_all
from archdsl.weights.sources.base import NETWORK, Names, Source, layer_of


@dataclass(frozen=True)
class BlockPosition:
    """A block of a network: its path in the emitted module, and its position in the tables.

    `unit` counts the stages and the single blocks of the network, `index` the blocks of a stage,
    `nth` those of the kind, and `place` all. The network itself comes last, as the block `NETWORK`.
    """

    path: str
    block: str
    unit: int = 0
    index: int = 0
    nth: int = 0
    place: int = 0

    def tensors(self, keys: Iterable[str]) -> dict[str, str]:
        """The names of the block's tensors in it, by their keys."""
        start = f"{self.path}." if self.path else ""
        return {key: key.removeprefix(start) for key in keys if key.startswith(start)}

    def start(self, source: Source, names: Names) -> str:
        """How the source's keys of the block begin."""
        name = source.units[self.unit] if self.unit < len(source.units) else ""
        counts = {"unit": self.unit, "index": self.index, "nth": self.nth, "place": self.place}
        return names.at.format(name=name, ordinal=self.unit + 1, **counts)


def block_positions(graph: Graph) -> list[BlockPosition]:
    """The blocks in the network itself and in its tables, and the network.

    Blocks inside other blocks are not listed: a source names their layers through the outer block.
    Inserted blocks do not count, since they shift no block of the original.
    """
    paths = name_all(graph).scope_paths
    found: list[BlockPosition] = []
    units: dict[int, int] = {}
    sizes: Counter[int] = Counter()
    kinds: Counter[str] = Counter()
    for scope in graph.scopes:
        *inner, _ = graph.enclosing(scope.index)
        around = [outer.kind for outer in inner[1:]]
        if scope.kind != "block" or not set(around) <= {"row", "stage"}:
            continue
        if any(outer.is_inserted for outer in inner):
            continue
        unit = units.setdefault(inner[-1].index, len(units))
        path = paths[scope.index]
        block = _definition(graph, scope)
        found.append(BlockPosition(path, block, unit, sizes[unit], kinds[block], len(found)))
        sizes[unit] += 1
        kinds[block] += 1
    return [*found, BlockPosition("", NETWORK)]


def _definition(graph: Graph, scope: Scope) -> str:
    """The name of a block; one that only calls another is emitted as the other."""
    inside = [inner for inner in graph.scopes if inner.parent == scope.index]
    is_call = len(inside) == 1 and inside[0].outputs == scope.outputs
    if not is_call or any(node.scope == scope.index for node in graph):
        return scope.definition
    return _definition(graph, inside[0])


def inserted_blocks(graph: Graph) -> list[str]:
    """The paths of blocks that were inserted in a network."""
    paths = name_all(graph).scope_paths
    rows = {scope.index for scope in graph.scopes if scope.is_inserted}
    return [paths[scope.index] for scope in graph.scopes if scope.parent in rows]


def depths(graph: Graph, source: Source) -> list[int]:
    """The number of residual blocks in each stage of a network."""
    if source.residual is None:
        return []
    kind, _ = source.residual
    return _counts(at.unit for at in block_positions(graph) if at.block == kind)


def depths_of_keys(keys: Iterable[str], source: Source) -> list[int]:
    """The number of residual blocks in each stage of the network that a source's keys belong to."""
    if source.residual is None:
        return []
    _, end = source.residual
    return _counts(int(found[1]) for found in map(end.search, keys) if found)


def _counts(stages: Iterable[int]) -> list[int]:
    return [number for _, number in sorted(Counter(stages).items())]


def map_keys(keys: Sequence[str], graph: Graph, source: Source) -> dict[str, str]:
    """From keys of the network's state dict to the source's, as far as it has a name for them."""
    named: dict[str, str] = {}
    for at, names in _named(keys, graph, source):
        start = at.start(source, names)
        for key, tensor in at.tensors(keys).items():
            if theirs := source.key(start, names, tensor):
                named[key] = theirs
    # A tensor of theirs is one of ours: of two blocks with the same names, the first has them.
    first = {theirs: ours for ours, theirs in reversed(named.items())}
    return {key: named[key] for key in keys if key in named and first[named[key]] == key}


def identities(keys: Sequence[str], graph: Graph, source: Source) -> list[str]:
    """The keys of layers over time that have no counterpart, and pass on what they are given."""
    starts = tuple(
        f"{at.path}.{layer}."
        for at, names in _named(keys, graph, source)
        for layer in names.identity
    )
    return [key for key in keys if key.startswith(starts)]


def _named(
    keys: Sequence[str], graph: Graph, source: Source
) -> Iterator[tuple[BlockPosition, Names]]:
    """The blocks that a source has names for, with those that cover their layers."""
    for at in block_positions(graph):
        if choices := source.blocks.get(at.block):
            tensors = at.tensors(keys).values()
            covering = (names for names in choices if names.covers(tensors))
            yield at, next(covering, choices[-1])


def classifiers(named: Mapping[str, str], source: Source) -> set[str]:
    """The layers of the network whose number of outputs is the number of classes."""
    joint = source.joint
    layers = {layer_of(key): theirs.rpartition(joint)[0] for key, theirs in named.items()}
    end = f"{joint}{source.classifier}"
    return {layer for layer, theirs in layers.items() if f"{joint}{theirs}".endswith(end)}
