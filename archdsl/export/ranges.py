"""The sizes that a program takes along each axis, found by trying."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archdsl.export.tracing import Traced
from archdsl.export.trials import Outcome

_STEPS = (2, 4, 8, 16, 32, 64)


@dataclass(frozen=True)
class Range:
    """What an axis may be: from `low` to `high`, or on without end; or in steps of `step`.

    `less` and `more` say what stands against the sizes next to these: nothing where the module
    itself takes them, and only torch.export does not.
    """

    axis: str
    declared: int
    low: int
    high: int | None
    step: int | None = None
    less: Outcome | None = None
    more: Outcome | None = None

    @property
    def is_fixed(self) -> bool:
        return self.low == self.high and self.step is None


def ranges(traced: Traced) -> Iterator[Range]:
    """One for each axis, in the order of the inputs."""
    for axis, declared in traced.axes.declared.items():
        yield _range(traced, axis, declared)


def _range(traced: Traced, axis: str, declared: int) -> Range:
    def takes(size: int) -> bool:
        return traced.takes({**traced.axes.declared, axis: size})

    def outcome(size: int) -> Outcome:
        return traced.module.with_axis(axis, size)

    low, high = _low(takes, declared), _high(takes, declared)
    return Range(
        axis,
        declared,
        low,
        high,
        _step(takes, declared) if high == declared else None,
        outcome(low - 1) if low > 1 else None,
        outcome(high + 1) if high is not None else None,
    )


def _step(takes: Callable[[int], bool], declared: int) -> int | None:
    """The least step that leads to sizes that are taken, twice in a row."""
    return next((n for n in _STEPS if takes(declared + n) and takes(declared + 2 * n)), None)


def _low(takes: Callable[[int], bool], declared: int) -> int:
    """The least size from which on all are taken, up to the declared one."""
    if declared == 1 or (takes(1) and takes(declared - 1)):
        return 1
    taken, gap = declared, 1
    while taken - gap > 1 and takes(taken - gap):
        taken, gap = taken - gap, 2 * gap
    return _border(takes, taken, max(taken - gap, 1))


def _high(takes: Callable[[int], bool], declared: int) -> int | None:
    """The greatest size, nothing where there is none in sight."""
    if takes(declared + 1) and takes(2 * declared + 1):
        return None
    taken, gap = declared, 1
    while taken + gap < 2 * declared + 1 and takes(taken + gap):
        taken, gap = taken + gap, 2 * gap
    return _border(takes, taken, taken + gap)


def _border(takes: Callable[[int], bool], taken: int, refused: int) -> int:
    """The last size taken on the way to one that is not, or to the least there is."""
    if takes(refused):
        return refused
    while abs(taken - refused) > 1:
        middle = (taken + refused) // 2
        taken, refused = (middle, refused) if takes(middle) else (taken, middle)
    return taken
