"""Two lists aligned by similarity, in the order of both.

The alignment is that of Needleman and Wunsch (J. Mol. Biol. 1970), without a penalty for gaps. It
takes time and memory in proportion to the product of the lengths, so equal ends are set aside
first, and very long lists are divided at equal keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile, zip_longest
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Paired: TypeAlias = tuple[T | None, T | None]
Likeness: TypeAlias = Callable[[T, T], int]
"""How similar two entries are: 0 if they must not be paired, PERFECT or more if they are equal."""

PERFECT = 24
"""More than any sum of partial likenesses, and divisible by 3 for those that are shares of it."""

_MOST_PAIRS = 250_000
"""Products of lengths up to this are aligned exactly."""


def align(
    a: Sequence[T], b: Sequence[T], likeness: Likeness[T], key: Callable[[T], str]
) -> Iterator[Paired[T]]:
    """Pair the entries of two lists so that the sum of likenesses is largest.

    Every entry appears once, in its order, with None for one that has no partner. Lists too long
    for an exact alignment are divided at equal keys first.
    """
    head = _common_prefix(a, b, likeness)
    tail = _common_prefix(a[head:][::-1], b[head:][::-1], likeness)
    yield from zip(a[:head], b[:head], strict=True)
    middles = a[head : len(a) - tail], b[head : len(b) - tail]
    if _is_short(*middles):
        yield from _align_exactly(*middles, likeness)
    else:
        yield from _align_at_keys(*middles, likeness, key)
    yield from zip(a[len(a) - tail :], b[len(b) - tail :], strict=True)


def _common_prefix(a: Sequence[T], b: Sequence[T], likeness: Likeness[T]) -> int:
    """The number of equal entries at the start of both lists."""
    both = zip(a, b, strict=False)
    return sum(1 for _ in takewhile(lambda pair: likeness(*pair) >= PERFECT, both))


def _align_exactly(a: Sequence[T], b: Sequence[T], likeness: Likeness[T]) -> Iterator[Paired[T]]:
    best = _best_sums(a, b, likeness)
    i = j = 0
    while i < len(a) and j < len(b):
        # Of alignments with the same sum, the one whose gaps come first.
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


def _best_sums(a: Sequence[T], b: Sequence[T], likeness: Likeness[T]) -> list[list[int]]:
    """For each pair of places, the largest sum of likenesses of the entries from there on."""
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in reversed(range(len(a))):
        for j in reversed(range(len(b))):
            alike = likeness(a[i], b[j])
            paired = alike + best[i + 1][j + 1] if alike else 0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    return best


def _is_short(a: Sequence[T], b: Sequence[T]) -> bool:
    return len(a) * len(b) <= _MOST_PAIRS


def _align_at_keys(
    a: Sequence[T], b: Sequence[T], likeness: Likeness[T], key: Callable[[T], str]
) -> Iterator[Paired[T]]:
    """Pair entries with equal keys; align the stretches between them that are short enough."""
    from difflib import SequenceMatcher  # slow to import, and few lists are so long

    matcher = SequenceMatcher(None, [*map(key, a)], [*map(key, b)])
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        inside = a[start:end], b[other_start:other_end]
        if tag == "equal":
            yield from zip(*inside, strict=True)
        elif _is_short(*inside):
            yield from _align_exactly(*inside, likeness)
        else:
            yield from _pair_by_place(*inside, likeness)


def _pair_by_place(a: Sequence[T], b: Sequence[T], likeness: Likeness[T]) -> Iterator[Paired[T]]:
    for one, other in zip_longest(a, b):
        if one is None or other is None or likeness(one, other):
            yield one, other
        else:
            yield from ((one, None), (None, other))
