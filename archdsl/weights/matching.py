"""A network and a file beside each other: which tensor of one is which of the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING

from archdsl.diagnostics import Diagnostic
from archdsl.ir.graph import Graph
from archdsl.ir.naming import name_all
from archdsl.spec import Network
from archdsl.weights.files import WeightsFile, torch_or_fault
from archdsl.weights.keys import fold_pairs, folded, key_faults, layers, show_tensors
from archdsl.weights.sources import CLASSIFIER, RESIDUAL, Source

if TYPE_CHECKING:
    from torch import Tensor, nn

COUNTER = ".num_batches_tracked"
"""What norms count and no result depends on: it may be lacking, or be left over."""

_SHOWN = 6
"""How many lines of keys at fault are shown."""


@dataclass(frozen=True)
class Match:
    """Both sides beside each other, whether they fit or not. Keys are ours unless said."""

    network: Network
    file: WeightsFile
    source: Source

    @cached_property
    def started(self) -> Mapping[str, Tensor]:
        """The tensors of the network as its emitted module starts, the same each time."""
        random = torch_or_fault().random
        with random.fork_rng(devices=[]):
            random.manual_seed(0)
            return _instance(self.network).state_dict()

    @cached_property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        return {key: tuple(value.shape) for key, value in self.started.items()}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What the source calls each tensor that it has a name for."""
        return named(self.shapes, self.network.graph, self.source)

    @cached_property
    def layers(self) -> Mapping[str, str]:
        """What the source calls each layer."""
        pairs = self.names.items()
        return {key.rpartition(".")[0]: name.rpartition(".")[0] for key, name in pairs}

    @cached_property
    def nameless(self) -> list[str]:
        return [key for key in self.shapes if key not in self.names]

    @cached_property
    def absent(self) -> list[str]:
        """Those that the file lacks."""
        return [key for key, name in self.names.items() if name not in self.file.tensors]

    @cached_property
    def unused(self) -> list[str]:
        """Keys of the file that are no tensor of the network."""
        taken = set(self.names.values())
        return [key for key in self.file.tensors if key not in taken]

    @cached_property
    def misshapen(self) -> list[str]:
        """Those of another shape in the file, the classifier's aside."""
        return [key for key in self._reshaped if key not in self.fresh]

    @cached_property
    def fresh(self) -> list[str]:
        """Those of the classifier, where the file has another number of classes."""
        on = classifiers(self.network.graph)
        return [
            key
            for key in self._reshaped
            if key.rpartition(".")[0] in on and self.theirs(key)[1:] == self.shapes[key][1:]
        ]

    @cached_property
    def _reshaped(self) -> list[str]:
        found = (key for key, name in self.names.items() if name in self.file.tensors)
        return [key for key in found if self.theirs(key) != self.shapes[key]]

    def theirs(self, key: str) -> tuple[int, ...]:
        """The shape that one of our tensors has in the file."""
        return tuple(self.file.tensors[self.names[key]].shape)

    @property
    def depths(self) -> tuple[list[int], list[int]]:
        """The residual blocks of each stage, in the file and in the network."""
        return depths_of(self.file.tensors, self.source), depths(self.network.graph)

    def faults(self) -> list[Diagnostic]:
        """What does not fit, nothing where all does."""
        ours, file, title = self.network.name, self.file.path, self.source.title
        absent = [key for key in self.absent if not key.endswith(COUNTER)]
        unused = [key for key in self.unused if not key.endswith(COUNTER)]
        other = f"{{}} of {file} have other shapes in {ours}"
        return [
            *_fault(f"{title} has no name for {{}} of {ours}", self.nameless),
            *_fault(f"{file} lacks {{}} of {ours}", absent),
            *_fault(f"{ours} has no place for {{}} of {file}", unused),
            *key_faults(other, self.misshapen, list(_beside(self)), _SHOWN),
        ]


def _instance(network: Network) -> nn.Module:
    module = ModuleType(network.name)
    exec(compile(network.source(), f"<{network.name}>", "exec"), vars(module))
    made: nn.Module = getattr(module, network.module.class_name)()
    return made


def _beside(match: Match) -> Iterator[str]:
    """What is misshapen: their layer with its shapes, then ours; layers that are alike as one."""
    by_layer = layers({key: key for key in match.misshapen})
    shown = {
        layer: (
            show_tensors({leaf: match.theirs(key) for leaf, key in keys.items()}),
            show_tensors({leaf: match.shapes[key] for leaf, key in keys.items()}),
        )
        for layer, keys in by_layer.items()
    }
    pairs = {layer: match.layers[layer] for layer in shown}
    for ours, theirs, (first, *_) in fold_pairs(pairs, shown):
        there, here = shown[first]
        yield f"{theirs}: {there}, and {ours}: {here}"


def _fault(message: str, keys: list[str]) -> Iterator[Diagnostic]:
    return key_faults(message, keys, folded(keys), _SHOWN)


@dataclass(frozen=True)
class Place:
    """A block of a network: where it stands in the emitted module, and under which numbers."""

    path: str
    block: str
    unit: int
    place: int


def places(graph: Graph) -> list[Place]:
    """The blocks that stand in the network itself or in its tables, but for what was inserted."""
    paths = name_all(graph).scope_paths
    found: list[Place] = []
    units: dict[int, int] = {}
    for scope in graph.scopes:
        *inner, _ = graph.enclosing(scope.index)
        around = [outer.kind for outer in inner[1:]]
        if scope.kind != "block" or not set(around) <= {"row", "stage"}:
            continue
        if any(outer.is_inserted for outer in inner):
            continue
        unit = units.setdefault(inner[-1].index, len(units))
        place = sum(other.unit == unit for other in found)
        found.append(Place(paths[scope.index], scope.definition, unit, place))
    return found


def depths(graph: Graph) -> list[int]:
    """How many residual blocks each stage of a network has."""
    return _depths(place.unit for place in places(graph) if place.block == RESIDUAL)


def depths_of(keys: Iterable[str], source: Source) -> list[int]:
    """How many residual blocks each stage has that a source's keys are of."""
    marks = map(source.mark.fullmatch, keys)
    return _depths(int(mark[1]) for mark in marks if mark)


def _depths(stages: Iterable[int]) -> list[int]:
    return [number for _, number in sorted(Counter(stages).items())]


def named(keys: Iterable[str], graph: Graph, source: Source) -> dict[str, str]:
    """What the source calls those keys of the network's state that it has a name for."""
    layers: dict[str, str] = {}
    for place in places(graph):
        if names := source.blocks.get(place.block):
            numbers = {"unit": place.unit, "ordinal": place.unit + 1, "place": place.place}
            prefix = names.prefix.format(**numbers)
            layers |= {
                f"{place.path}.{a}": f"{prefix}.{b}".removeprefix(".")
                for a, b in names.layers.items()
            }
    parts = {key: key.rpartition(".") for key in keys}
    return {key: f"{layers[on]}.{leaf}" for key, (on, _, leaf) in parts.items() if on in layers}


def classifiers(graph: Graph) -> set[str]:
    """The layers of the network whose size is the number of classes."""
    block, layer = CLASSIFIER
    return {f"{place.path}.{layer}" for place in places(graph) if place.block == block}
