"""A network and a file compared: which tensor of the one is which tensor of the other.

Positions in the network's tables give the source's key of each tensor. The file is then only looked
up: order and shapes are never used to guess a counterpart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING

from archdsl.diagnostics import Diagnostic
from archdsl.network import Network
from archdsl.weights.files import Weights
from archdsl.weights.inflation import fits
from archdsl.weights.keys import by_layer, fold_lines, fold_pairs, key_errors, show_tensors
from archdsl.weights.layout import Layout, Shape
from archdsl.weights.positions import (
    classifiers,
    depths,
    depths_of_keys,
    identities,
    inserted_blocks,
    map_keys,
)
from archdsl.weights.rule import import_torch
from archdsl.weights.sources.base import Source, by_ending, layer_of

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
    def module(self) -> nn.Module:
        """The emitted module at its start, with a fixed random seed."""
        random = import_torch().random
        with random.fork_rng(devices=[]):
            random.manual_seed(0)
            return _instantiate(self.network)

    @cached_property
    def initial(self) -> Mapping[str, Tensor]:
        """Its state dict."""
        return self.module.state_dict()

    @cached_property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        return {key: tuple(value.shape) for key, value in self.initial.items()}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The source's key of each tensor that it has a name for."""
        if not self.source.blocks:
            return {key: key for key in self.shapes if key not in self.inserted}
        return map_keys(list(self.shapes), self.network.graph, self.source)

    @cached_property
    def layers(self) -> Mapping[str, str]:
        """The source's name of each layer."""
        pairs = self.names.items()
        return {layer_of(key): name.rpartition(self.source.joint)[0] for key, name in pairs}

    @cached_property
    def layouts(self) -> Mapping[str, Layout]:
        """How the axes of tensors stand in the file, where they stand in another order."""
        found = {key: by_ending(self.source.layouts, key) for key in self.names}
        return {key: layout for key, layout in found.items() if layout is not None}

    @cached_property
    def constants(self) -> Mapping[str, float]:
        """Tensors that have one value in all networks of the source, which its files leave out."""
        found = {key: by_ending(self.source.constants, key) for key in self.shapes}
        return {key: value for key, value in found.items() if value is not None}

    @cached_property
    def identities(self) -> list[str]:
        """Tensors of layers that start as the identity."""
        return identities(list(self.shapes), self.network.graph, self.source)

    @cached_property
    def inserted(self) -> list[str]:
        """Tensors of what was inserted in the network, which start anew."""
        starts = tuple(f"{path}." for path in inserted_blocks(self.network.graph))
        return [key for key in self.shapes if key.startswith(starts)]

    @property
    def unnamed(self) -> list[str]:
        """Tensors that the source should have a name for, and has not."""
        known = {*self.names, *self.identities, *self.inserted, *self.constants}
        return [key for key in self.shapes if key not in known]

    @cached_property
    def expected(self) -> Mapping[str, Tensor]:
        """What a file would hold that has these tensors as they start."""
        return {name: self._stored(key) for key, name in self.names.items()}

    def _stored(self, key: str) -> Tensor:
        initial, layout = self.initial[key], self.layouts.get(key)
        return layout.inverse.applied(initial) if layout else initial


@dataclass(frozen=True)
class Match:
    """A network and a file side by side, whether they fit or not.

    Lists of keys are the network's own keys, except for `unexpected` and `unused`. Torch's words
    are used: `missing` from the file, `unexpected` in it.
    """

    own: Named
    file: Weights

    @cached_property
    def missing(self) -> list[str]:
        """Tensors that the file lacks."""
        return [key for key, name in self.own.names.items() if name not in self.file.tensors]

    @cached_property
    def unexpected(self) -> list[str]:
        """Keys of the file that belong to no tensor of the network, and should."""
        expected = {*self.own.names.values(), *self.unused}
        return [key for key in self.file.tensors if key not in expected]

    @cached_property
    def unused(self) -> list[str]:
        """Keys of the file that no network here has a place for."""
        unused = self.own.source.unused
        return [key for key in self.file.tensors if any(end.search(key) for end in unused)]

    @cached_property
    def mismatched(self) -> list[str]:
        """Tensors with another shape in the file, apart from those in `reset`."""
        return [key for key in self._reshaped if key not in self.reset]

    @cached_property
    def reset(self) -> list[str]:
        """Tensors of the classifier, if the file has another number of classes."""
        layers = classifiers(self.own.names, self.own.source)
        return [
            key
            for key in self._reshaped
            if layer_of(key) in layers and self._has_other_classes(key)
        ]

    def _has_other_classes(self, key: str) -> bool:
        there, here = self.shape_here(key), self.own.shapes[key]
        return bool(there and here) and self._fits((here[0], *there[1:]), here)

    @cached_property
    def _reshaped(self) -> list[str]:
        present = (key for key, name in self.own.names.items() if name in self.file.tensors)
        return [
            key for key in present if not self._fits(self.shape_here(key), self.own.shapes[key])
        ]

    def shape_here(self, key: str) -> Shape:
        """The shape of a tensor of the file with the axes that it has here; () if it has others."""
        there, layout = self.file_shape(key), self.own.layouts.get(key)
        return (layout.shape(there) or ()) if layout else there

    def _fits(self, there: tuple[int, ...], here: tuple[int, ...]) -> bool:
        return fits(there, here) if self.own.source.is_flat else there == here

    @property
    def _over_time(self) -> list[str]:
        """Kernels of the file that have an axis of time, where it should have images alone."""
        kernels = (key for key, value in self.file.tensors.items() if value.ndim == 5)
        return list(kernels) if self.own.source.is_flat else []

    def file_shape(self, key: str) -> tuple[int, ...]:
        """The shape that a tensor of the network has in the file."""
        return tuple(self.file.tensors[self.own.names[key]].shape)

    @property
    def depths(self) -> tuple[list[int], list[int]]:
        """The number of residual blocks in each stage, of the file and of the network."""
        source = self.own.source
        return depths_of_keys(self.file.tensors, source), depths(self.own.network.graph, source)

    def errors(self) -> list[Diagnostic]:
        """Everything that does not fit; an empty list if all tensors have a counterpart."""
        ours, file, title = self.own.network.name, self.file.path, self.own.source.title
        missing = [key for key in self.missing if not key.endswith(COUNTER)]
        unexpected = [key for key in self.unexpected if not key.endswith(COUNTER)]
        lines = list(_shape_lines(self))
        if over_time := self._over_time:
            images = f"{file} is not of a network over images"
            return list(_errors(lambda count: f"{images}: {count} are over time", over_time))
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
            _wanted(match.own, keys),
        )
        for layer, keys in layers.items()
    }
    pairs = {layer: match.own.layers[layer] for layer in shown}
    for ours, theirs, (first, *_) in fold_pairs(pairs, shown):
        there, here = shown[first]
        yield f"{theirs}: {there}, but {ours}: {here}"


def _wanted(own: Named, keys: Mapping[str, str]) -> str:
    """The shapes that tensors of a layer should have in the file, and in which order of axes."""
    shapes = {leaf: tuple(own.expected[own.names[key]].shape) for leaf, key in keys.items()}
    orders = {" ".join(own.layouts[key].there) for key in keys.values() if key in own.layouts}
    return show_tensors(shapes) + "".join(f" as {order}" for order in sorted(orders))


def _errors(message: Callable[[str], str], keys: list[str]) -> Iterator[Diagnostic]:
    return key_errors(message, keys, fold_lines(keys), _MOST_LINES)
