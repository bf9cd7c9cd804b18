"""An order of members that keeps the order in each of several instances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archdsl.emit.keys import Key


class OutOfOrder(Exception):
    """Two instances have their common members in different orders."""


def common_order(sequences: Iterable[Sequence[Key]]) -> list[Key]:
    """All keys, in an order that keeps that of each sequence, and otherwise that of the text.

    Raises:
        OutOfOrder: there is none.
    """
    order: list[Key] = []
    for keys in sequences:
        order = _interleaved(order, keys)
    return order


def _interleaved(order: Sequence[Key], keys: Sequence[Key]) -> list[Key]:
    """Two sequences merged; between two common keys, what only one has is in the text's order."""
    places = {key: place for place, key in enumerate(order)}
    merged: list[Key] = []
    done = 0
    own: list[Key] = []
    for key in keys:
        place = places.get(key)
        if place is None:
            own.append(key)
            continue
        # The key is behind us: the two sequences have their common keys in different orders.
        if place < done:
            raise OutOfOrder
        merged += [*_by_text(order[done:place], own), key]
        own, done = [], place + 1
    return merged + _by_text(order[done:], own)


def _by_text(first: Sequence[Key], second: Sequence[Key]) -> list[Key]:
    """Two runs of keys, of which each keeps its order."""
    merged: list[Key] = []
    one, two = list(first), list(second)
    while one and two:
        merged.append((two if _position(two[0]) < _position(one[0]) else one).pop(0))
    return merged + one + two


def _position(key: Key) -> tuple[tuple[int, ...], ...]:
    """Where a call ends in the text, behind the calls inside it, in each round of its loops."""
    return tuple((*rounds, end, -start) for start, end, *rounds in key)
