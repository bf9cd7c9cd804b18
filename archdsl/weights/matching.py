"""A network and a file beside each other: which tensor of one is which of the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING

from archdsl.diagnostics import Diagnostic
from archdsl.spec import Network
from archdsl.weights.faults import key_faults
from archdsl.weights.files import WeightsFile, torch_or_fault
from archdsl.weights.folding import fold_pairs, folded, layers, show_tensors
from archdsl.weights.sources import Source, classifiers, depths, depths_of, named

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
