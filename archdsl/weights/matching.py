"""A network and a file beside each other: which tensor of one is which of the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING

from archdsl.compiler import Network
from archdsl.diagnostics import Diagnostic, counted, error
from archdsl.ir.types import show_shape
from archdsl.weights.files import WeightsFile, torch_or_fault
from archdsl.weights.folding import folded
from archdsl.weights.sources import Source, classifiers, named

if TYPE_CHECKING:
    from torch import nn

COUNTER = ".num_batches_tracked"
"""What norms count and no result depends on: it may be lacking, or be left over."""

CLASSES = "classes"
"""The parameter that says how many classes a network tells apart."""

_SHOWN = 6
"""How many lines of keys at fault are shown."""


@dataclass(frozen=True)
class Match:
    """Both sides beside each other, whether they fit or not. Keys are ours unless said."""

    network: Network
    file: WeightsFile
    source: Source

    @cached_property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """The tensors of the network, as the emitted module has them."""
        with torch_or_fault().device("meta"):
            state = instance(self.network).state_dict()
        return {key: tuple(value.shape) for key, value in state.items()}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What the source calls each tensor that it has a name for."""
        return named(self.shapes, self.network.graph, self.source)

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
        return [
            key
            for key, name in self.names.items()
            if name in self.file.tensors and self.theirs(key) != self.shapes[key]
        ]

    @cached_property
    def other_classes(self) -> list[str]:
        """Tensors of the classifier that differ in the number of classes alone."""
        layers = classifiers(self.network.graph)
        return [
            key
            for key in self.misshapen
            if key.rpartition(".")[0] in layers and self.theirs(key)[1:] == self.shapes[key][1:]
        ]

    @property
    def fresh(self) -> list[str]:
        """Those that start anew since another number of classes was asked for."""
        return self.other_classes if CLASSES in self.network.given else []

    def theirs(self, key: str) -> tuple[int, ...]:
        return tuple(self.file.tensors[self.names[key]].shape)

    def faults(self) -> list[Diagnostic]:
        """What does not fit, nothing where all does."""
        ours, file, title = self.network.name, self.file.path, self.source.title
        absent = [key for key in self.absent if not key.endswith(COUNTER)]
        unused = [key for key in self.unused if not key.endswith(COUNTER)]
        misshapen = [key for key in self.misshapen if key not in self.fresh]
        return [
            *_fault(
                f"{title} has no name for {{}} of {ours}", folded(self.nameless), self.nameless
            ),
            *_fault(f"{file} lacks {{}} of {ours}", folded(absent), absent),
            *_fault(f"{ours} has no place for {{}} of {file}", folded(unused), unused),
            *_fault(f"{{}} of {file}: other shapes", list(self._shown(misshapen)), misshapen),
        ]

    def _shown(self, keys: list[str]) -> Iterator[str]:
        for key in keys:
            ours, theirs = show_shape(self.shapes[key]), show_shape(self.theirs(key))
            yield f"{self.names[key]} is {theirs}, and {key} is {ours}"


def instance(network: Network) -> nn.Module:
    """The network as its emitted module makes it."""
    module = ModuleType(network.name)
    exec(compile(network.source(), f"<{network.name}>", "exec"), vars(module))
    made: nn.Module = getattr(module, network.module.class_name)()
    return made


def _fault(message: str, lines: list[str], keys: list[str]) -> Iterator[Diagnostic]:
    if keys:
        more = [f"and {len(lines) - _SHOWN} more such"] if len(lines) > _SHOWN else []
        told = message.format(counted(len(keys), "tensor"))
        yield error("weights", told, notes=[*lines[:_SHOWN], *more])
