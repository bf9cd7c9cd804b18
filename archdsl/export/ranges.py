"""The sizes that each axis can have, found by trial: a range, or the multiples of a number.

What a module takes is found first. That says which axes are worth tracing with any size, and which
axes of several inputs have to change together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from archdsl.export.axes import Axes, Axis, Input, separate
from archdsl.export.trials import Outcome, Trials

Takes = Callable[[int], bool]

_STEPS = (1, 2, 3, 4, 6, 8, 16, 32, 64)
"""Steps that are tried beside the divisors of a size: most are strides, taken several times."""

_COUNTS = (1, 2, 4, 8, 16, 32)
"""How many steps are tried: rounding takes a few sizes in a row and refuses as many after them."""

_LARGE = 4096
"""A size that is tried too: a table of 1,024 places is the limit of clips of 8."""


@dataclass(frozen=True)
class Spread:
    """Sizes of an axis: `low`, `low + step` and so on to `high`, or without end if that is None."""

    low: int
    high: int | None
    step: int = 1

    @property
    def is_fixed(self) -> bool:
        return self.low == self.high

    def is_narrow(self, declared: int) -> bool:
        """Whether it has only sizes near the declared one, as rounding gives them."""
        return self.high is not None and self.high < 2 * declared < 4 * self.low

    def __str__(self) -> str:
        """The sizes in words, to stand behind "must be"."""
        low, high, step = self.low, self.high, self.step
        if self.is_fixed:
            return str(low)
        if step == 1:
            many = "any" if low == 1 else f"{low} or more"
            return many if high is None else f"{low} to {high}"
        end = "and so on" if high is None else f"and so on to {high}"
        if low % step:
            return f"{low}, {low + step}, {low + 2 * step} {end}"
        if low == step and high is None:
            return f"a multiple of {step}"
        return f"a multiple of {step}, {low} {'or more' if high is None else f'to {high}'}"


def spread(takes: Takes, declared: int) -> Spread:
    """The sizes around the declared one that are taken."""

    def larger(step: int) -> bool:
        return all(takes(declared + count * step) for count in _COUNTS)

    def beside(step: int) -> bool:
        # One other size may be chance: a tensor of one frame goes with any number of frames.
        smaller = step == 1 < declared or 2 * step < declared
        if smaller and takes(declared - step) and (step == 1 or takes(declared - 2 * step)):
            return True
        return takes(declared + step) and takes(declared + 2 * step)

    # Where not all larger sizes are taken, a few around the declared one may be.
    tried = _steps(declared)
    step = next(filter(larger, tried), 0) or next(filter(beside, tried), 0)
    if not step:
        return Spread(declared, declared)
    fewer, more = (declared - 1) // step, max(declared, _LARGE) // step + 1
    below = _farthest(lambda count: takes(declared - count * step), fewer)
    above = _farthest(lambda count: takes(declared + count * step), more)
    low, high = declared - below * step, declared + above * step
    # An axis that takes so much more than its declared size is taken to have no limit.
    return Spread(low, None if above == more else high, step)


def _steps(declared: int) -> list[int]:
    """The steps to try, smallest first. Sizes may be multiples, or lie one beside them."""
    near = (declared - 1, declared, declared + 1)
    divisors = {n for n in range(1, declared + 1) if any(size % n == 0 for size in near)}
    return sorted(divisors | {*_STEPS})


def _farthest(takes: Takes, most: int) -> int:
    """The greatest count, up to `most`, to which all are taken, as far as that is tried.

    If some are refused, counts are doubled until one is, and then halved.
    """
    if most < 1 or (takes(1) and takes(most)):
        return most
    taken, refused = 0, 1
    while refused < most and takes(refused):
        taken, refused = refused, 2 * refused
    refused = min(refused, most)
    while refused - taken > 1:
        middle = (taken + refused) // 2
        taken, refused = (middle, refused) if takes(middle) else (taken, middle)
    return taken


@dataclass(frozen=True)
class Found:
    """The axes of a module's inputs, and the sizes of each that the module takes by itself.

    An axis with few sizes counts as fixed, and is among the `narrow` ones: nobody means to run a
    network that rounds 224 to 56 patches at 221, and torch would have to reason about it.
    """

    axes: Axes
    spreads: Mapping[str, Spread]
    narrow: Mapping[str, Spread] = field(default_factory=dict)


def find_axes(module: Trials, inputs: Mapping[str, Input]) -> Found:
    """Which axes can change alone, which of the others together, and how far."""
    axes = separate(inputs)
    for names, name in _companions(axes):
        # An axis that was tied already has another name.
        stuck = [one for one in names if one in axes.declared and not _doubles(module, axes, one)]
        name = name if len(stuck) == len(names) else " and ".join(stuck)
        if len(stuck) > 1 and _doubles(module, tied := axes.tied(stuck, name), name):
            axes = tied
    spreads = {axis.name: _spread_of(module, axes, axis) for axis in axes.all}
    sizes = axes.declared
    narrow = {
        name: few
        for name, few in spreads.items()
        if few.is_narrow(sizes[name]) and not few.is_fixed
    }
    return Found(axes, spreads | {n: Spread(sizes[n], sizes[n]) for n in narrow}, narrow)


def _doubles(module: Trials, axes: Axes, name: str) -> bool:
    """Whether an axis can have twice its size: that is a multiple, whatever its step is."""
    return bool(module.at(axes, {name: 2 * axes.declared[name]}))


def _spread_of(module: Trials, axes: Axes, axis: Axis) -> Spread:
    """The sizes of one axis that a module takes, at the declared sizes of all others."""
    return spread(lambda size: bool(module.at(axes, {axis.name: size})), axis.declared)


def _companions(axes: Axes) -> Iterator[tuple[list[str], str]]:
    """Axes that may have to change together, and how they are called then.

    These are axes of one kind in several inputs, and the height and width of one.
    """
    places = [(axis.places[0], axis.name) for axis in axes.all]
    for kind in dict.fromkeys(place.kind for place, _ in places):
        yield [name for place, name in places if place.kind == kind], kind
    for entering in axes.inputs:
        sides = [n for p, n in places if p.input == entering and p.kind in ("height", "width")]
        yield sides, " and ".join(sides)


@dataclass(frozen=True)
class Range:
    """The sizes that an axis of a program can have, and why it cannot have others.

    `refused` are sizes outside: the next smaller and larger one, and one between two steps. Each
    has what the module makes of it: an error, or shapes if the module takes it. Then `lost` says
    why the program does not.
    """

    axis: Axis
    spread: Spread
    refused: Mapping[int, Outcome]
    lost: str
