"""What `init` knows: the schemes by which weights start, and the operations that have weights."""

from __future__ import annotations

from archdsl.ops import OPERATIONS

SCHEMES: dict[str, tuple[str, ...]] = {
    "he_fan_out": (),
    "he_fan_in": (),
    "xavier": (),
    "zeros": (),
    "normal": ("std",),
    "truncated_normal": ("std",),
}
"""The schemes that initialise weights, each with its options, all of which are required."""

INITIALISED = tuple(name for name, kind in OPERATIONS.items() if kind.is_weighted)
"""The operations whose weights a scheme can initialise."""
