"""The sources of weights, by the name that the command line has for their library.

Each file of this folder that ends with `.toml` is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archdsl.weights.sources.base import Source
from archdsl.weights.sources.reading import FOLDER, read_source

_ALL = [read_source(path) for path in sorted(FOLDER.glob("*.toml"))]

SOURCES: Mapping[str, tuple[Source, ...]] = {
    library: tuple(source for source in _ALL if source.library == library)
    for library in sorted({source.library for source in _ALL})
}
"""The networks of each library."""


def recognise(keys: Iterable[str]) -> Source | None:
    """The network of a library that has these keys; of several, the one with the most marks."""
    listed = list(keys)
    found = [s for sources in SOURCES.values() for s in sources if s.has(listed)]
    return max(found, key=lambda source: len(source.marks), default=None)
