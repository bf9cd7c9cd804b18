"""A network derived outside of any file: on the command line, or by a program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from archdsl.diagnostics import CompileError, error
from archdsl.source import Source, Span
from archdsl.syntax import tree
from archdsl.syntax.parser import parse


def derived(name: str, base: str, changes: Iterable[str]) -> tree.Derived:
    """`network NAME = BASE + CHANGE + ...`, each part of it read by itself.

    Raises:
        CompileError: they are not what stands there in a spec.
    """
    whole = _read("derivation", f"network {name} = ", base)
    called, _ = tree.called(whole.base)
    before = f"network {name} = {called.name} + "
    parts = (_read("derivation", before, change) for change in changes)
    transforms = (transform for part in parts for transform in part.transforms)
    return replace(whole, transforms=(*whole.transforms, *transforms))


def _read(shown: str, before: str, text: str) -> tree.Derived:
    source = Source(shown, before + text)
    definitions = parse(source).definitions
    if len(definitions) == 1 and isinstance(definitions[0], tree.Derived):
        return definitions[0]
    place = Span(source, len(before), len(source.text))
    message, hint = "this derives no network from another", "write `NETWORK + TRANSFORM(...)`"
    raise CompileError([error("syntax", message, place, help=hint)])
