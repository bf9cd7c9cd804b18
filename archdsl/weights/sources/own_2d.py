"""A network of the same names over images: of another spec, or with another input.

A spec over videos that was written after one over images has the same blocks, and so the module has
the same keys. Only the kernels differ, which are inflated.
"""

from __future__ import annotations

import re

from archdsl.weights.sources.base import Source

OWN_2D = Source(
    "own-2d",
    "the same network over images",
    re.compile(r"(?!)"),  # no library's keys
    blocks={},
    classifier="linear",
    is_flat=True,
)
