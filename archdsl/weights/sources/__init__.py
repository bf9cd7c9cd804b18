"""The sources of weights, by the name that the command line has for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archdsl.weights.sources.base import Source
from archdsl.weights.sources.own_2d import OWN_2D
from archdsl.weights.sources.pytorchvideo import PYTORCHVIDEO
from archdsl.weights.sources.slowfast import SLOWFAST
from archdsl.weights.sources.torchvision_2d import TORCHVISION_2D

_ALL = (PYTORCHVIDEO, SLOWFAST, *TORCHVISION_2D, OWN_2D)

VARIANTS = {"shortcut_norm": ("always", "where_channels_differ")}
"""Parameters of our blocks in which the implementations of X3D differ, with their values."""

SOURCES: Mapping[str, tuple[Source, ...]] = {
    name: tuple(source for source in _ALL if source.name == name)
    for name in dict.fromkeys(source.name for source in _ALL)
}
"""The networks of each library."""


def recognise(keys: Iterable[str]) -> Source | None:
    """The network of a library that has these keys."""
    listed = list(keys)
    sources = (source for library in SOURCES.values() for source in library)
    return next((source for source in sources if any(map(source.mark.search, listed))), None)
