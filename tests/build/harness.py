"""Specs written in tests: built, or the mistakes that stand in their way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from archdsl.compiler import Network, load
from archdsl.diagnostics import CompileError, Diagnostic

NETWORK = """network n(size = 8) {{
  input x: 8 x size^2
  {}
}}
"""
"""A network around some statements."""


@dataclass(frozen=True)
class Mistake:
    """What a diagnostic says, and the words it stands under."""

    code: str
    words: str
    message: str
    help: str | None

    @staticmethod
    def of(diagnostic: Diagnostic) -> Mistake:
        words = diagnostic.labels[0].span.text if diagnostic.labels else ""
        return Mistake(diagnostic.code, words, diagnostic.message, diagnostic.help)


def build(text: str, name: str | None = None, **parameters: object) -> Network:
    """The network of a spec.

    Raises:
        CompileError: there is a mistake in it.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "spec.arch"
        path.write_text(text)
        return load(path).network(name, **parameters)


def build_body(body: str, before: str = "") -> Network:
    """The network `n`, with an input `x` of 8 x 8^2, of some statements."""
    return build(before + NETWORK.format(body), "n")


def mistakes(text: str, name: str | None = None) -> list[Mistake]:
    """The diagnostics of a spec that does not compile."""
    try:
        build(text, name)
    except CompileError as failure:
        return [Mistake.of(diagnostic) for diagnostic in failure.diagnostics]
    raise AssertionError("it compiles")


def mistakes_in(body: str, before: str = "") -> list[Mistake]:
    """The mistakes in some statements of the network `n`."""
    return mistakes(before + NETWORK.format(body), "n")


def warnings_in(body: str, before: str = "") -> list[Mistake]:
    """What is said of statements that compile."""
    return [Mistake.of(diagnostic) for diagnostic in build_body(body, before).diagnostics]
