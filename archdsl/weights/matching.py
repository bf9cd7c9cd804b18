"""A network and a file compared: which tensor of the one is which tensor of the other.

Positions in the network's tables give the source's key of each tensor. The file is then only looked
up: order and shapes are never used to guess a counterpart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING

from archdsl.diagnostics import Diagnostic
from archdsl.ir.graph import Graph
from archdsl.ir.naming import name_all
from archdsl.network import Network
from archdsl.weights.files import Weights
from archdsl.weights.keys import by_layer, fold_lines, fold_pairs, key_errors, show_tensors
from archdsl.weights.rule import import_torch
from archdsl.weights.sources import CLASSIFIER, RESIDUAL, Source

if TYPE_CHECKING:
    from torch import Tensor, nn

COUNTER = ".num_batches_tracked"
"""A counter of batch norms that no result depends on, so that either side may lack it."""

_MOST_LINES = 6
"""How many lines of keys one error shows."""


@dataclass(frozen=True)
class Named:
    """The tensors of a network, and what a source calls them."""

    network: Network
    source: Source

    @cached_property
    def initial(self) -> Mapping[str, Tensor]:
        """The state dict of the emitted module at its start, with a fixed random seed."""
        random = import_torch().random
        with random.fork_rng(devices=[]):
            random.manual_seed(0)
            return _instantiate(self.network).state_dict()

    @cached_property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        return {key: tuple(value.shape) for key, value in self.initial.items()}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The source's key of each tensor that it has a name for."""
        return map_keys(self.shapes, self.network.graph, self.source)

    @cached_property
    def layers(self) -> Mapping[str, str]:
        """The source's name of each layer."""
        pairs = self.names.items()
        return {key.rpartition(".")[0]: name.rpartition(".")[0] for key, name in pairs}

    @property
    def unnamed(self) -> list[str]:
        """Tensors that the source has no name for."""
        return [key for key in self.shapes if key not in self.names]

    @property
    def expected(self) -> Mapping[str, Tensor]:
        """What a file would hold that has these tensors as they start."""
        return {name: self.initial[key] for key, name in self.names.items()}


@dataclass(frozen=True)
class Match:
    """A network and a file side by side, whether they fit or not.

    Lists of keys are the network's own keys, except for `unexpected`. Torch's words are used:
    `missing` from the file, `unexpected` in it.
    """

    own: Named
    file: Weights

    @cached_property
    def missing(self) -> list[str]:
        """Tensors that the file lacks."""
        return [key for key, name in self.own.names.items() if name not in self.file.tensors]

    @cached_property
    def unexpected(self) -> list[str]:
        """Keys of the file that belong to no tensor of the network."""
        expected = set(self.own.names.values())
        return [key for key in self.file.tensors if key not in expected]

    @cached_property
    def mismatched(self) -> list[str]:
        """Tensors with another shape in the file, apart from those in `reset`."""
        return [key for key in self._reshaped if key not in self.reset]

    @cached_property
    def reset(self) -> list[str]:
        """Tensors of the classifier, if the file has another number of classes."""
        layers = classifiers(self.own.network.graph)
        return [
            key
            for key in self._reshaped
            if key.rpartition(".")[0] in layers
            and self.file_shape(key)[1:] == self.own.shapes[key][1:]
        ]

    @cached_property
    def _reshaped(self) -> list[str]:
        present = (key for key, name in self.own.names.items() if name in self.file.tensors)
        return [key for key in present if self.file_shape(key) != self.own.shapes[key]]

    def file_shape(self, key: str) -> tuple[int, ...]:
        """The shape that a tensor of the network has in the file."""
        return tuple(self.file.tensors[self.own.names[key]].shape)

    @property
    def depths(self) -> tuple[list[int], list[int]]:
        """The number of residual blocks in each stage, of the file and of the network."""
        return depths_of_keys(self.file.tensors, self.own.source), depths(self.own.network.graph)

    def errors(self) -> list[Diagnostic]:
        """Everything that does not fit; an empty list if all tensors have a counterpart."""
        ours, file, title = self.own.network.name, self.file.path, self.own.source.title
        missing = [key for key in self.missing if not key.endswith(COUNTER)]
        unexpected = [key for key in self.unexpected if not key.endswith(COUNTER)]
        lines = list(_shape_lines(self))
        return [
            *_errors(lambda count: f"{title} has no name for {count} of {ours}", self.own.unnamed),
            *_errors(lambda count: f"{file} lacks {count} of {ours}", missing),
            *_errors(lambda count: f"{ours} has no place for {count} of {file}", unexpected),
            *key_errors(
                lambda count: f"{count} of {file} have other shapes in {ours}",
                self.mismatched,
                lines,
                _MOST_LINES,
            ),
        ]


def _instantiate(network: Network) -> nn.Module:
    """The network as a module: its emitted source run in memory, without a file."""
    module = ModuleType(network.name)
    # Emission escapes every name and text of a spec, so nothing of an untrusted one runs here.
    exec(compile(network.source(), f"<{network.name}>", "exec"), vars(module))
    instance: nn.Module = getattr(module, network.module.class_name)()
    return instance


def _shape_lines(match: Match) -> Iterator[str]:
    """The mismatched layers with their shapes in the file and in the network."""
    layers = by_layer({key: key for key in match.mismatched})
    shown = {
        layer: (
            show_tensors({leaf: match.file_shape(key) for leaf, key in keys.items()}),
            show_tensors({leaf: match.own.shapes[key] for leaf, key in keys.items()}),
        )
        for layer, keys in layers.items()
    }
    pairs = {layer: match.own.layers[layer] for layer in shown}
    for ours, theirs, (first, *_) in fold_pairs(pairs, shown):
        there, here = shown[first]
        yield f"{theirs}: {there}, but {ours}: {here}"


def _errors(message: Callable[[str], str], keys: list[str]) -> Iterator[Diagnostic]:
    return key_errors(message, keys, fold_lines(keys), _MOST_LINES)


@dataclass(frozen=True)
class BlockPosition:
    """A block of a network: its path in the emitted module, and its position in the tables.

    `unit` counts the stages and the single blocks of the network, `index` the blocks of a stage.
    """

    path: str
    block: str
    unit: int
    index: int


def block_positions(graph: Graph) -> list[BlockPosition]:
    """The blocks in the network itself and in its tables.

    Blocks inside other blocks are not listed: a source names their layers through the outer block.
    Inserted blocks, such as attention, do not count, since they shift no block of the original.
    """
    paths = name_all(graph).scope_paths
    positions: list[BlockPosition] = []
    units: dict[int, int] = {}
    sizes: Counter[int] = Counter()
    for scope in graph.scopes:
        *inner, _ = graph.enclosing(scope.index)
        around = [outer.kind for outer in inner[1:]]
        if scope.kind != "block" or not set(around) <= {"row", "stage"}:
            continue
        if any(outer.is_inserted for outer in inner):
            continue
        unit = units.setdefault(inner[-1].index, len(units))
        positions.append(BlockPosition(paths[scope.index], scope.definition, unit, sizes[unit]))
        sizes[unit] += 1
    return positions


def depths(graph: Graph) -> list[int]:
    """The number of residual blocks in each stage of a network."""
    return _count(at.unit for at in block_positions(graph) if at.block == RESIDUAL)


def depths_of_keys(keys: Iterable[str], source: Source) -> list[int]:
    """The number of residual blocks in each stage of the network that a source's keys belong to."""
    marks = map(source.mark.search, keys)
    return _count(int(mark[1]) for mark in marks if mark)


def _count(stages: Iterable[int]) -> list[int]:
    return [number for _, number in sorted(Counter(stages).items())]


def map_keys(keys: Iterable[str], graph: Graph, source: Source) -> dict[str, str]:
    """From keys of the network's state dict to the source's, as far as it has a name for them."""
    layers: dict[str, str] = {}
    for at in block_positions(graph):
        if names := source.blocks.get(at.block):
            numbers = {"unit": at.unit, "ordinal": at.unit + 1, "index": at.index}
            prefix = names.prefix.format(**numbers)
            layers |= {
                f"{at.path}.{ours}": f"{prefix}.{theirs}".removeprefix(".")
                for ours, theirs in names.layers.items()
            }
    parts = {key: key.rpartition(".") for key in keys}
    return {
        key: f"{layers[layer]}.{leaf}" for key, (layer, _, leaf) in parts.items() if layer in layers
    }


def classifiers(graph: Graph) -> set[str]:
    """The layers of the network whose number of outputs is the number of classes."""
    block, layer = CLASSIFIER
    return {f"{at.path}.{layer}" for at in block_positions(graph) if at.block == block}
