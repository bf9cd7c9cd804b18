"""Specs written in tests: built, or the mistakes that stand in their way."""

from __future__ import annotations

from archdsl.network import Network
from tests.mistakes import Mistake, loaded, told

NETWORK = """network n(size = 8) {{
  input x: 8 x size^2
  {}
}}
"""
"""A network around some statements."""


def build(text: str, name: str | None = None, **parameters: object) -> Network:
    """The network of a spec.

    Raises:
        CompileError: there is a mistake in it.
    """
    return loaded(text).network(name, **parameters)


def build_body(body: str, before: str = "") -> Network:
    """The network `n`, with an input `x` of 8 x 8^2, of some statements."""
    return build(before + NETWORK.format(body), "n")


def mistakes(text: str, name: str | None = None) -> list[Mistake]:
    """The diagnostics of a spec that does not compile."""
    return told(lambda: build(text, name))


def mistakes_in(body: str, before: str = "") -> list[Mistake]:
    """The mistakes in some statements of the network `n`."""
    return mistakes(before + NETWORK.format(body), "n")


def warnings_in(body: str, before: str = "") -> list[Mistake]:
    """What is said of statements that compile."""
    return [Mistake.of(diagnostic) for diagnostic in build_body(body, before).diagnostics]
