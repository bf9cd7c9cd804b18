"""Sizes of inputs as users write them, on the command line and in pages: `16x356^2`, `p=8x8`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from archdsl.diagnostics import CompileError, counted, error, suggestion
from archdsl.ir.types import AXES, show_shape
from archdsl.source import Source, Span

Shape: TypeAlias = tuple[int, ...]

_SIZE = re.compile(r"([0-9]{1,9})(?:\^([1-8]))?")


def shapes(own: Mapping[str, Shape], texts: Iterable[str]) -> dict[str, Shape]:
    """The shape of each input that is given, by its name; `own` are those that the network has.

    Raises:
        CompileError: a text names no input of the network, or no sizes that it can have.
    """
    return dict(_named(own, text) for text in texts)


def _named(own: Mapping[str, Shape], text: str) -> tuple[str, Shape]:
    names = list(own)
    name, _, sizes = text.rpartition("=")  # from the right: no size has `=`
    name = name.strip()
    if not name and len(names) > 1:
        listed = ", ".join(f"`{known}`" for known in names)
        message = f"the network has several inputs, {listed}, and this names none"
        raise _input_error(text, message, f"write `{names[0]}={text}`")
    if name and name not in names:
        message = f"the network has no input `{name}`"
        raise _input_error(text, message, suggestion(name, names))
    name = name or names[0]
    return name, _shape(text, sizes, own[name])


def _shape(text: str, sizes: str, own: Shape) -> Shape:
    """The sizes as written. If they lack the channels, the network's `own` are added."""
    shape: list[int] = []
    # `,` and `×` are accepted too, for shapes that are copied from Python or a paper.
    for part in re.split("[x,\u00d7]", sizes.replace(" ", "")):
        match = _SIZE.fullmatch(part)
        if not match or int(match[1]) == 0:
            wanted = "sizes must be positive integers separated by `x`"
            given = f"`{part}`" if part else "one that is missing"
            hint = "write 16x356x356 or 16x356^2"
            raise _input_error(text, f"{wanted}, but this has {given}", hint)
        shape += [int(match[1])] * int(match[2] or 1)
    if len(shape) not in (len(own), len(own) - 1):
        axes = " x ".join(AXES.get(len(own), map(str, range(len(own)))))
        wanted = f"the input must have the axes {axes}, as in {show_shape(own)}"
        message = f"{wanted}, but this has {counted(len(shape), 'size')}"
        raise _input_error(text, message, "write a size for each axis, or for all but the first")
    return tuple(shape) if len(shape) == len(own) else (own[0], *shape)


def _input_error(text: str, message: str, hint: str | None) -> CompileError:
    span = Span(Source("--input", text), 0, len(text))
    return CompileError([error("input", message, span, help=hint)])
