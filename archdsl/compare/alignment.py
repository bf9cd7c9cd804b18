"""Two lists side by side, so that what belongs together stands together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile, zip_longest
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Paired: TypeAlias = tuple[T | None, T | None]
Likeness: TypeAlias = Callable[[T, T], int]
"""How well two entries go together: 0 where they do not, PERFECT or more where they are one."""

PERFECT = 24

_MOST = 250_000
"""Pairs that are weighed against each other."""


def align(
    a: Sequence[T], b: Sequence[T], likeness: Likeness[T], key: Callable[[T], str]
) -> Iterator[Paired[T]]:
    """Every entry of both lists in its order, paired so that the sum of likenesses is largest.

    Lists too long for that are first cut where their keys agree.
    """
    head = _same(a, b, likeness)
    tail = _same(a[head:][::-1], b[head:][::-1], likeness)
    yield from zip(a[:head], b[:head], strict=True)
    middles = a[head : len(a) - tail], b[head : len(b) - tail]
    if _is_short(*middles):
        yield from _aligned(*middles, likeness)
    else:
        yield from _cut(*middles, likeness, key)
    yield from zip(a[len(a) - tail :], b[len(b) - tail :], strict=True)


def _same(a: Sequence[T], b: Sequence[T], likeness: Likeness[T]) -> int:
    """How many entries are the same from the beginning."""
    both = zip(a, b, strict=False)
    return sum(1 for _ in takewhile(lambda pair: likeness(*pair) >= PERFECT, both))


def _aligned(a: Sequence[T], b: Sequence[T], likeness: Likeness[T]) -> Iterator[Paired[T]]:
    best = _sums(a, b, likeness)
    i = j = 0
    while i < len(a) and j < len(b):
        if best[i][j] == best[i + 1][j]:
            yield a[i], None
            i += 1
        elif best[i][j] == best[i][j + 1]:
            yield None, b[j]
            j += 1
        else:
            yield a[i], b[j]
            i, j = i + 1, j + 1
    yield from ((one, None) for one in a[i:])
    yield from ((None, other) for other in b[j:])


def _sums(a: Sequence[T], b: Sequence[T], likeness: Likeness[T]) -> list[list[int]]:
    """For each place in both lists, the largest sum from there on."""
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in reversed(range(len(a))):
        for j in reversed(range(len(b))):
            alike = likeness(a[i], b[j])
            paired = alike + best[i + 1][j + 1] if alike else 0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    return best


def _is_short(a: Sequence[T], b: Sequence[T]) -> bool:
    return len(a) * len(b) <= _MOST


def _cut(
    a: Sequence[T], b: Sequence[T], likeness: Likeness[T], key: Callable[[T], str]
) -> Iterator[Paired[T]]:
    """What has one key stands together; between, what is short enough is aligned."""
    from difflib import SequenceMatcher  # slow to load, and few lists are so long

    matcher = SequenceMatcher(None, [*map(key, a)], [*map(key, b)])
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        inside = a[start:end], b[other_start:other_end]
        if tag == "equal":
            yield from zip(*inside, strict=True)
        elif _is_short(*inside):
            yield from _aligned(*inside, likeness)
        else:
            yield from _in_order(*inside, likeness)


def _in_order(a: Sequence[T], b: Sequence[T], likeness: Likeness[T]) -> Iterator[Paired[T]]:
    for one, other in zip_longest(a, b):
        if one is None or other is None or likeness(one, other):
            yield one, other
        else:
            yield from ((one, None), (None, other))
