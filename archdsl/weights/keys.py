"""Keys of state dicts in few lines: a network has hundreds, and most differ in a number only.

Reports and errors show `res4.1-10.norm1: weight, bias` instead of twenty lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product, zip_longest
from math import prod
from typing import TypeVar

from archdsl.diagnostics import Diagnostic, counted, error
from archdsl.ir.types import show_shape

Shapes = Mapping[str, tuple[int, ...]]
"""Shapes of tensors by their keys, or by their names in a layer."""

T = TypeVar("T")

Numbers = tuple[str, ...]

# Without leading zeros, since `a.01` and `a.1` are two keys, and short enough for `int`, which
# refuses more than 4300 digits.
_NUMBER = re.compile(r"(?<![0-9])(0|[1-9][0-9]{0,8})(?![0-9])")

_MOST_NUMBERS = 16
"""How many numbers of one key are read: a file may contain keys of any length."""


def fold(kinds: Mapping[str, Hashable]) -> list[tuple[str, list[str]]]:
    """Keys grouped where they have one kind and differ in numbers only.

    Each group has a label with all its numbers, such as `res4.1-10.conv1`.
    """
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
    """Keys that each have a counterpart, grouped: our label, their label, our keys."""
    joint = {key: (tuple(_split(other)[0]), kinds[key]) for key, other in pairs.items()}
    return [
        (label, labels(pairs[key] for key in members), members) for label, members in fold(joint)
    ]


def labels(keys: Iterable[str]) -> str:
    """Keys in a line, those together that differ in numbers only."""
    return ", ".join(label for label, _ in fold(dict.fromkeys(keys)))


def fold_lines(keys: Iterable[str]) -> list[str]:
    """Keys as lines for people: `res4.1-10.norm1: weight, bias` stands for twenty keys."""
    leaves = {layer: tuple(names) for layer, names in by_layer(dict.fromkeys(keys)).items()}
    labelled = ((label, ", ".join(leaves[members[0]])) for label, members in fold(leaves))
    return [f"{label}: {names}" if label else names for label, names in labelled]


def by_layer(by_key: Mapping[str, T]) -> dict[str, dict[str, T]]:
    """Values by layer, then by the tensor's name in it: `a.b.weight` is `weight` of `a.b`."""
    layers: dict[str, dict[str, T]] = {}
    for key, value in by_key.items():
        layer, _, leaf = key.rpartition(".")
        layers.setdefault(layer, {})[leaf] = value
    return layers


def show_tensors(shapes: Shapes) -> str:
    """The tensors of a layer with their shapes: `weight, bias 54; num_batches_tracked`."""
    by_shape: dict[tuple[int, ...], list[str]] = {}
    for leaf, shape in shapes.items():
        by_shape.setdefault(shape, []).append(leaf)
    parts = (f"{', '.join(names)} {show_shape(shape)}" for shape, names in by_shape.items())
    return "; ".join(part.rstrip() for part in parts)


def _split(key: str) -> tuple[list[str], Numbers]:
    """The words of a key, and the numbers between them."""
    parts = _NUMBER.split(key, maxsplit=_MOST_NUMBERS)
    return parts[::2], tuple(parts[1::2])


def _products(group: list[Numbers]) -> Iterator[list[list[str]]]:
    """The numbers of a group as Cartesian products, one list for each position of a number.

    A label such as `0,2.1-3` claims every combination. A group without some of them is divided
    at the first position with several numbers, until each part is complete.
    """
    columns = [list(dict.fromkeys(column)) for column in zip(*group, strict=True)]
    if prod(map(len, columns)) == len(group):
        yield columns
        return
    place = next(place for place, column in enumerate(columns) if len(column) > 1)
    for value in columns[place]:
        yield from _products([numbers for numbers in group if numbers[place] == value])


def _label(words: list[str], columns: list[list[str]]) -> str:
    parts = zip_longest(words, map(_show_numbers, columns), fillvalue="")
    return "".join(f"{word}{numbers}" for word, numbers in parts)


def _show_numbers(values: list[str]) -> str:
    """`1-10` for consecutive numbers, `0,2,...,24` for an arithmetic progression."""
    numbers = sorted(map(int, values))
    steps = {after - before for before, after in pairwise(numbers)}
    if steps == {1}:
        return f"{numbers[0]}-{numbers[-1]}"
    if len(steps) == 1 and len(numbers) > 3:
        return f"{numbers[0]},{numbers[1]},...,{numbers[-1]}"
    return ",".join(map(str, numbers))


def key_errors(
    message: Callable[[str], str],
    keys: Sequence[str],
    lines: Sequence[str],
    most: int,
    hint: str | None = None,
) -> Iterator[Diagnostic]:
    """An error if there are any keys, with at most `most` lines about them.

    `message` is given the number of tensors, "4 tensors". It is a function and not a format string,
    because messages contain paths, and a path may contain braces.
    """
    if keys:
        more = [f"and {len(lines) - most} more such"] if len(lines) > most else []
        text = message(counted(len(keys), "tensor"))
        yield error("weights", text, notes=[*lines[:most], *more], help=hint)
