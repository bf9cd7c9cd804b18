"""What a source of weights declares: the names that another library gives to layers.

A source is one file of this folder, in TOML: nothing in it is code. The matching, the command line
and the reports read it from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from archdsl.weights.layout import Layout

T = TypeVar("T")

NETWORK = "network"
"""Stands for the network where blocks are named: for the layers that are in no block."""


@dataclass(frozen=True)
class Names:
    """The names of one block in another library.

    `at` is the beginning of its keys. It may contain `{unit}`, the number of the stage, or of a
    block outside stages, from 0; `{ordinal}`, the same from 1; `{name}`, what the source's `units`
    say of it; `{index}`, the number of the block in its stage; `{place}`, that in the network; and
    `{nth}`, that among the blocks of its kind, all from 0.

    `layers` maps our name of each layer in the block to theirs; where an entry is a single tensor,
    it maps that. Layers in `identity` have no counterpart: a convolution over time and its norm,
    which pass on what they are given.
    """

    at: str = ""
    layers: Mapping[str, str] = field(default_factory=dict)
    identity: tuple[str, ...] = ()

    def covers(self, tensors: Iterable[str]) -> bool:
        """Whether each tensor of a block has a name here."""
        return all(each in self.layers or layer_of(each) in self.layers for each in tensors)


@dataclass(frozen=True)
class Source:
    """A network of a library: how the command line calls the library, a title, and the names.

    - `marks` are ends of keys that recognise a file; each must be there, and none of `absent`.
    - `blocks` has the names of each block, by its name here. Of several, those are taken that
      first cover the layers of the block. Without any, layers have the names that they have here.
    - `classifier` is how the library's name of the layer ends whose outputs are the classes.
    - `residual` is a block, and the end of the key of one weight in each such block there, with the
      number of the stage as its group. It counts the blocks of each stage.
    - `units` are the library's names of the stages and of the blocks outside them, in their order.
    - `tensors` has the tensors that are called otherwise in their layer, by how their names end
      here; `layouts` and `constants` those whose axes have another order, and those that have the
      same value everywhere and are in no file. `spellings` are parts of keys that differ from the
      rule. `joint` joins the parts of a key.
    - `unused` are keys that no network here has a place for.
    - `variants` are parameters of our blocks in which implementations differ, with their values.
    - `is_flat` if the weights are of a network over images: kernels are then inflated along time.
    - `note` is what else has to be known of such weights.
    """

    library: str
    title: str
    classifier: str
    marks: tuple[re.Pattern[str], ...] = ()
    absent: tuple[re.Pattern[str], ...] = ()
    blocks: Mapping[str, tuple[Names, ...]] = field(default_factory=dict)
    residual: tuple[str, re.Pattern[str]] | None = None
    units: tuple[str, ...] = ()
    tensors: Mapping[str, str] = field(default_factory=dict)
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    constants: Mapping[str, float] = field(default_factory=dict)
    spellings: Mapping[str, str] = field(default_factory=dict)
    joint: str = "."
    unused: tuple[re.Pattern[str], ...] = ()
    variants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_flat: bool = False
    note: str = ""

    def has(self, keys: Iterable[str]) -> bool:
        """Whether a file with these keys is of this network."""
        listed = list(keys)
        if not self.marks or any(_is_there(mark, listed) for mark in self.absent):
            return False
        return all(_is_there(mark, listed) for mark in self.marks)

    def key(self, at: str, names: Names, tensor: str) -> str:
        """The library's key of a tensor of the block whose keys begin with `at`; "" if it has none.

        `tensor` is its name in the block.
        """
        layer = names.layers.get(layer_of(tensor), "")
        leaf = by_ending(self.tensors, tensor) or tensor.rpartition(".")[2]
        own = names.layers.get(tensor) or (layer and self.joint.join((layer, leaf)))
        if not own or by_ending(self.constants, tensor) is not None:
            return ""
        key = self.joint.join(filter(None, (at, own)))
        for usual, spelling in self.spellings.items():
            key = key.replace(usual, spelling)
        return key


def _is_there(mark: re.Pattern[str], keys: Iterable[str]) -> bool:
    return any(map(mark.search, keys))


def layer_of(tensor: str) -> str:
    return tensor.rpartition(".")[0]


def by_ending(table: Mapping[str, T], tensor: str) -> T | None:
    """What a table has for a tensor, by the longest end of its name that is in it."""
    parts = tensor.split(".")
    ends = (".".join(parts[start:]) for start in range(len(parts)))
    return next((table[end] for end in ends if end in table), None)
