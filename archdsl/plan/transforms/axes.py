"""The six axes along which X3D grows, as steps counted by integers on any network.

Frames are counted one by one, even sizes alone, factors of depth and widths in hundredths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, TypeAlias

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
    """The places along an axis: `of` the transform that leads to one.

    The network is at `start`, perhaps between two places. Where the axis `has_plateaus`, places
    beside each other may be one network. Costs grow by about a `power` of the place.
    """

    start: Number
    of: Callable[[int], Transform]
    has_plateaus: bool = False
    power: int = 1

    def factor(self, place: int) -> Fraction:
        """How many times as far a place is as the network."""
        return Fraction(place) / self.start


Scaled: TypeAlias = Callable[[Plan], Scale]


class Axis(Frozen):
    """An axis under X3D's name; `counted` is what it is called by what it counts.

    `to` makes the transform of a value: of how many there are to be, or of a factor. `scale`
    raises `Refused` where a network has not the axis.
    """

    name: str
    counted: str
    kind: Kind
    to: Callable[[Any], Transform]
    scale: Scaled


def axis(name: str) -> Axis:
    """The axis of a name.

    Raises:
        Refused: there is none.
    """
    found = next((known for known in AXES if name in (known.name, known.counted)), None)
    if found is None:
        names = [known.name for known in AXES]
        hint = did_you_mean(name, [*names, *(known.counted for known in AXES)])
        raise Refused(f"there is no axis `{name}`", "axis", hint or one_of(names))
    return found


def _frames(plan: Plan) -> Scale:
    _check(plan, Lengthen(factor=2))
    own = list(_own(plan, "frames", VIDEO, 1))
    if len(set(own)) == 1:
        return Scale(own[0], lambda place: Lengthen(frames=place))
    return Scale(min(own), lambda place: Lengthen(factor=reduced(Fraction(place) / min(own))))


def _rate(plan: Plan) -> Scale:
    _check(plan, Quicken(2))
    start = min(_own(plan, "frames", VIDEO, 1))
    return Scale(start, lambda place: Quicken(reduced(Fraction(place) / start)))


def _size(plan: Plan) -> Scale:
    _check(plan, Resize(factor=2))
    own = [*_own(plan, "size", IMAGE, -1), *_own(plan, "size", IMAGE, -2)]
    start = Fraction(min(own)) / MULTIPLE
    if len(set(own)) == 1:
        return Scale(start, lambda place: Resize(size=place * MULTIPLE), power=2)
    return Scale(start, lambda place: Resize(factor=reduced(place / start)), power=2)


def _own(plan: Plan, parameter: str, rank: int, place: int) -> Iterator[Number]:
    """The sizes that an axis has now: the parameter's, else those of inputs with so many axes."""
    own = plan.number(parameter)
    if own is not None:
        yield own
        return
    yield from (shape[place] for shape in plan.inputs.values() if len(shape) >= rank)


def _factors(kind: Callable[[Number], Transform], power: int = 1) -> Scaled:
    """An axis of factors: how many times as deep or as wide."""

    def of(place: int) -> Transform:
        return kind(reduced(Fraction(place, HUNDREDTHS)))

    def scale(plan: Plan) -> Scale:
        _check(plan, kind(2))
        return Scale(HUNDREDTHS, of, True, power)

    return scale


def _check(plan: Plan, transform: Transform) -> None:
    if transform.apply(plan) == plan:
        raise Refused(f"`{transform.name}` changes nothing in this network")


AXES = (
    Axis("fast", "rate", Factor(), Quicken, _rate),
    Axis("temporal", "frames", Integer(), lambda count: Lengthen(frames=count), _frames),
    Axis("spatial", "size", Integer(), lambda size: Resize(size=size), _size),
    Axis("depth", "blocks", Factor(), Stretch, _factors(Stretch)),
    Axis("width", "channels", Factor(), Widen, _factors(Widen, power=2)),
    Axis("bottleneck", "ratio", Factor(), Bottleneck, _factors(Bottleneck)),
)
"""In the order in which the paper names them."""
