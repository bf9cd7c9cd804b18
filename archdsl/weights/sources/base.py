"""What a source of weights declares: the names that another library gives to layers.

A source is one file of this folder, and its place in the table of `__init__.py`. The matching, the
command line and the reports read it from there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

NETWORK = ""
"""Stands for the network where blocks are named: for the layers that are in no block."""


@dataclass(frozen=True)
class Names:
    """The names of one block in another library.

    `prefix` may contain `{unit}`, the number of the stage, or of a block outside stages, from 0;
    `{ordinal}`, the same from 1; `{index}`, the number of the block in its stage, from 0;
    `{place}`, its number in the network; and `{name}`, what the source's `places` say of that.
    `layers` maps our name of each layer in the block to theirs. Those in `identity` have no
    counterpart: a convolution over time and its norm, which pass on what they are given.
    """

    prefix: str
    layers: Mapping[str, str]
    identity: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A network of a library: how the command line calls the library, a title, and the names.

    - `mark` is found in the key of one weight of each residual block, with the number of the stage
      as its group. It recognises a file, and counts the blocks of each stage.
    - `blocks` has the names of each block, by its name here. Of several, those are taken that
      first cover the layers of the block. Without any, layers have the names that they have here.
    - `classifier` is how the library's name of the layer ends whose outputs are the classes.
    - `residual` is the block that `mark` counts, "" if it counts none.
    - `places` are the library's names of the network's blocks, in their order.
    - `unused` are the beginnings of keys that no network here has a place for.
    - `is_flat` if the weights are of a network over images: kernels are then inflated along time.
    - `note` is what else has to be known of such weights.
    """

    name: str
    title: str
    mark: re.Pattern[str]
    blocks: Mapping[str, tuple[Names, ...]]
    classifier: str
    residual: str = ""
    places: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    is_flat: bool = False
    note: str = ""
