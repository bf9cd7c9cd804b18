"""Many keys in few lines: those that differ in numbers alone stand as one."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from itertools import product
from math import prod

Key = tuple[str, ...]


def folded(keys: Iterable[str]) -> list[str]:
    """Keys as lines: `res4.1-10.norm1: weight, bias` for twenty of them."""
    leaves: dict[str, tuple[str, ...]] = {}
    for key in keys:
        layer, _, leaf = key.rpartition(".")
        leaves[layer] = (*leaves.get(layer, ()), leaf)
    labelled = ((label, leaves[found[0]]) for label, found in fold(leaves).items())
    return [
        f"{label}: {', '.join(names)}" if label else ", ".join(names) for label, names in labelled
    ]


def fold(kinds: Mapping[str, Hashable]) -> dict[str, list[str]]:
    """Keys of one kind that differ in numbers alone, under a key with all the numbers."""
    groups: dict[Hashable, list[Key]] = {}
    for key, kind in kinds.items():
        parts = tuple(key.split("."))
        pattern = tuple("*" if part.isdecimal() else part for part in parts)
        groups.setdefault((pattern, kind), []).append(parts)
    found: dict[str, list[str]] = {}
    for group in groups.values():
        for label, members in _labelled(group):
            found[label] = members
    return found


def _labelled(group: list[Key]) -> list[tuple[str, list[str]]]:
    """A line for all, else one for each value of the first number in which they differ."""
    columns = [list(dict.fromkeys(column)) for column in zip(*group, strict=True)]
    if prod(map(len, columns)) == len(group) and set(product(*columns)) == set(group):
        return [(".".join(map(_several, columns)), [".".join(key) for key in group])]
    place = next(place for place, column in enumerate(columns) if len(column) > 1)
    return [
        line
        for value in columns[place]
        for line in _labelled([key for key in group if key[place] == value])
    ]


def _several(values: list[str]) -> str:
    """`1-10` for numbers in a row, `0,2,4` for others."""
    if len(values) == 1:
        return values[0]
    numbers = sorted(map(int, values))
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]}-{numbers[-1]}"
    return ",".join(map(str, numbers))
