"""Specs written in tests, built, or their mistakes."""

from __future__ import annotations

from archdsl.network import Network
from tests.mistakes import Mistake, load_text, mistakes_of

NETWORK = """network n(size = 8) {{
  input x: 8 x size^2
  {}
}}
"""
"""A network that consists of some statements."""


def build(text: str, name: str | None = None, **parameters: object) -> Network:
    """The network of a spec.

    Raises:
        CompileError: there is a mistake in it.
    """
    return load_text(text).network(name, **parameters)


def build_body(body: str, before: str = "") -> Network:
    """The network `n` with an input `x` of 8 x 8^2 and the given statements."""
    return build(before + NETWORK.format(body), "n")


def mistakes(text: str, name: str | None = None) -> list[Mistake]:
    """The diagnostics of a spec that does not compile."""
    return mistakes_of(lambda: build(text, name))


def mistakes_in(body: str, before: str = "") -> list[Mistake]:
    """The mistakes in some statements of the network `n`."""
    return mistakes(before + NETWORK.format(body), "n")


def warnings_in(body: str, before: str = "") -> list[Mistake]:
    """The warnings and notes on statements that compile."""
    return [Mistake.of(diagnostic) for diagnostic in build_body(body, before).diagnostics]
