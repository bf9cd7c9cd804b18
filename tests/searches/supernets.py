"""Searches by a supernet written in tests, for spaces with and without connections."""

from __future__ import annotations

from tests.searches.harness import SPACE

CONNECTED = SPACE.replace(
    "  conv({8, 12}, kernel = 3)\n",
    "  f0 = video -> conv(8, kernel = 3)\n"
    "  f1 = f0 -> relu\n"
    "  f2 = f0 -> sigmoid\n"
    "  x = sum(stack(<= 2 of {f0, f1, f2}), axes = 0)\n"
    "  x -> relu\n",
)
"""A space that selects up to two of three values."""


def supernet(*settings: str, space: str = SPACE) -> str:
    """A spec with a search by a supernet: with these settings, and a method if none is given."""
    has_method = any(setting.startswith("method ") for setting in settings)
    lines = ["method probabilistic"] * (not has_method) + [*settings]
    return f"{space}search s for n {{\n" + "\n".join(lines) + "\n}\n"
