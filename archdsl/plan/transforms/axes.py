"""The six axes along which X3D expands, with integer places on them, for any network.

Feichtenhofer, CVPR 2020, section 3.1. A search needs integers: a place is a number of frames, half
a size (sizes are even), or a factor of depth or width in hundredths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import gcd
from typing import Any

from archdsl.diagnostics import did_you_mean, one_of
from archdsl.frozen import Frozen
from archdsl.params.kinds import Integer, Kind
from archdsl.params.numbers import Number, reduced
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused
from archdsl.plan.transforms.base import Factor, Transform
from archdsl.plan.transforms.clips import IMAGE, VIDEO, Lengthen, Quicken, Resize
from archdsl.plan.transforms.growth import Bottleneck, Stretch, Widen

HUNDREDTHS = 100
MULTIPLE = 2


class Scale(Frozen):
    """The places along an axis of a network. `transform_at` gives the transform to a place.

    The network is at `start`, which may be between two places. If the axis `has_plateaus`,
    neighbouring places can be the same network, as depths are rounded. Costs grow about as the
    `power` of the place.
    """

    start: Number
    transform_at: Callable[[int], Transform]
    has_plateaus: bool = False
    power: int = 1

    def factor(self, place: int) -> Fraction:
        """The factor from the network to a place."""
        return Fraction(place) / self.start


class Axis(Frozen):
    """An axis with X3D's name for it, and an `alias` that says what it changes.

    `transform_to` makes the transform for a value, a new number or a factor. `scale` raises
    `Refused` if a network does not have the axis.
    """

    name: str
    alias: str
    kind: Kind
    transform_to: Callable[[Any], Transform]
    scale: Callable[[Plan], Scale]


def axis(name: str) -> Axis:
    """The axis of a name or an alias.

    Raises:
        Refused: there is none.
    """
    found = next((known for known in AXES if name in (known.name, known.alias)), None)
    if found is None:
        names = [known.name for known in AXES]
        hint = did_you_mean(name, [*names, *(known.alias for known in AXES)])
        raise Refused(f"there is no axis `{name}`", "axis", hint or one_of(names))
    return found


def _frames(plan: Plan) -> Scale:
    _check(plan, Lengthen(factor=2))
    own = list(_current_sizes(plan, "frames", VIDEO, 1))
    if len(set(own)) == 1:
        return Scale(own[0], lambda place: Lengthen(frames=place))
    # Inputs of different lengths, such as the pathways of SlowFast, keep their ratio.
    return Scale(min(own), lambda place: Lengthen(factor=reduced(Fraction(place) / min(own))))


def _rate(plan: Plan) -> Scale:
    # Any factor but 1 shows whether the axis changes anything in this network.
    _check(plan, Quicken(2))
    start = min(_current_sizes(plan, "frames", VIDEO, 1))
    return Scale(start, lambda place: Quicken(reduced(Fraction(place) / start)))


def _size(plan: Plan) -> Scale:
    _check(plan, Resize(factor=2))
    own = [*_current_sizes(plan, "size", IMAGE, -1), *_current_sizes(plan, "size", IMAGE, -2)]
    start = Fraction(min(own)) / MULTIPLE
    if len(set(own)) == 1:
        return Scale(start, lambda place: Resize(size=place * MULTIPLE), power=2)
    # Inputs that are not square, or differ in size, keep their ratio.
    return Scale(start, lambda place: Resize(factor=reduced(place / start)), power=2)


def _current_sizes(plan: Plan, parameter: str, rank: int, place: int) -> Iterator[Number]:
    """The present sizes along an axis: of parameters, or else of inputs with enough axes."""
    own = plan.along(parameter)
    if own:
        yield from own.values()
        return
    yield from (shape[place] for shape in plan.inputs.values() if len(shape) >= rank)


def _factors(
    kind: Callable[[Number], Transform], parameter: str, power: int = 1
) -> Callable[[Plan], Scale]:
    """The scale of an axis whose places are factors, of depth or of a width.

    If parameters of the axis are integers, each place is a factor for which all of them stay so.
    """

    def scale(plan: Plan) -> Scale:
        _check(plan, kind(2))
        counts = [n for name, n in plan.along(parameter).items() if name in plan.counted]
        start = gcd(*map(int, counts)) if counts else HUNDREDTHS
        return Scale(start, lambda place: kind(reduced(Fraction(place, start))), not counts, power)

    return scale


def _check(plan: Plan, transform: Transform) -> None:
    if transform.apply(plan) == plan:
        raise Refused(f"`{transform.name}` changes nothing in this network")


AXES = (
    Axis("fast", "rate", Factor(), Quicken, _rate),
    Axis("temporal", "frames", Integer(), lambda count: Lengthen(frames=count), _frames),
    Axis("spatial", "size", Integer(), lambda size: Resize(size=size), _size),
    Axis("depth", "blocks", Factor(), Stretch, _factors(Stretch, "depth")),
    Axis("width", "channels", Factor(), Widen, _factors(Widen, "width", power=2)),
    Axis("bottleneck", "ratio", Factor(), Bottleneck, _factors(Bottleneck, "bottleneck")),
)
"""The axes, in the order of the paper."""
