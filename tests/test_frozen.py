"""Frozen dataclasses that share their functions behave like any other frozen dataclass."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, is_dataclass, replace
from typing import ClassVar

import pytest

from archdsl.frozen import Frozen


class Point(Frozen):
    kind: ClassVar[str] = "point"
    x: int
    y: int = 2
    note: str = field(default="", compare=False, repr=False)


class Point3(Point):
    z: int = field(default=0, kw_only=True)


@dataclass(frozen=True)
class Standard:
    x: int
    y: int = 2


def test_it_is_a_dataclass() -> None:
    assert is_dataclass(Point)
    assert [f.name for f in fields(Point)] == ["x", "y", "note"]
    assert repr(Point(1)) == "Point(x=1, y=2)" == repr(Standard(1)).replace("Standard", "Point")
    assert replace(Point(1), y=5) == Point(1, 5)
    assert Point.__match_args__ == ("x", "y", "note") == Point3.__match_args__
    for copied in (copy.deepcopy(Point(1)), pickle.loads(pickle.dumps(Point(1)))):
        assert copied == Point(1)


def test_equal_by_class_and_compared_fields() -> None:
    assert Point(1, note="a") == Point(1, note="b")
    assert len({Point(1), Point(1, 2, "c"), Point(1, 3)}) == 2
    assert Point3(1) != Point(1)
    assert Point3(1, z=1) != Point3(1)
    assert Point(1) != (1, 2)


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), ((1, 2, "", 4), {}), ((1,), {"w": 2}), ((), {"y": 2}), ((1, 2, "", 3), {"z": 1})],
)
def test_wrong_arguments_are_refused(values: tuple[object, ...], named: dict[str, object]) -> None:
    for kind in (Point, Point3):
        with pytest.raises(TypeError, match=kind.__name__):
            kind(*values, **named)


def test_frozen() -> None:
    point = Point(1)
    with pytest.raises(FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del point.x
    assert point == Point(1)
