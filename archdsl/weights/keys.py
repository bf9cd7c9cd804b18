"""Keys of tensors in few lines, for reports and mistakes: a network has hundreds of them."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product, zip_longest
from math import prod
from typing import TypeVar

from archdsl.diagnostics import Diagnostic, counted, error
from archdsl.ir.types import show_shape

Shapes = Mapping[str, tuple[int, ...]]
"""Shapes of tensors by their keys, or by their names in a layer."""

T = TypeVar("T")

Numbers = tuple[str, ...]

_NUMBER = re.compile(r"(?<![0-9])(0|[1-9][0-9]{0,8})(?![0-9])")

_DEEPEST = 16
"""How many numbers of a key are looked at: a file may hold keys of any length."""


def fold(kinds: Mapping[str, Hashable]) -> list[tuple[str, list[str]]]:
    """Keys of one kind that differ in numbers alone, under a label with all the numbers."""
    groups: dict[Hashable, tuple[list[str], dict[Numbers, str]]] = {}
    for key, kind in kinds.items():
        words, numbers = _split(key)
        groups.setdefault((kind, *words), (words, {}))[1][numbers] = key
    return [
        (_label(words, columns), [keys[numbers] for numbers in product(*columns)])
        for words, keys in groups.values()
        for columns in _products(list(keys))
    ]


def fold_pairs(
    pairs: Mapping[str, str], kinds: Mapping[str, Hashable]
) -> list[tuple[str, str, list[str]]]:
    """Keys with a counterpart each: both labels, and the keys themselves."""
    together = {key: (tuple(_split(other)[0]), kinds[key]) for key, other in pairs.items()}
    return [
        (label, _labels(pairs[key] for key in members), members)
        for label, members in fold(together)
    ]


def _labels(keys: Iterable[str]) -> str:
    return ", ".join(label for label, _ in fold(dict.fromkeys(keys)))


def folded(keys: Iterable[str]) -> list[str]:
    """Keys as lines: `res4.1-10.norm1: weight, bias` for twenty of them."""
    leaves = {layer: tuple(found) for layer, found in layers(dict.fromkeys(keys)).items()}
    labelled = ((label, ", ".join(leaves[found[0]])) for label, found in fold(leaves))
    return [f"{label}: {names}" if label else names for label, names in labelled]


def layers(by_key: Mapping[str, T]) -> dict[str, dict[str, T]]:
    """What belongs to each tensor, by the layer it is of and its name there."""
    found: dict[str, dict[str, T]] = {}
    for key, value in by_key.items():
        layer, _, leaf = key.rpartition(".")
        found.setdefault(layer, {})[leaf] = value
    return found


def show_tensors(shapes: Shapes) -> str:
    """The tensors of a layer: `weight, bias 54; num_batches_tracked`."""
    by_shape: dict[tuple[int, ...], list[str]] = {}
    for leaf, shape in shapes.items():
        by_shape.setdefault(shape, []).append(leaf)
    parts = (f"{', '.join(names)} {show_shape(shape)}" for shape, names in by_shape.items())
    return "; ".join(part.rstrip() for part in parts)


def _split(key: str) -> tuple[list[str], Numbers]:
    """A key's words, and the numbers between them."""
    parts = _NUMBER.split(key, maxsplit=_DEEPEST)
    return parts[::2], tuple(parts[1::2])


def _products(group: list[Numbers]) -> Iterator[list[list[str]]]:
    """All together, each with each, else apart by the first number in which they differ."""
    columns = [list(dict.fromkeys(column)) for column in zip(*group, strict=True)]
    if prod(map(len, columns)) == len(group):
        yield columns
        return
    place = next(place for place, column in enumerate(columns) if len(column) > 1)
    for value in columns[place]:
        yield from _products([numbers for numbers in group if numbers[place] == value])


def _label(words: list[str], columns: list[list[str]]) -> str:
    parts = zip_longest(words, map(_several, columns), fillvalue="")
    return "".join(f"{word}{numbers}" for word, numbers in parts)


def _several(values: list[str]) -> str:
    """`1-10` for numbers in a row, `0,2,...,24` where each is as far from the next."""
    numbers = sorted(map(int, values))
    steps = {after - before for before, after in pairwise(numbers)}
    if steps == {1}:
        return f"{numbers[0]}-{numbers[-1]}"
    if len(steps) == 1 and len(numbers) > 3:
        return f"{numbers[0]},{numbers[1]},...,{numbers[-1]}"
    return ",".join(map(str, numbers))


def key_faults(
    message: str, keys: Sequence[str], lines: Sequence[str], most: int, hint: str | None = None
) -> Iterator[Diagnostic]:
    """A mistake if there are keys: `message` has a place for how many; `most` lines are shown."""
    if keys:
        more = [f"and {len(lines) - most} more such"] if len(lines) > most else []
        told = message.format(counted(len(keys), "tensor"))
        yield error("weights", told, notes=[*lines[:most], *more], help=hint)
