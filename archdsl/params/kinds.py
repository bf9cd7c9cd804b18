"""Kinds of parameters: which values an operation, a transform or a setting takes.

Values of the language are exact: integers and fractions. A kind checks them where they are given,
so that no operation is ever made with a value that it does not take.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Protocol, TypeGuard

from archdsl.diagnostics import alternatives
from archdsl.frozen import Frozen
from archdsl.ir.traced import term_of, traced
from archdsl.ir.types import AXIS_NAMES, POSITIONS
from archdsl.limits import MAGNITUDE
from archdsl.params.numbers import Number, is_integer, is_number

Extent = int | tuple[int, ...]
"""One size for all axes, or a size for each."""


class Kind(Protocol):
    """Decides which values a parameter takes. `expects` completes "must be ..." in diagnostics."""

    @property
    def expects(self) -> str: ...

    def accepts(self, value: object) -> bool: ...


def _is_integer(value: object) -> TypeGuard[int]:
    """Whether a value is an integer of at most 64 bits, which is what torch can hold."""
    return is_integer(value) and abs(value) < MAGNITUDE


def _is_within(value: Number, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _bounds(least: float | None, most: float | None) -> str:
    bounds = [f"at least {_shown(least)}"] if least is not None else []
    bounds += [f"at most {_shown(most)}"] if most is not None else []
    return f" of {' and '.join(bounds)}" if bounds else ""


def _shown(bound: float) -> str:
    return str(bound) if isinstance(bound, int) else f"{bound:g}"


class Integer(Frozen):
    least: int | None = 1
    most: int | None = None

    @property
    def expects(self) -> str:
        return "an integer" + _bounds(self.least, self.most)

    def accepts(self, value: object) -> bool:
        return _is_integer(value) and _is_within(value, self.least, self.most)


class Real(Frozen):
    least: float | None = None
    most: float | None = None

    @property
    def expects(self) -> str:
        return "a number" + _bounds(self.least, self.most)

    def accepts(self, value: object) -> bool:
        return is_number(value) and _is_within(value, self.least, self.most)


class Boolean(Frozen):
    expects = "`true` or `false`"

    def accepts(self, value: object) -> bool:
        return isinstance(value, bool)


class Choice(Frozen):
    words: tuple[str, ...]

    @property
    def expects(self) -> str:
        return alternatives(f"`{word}`" for word in self.words)

    def accepts(self, value: object) -> bool:
        return value in self.words


class Sizes(Frozen):
    """An integer for all axes, or a tuple with one for each."""

    least: int = 1

    @property
    def expects(self) -> str:
        return f"an integer of at least {self.least}, or a tuple of such integers"

    def accepts(self, value: object) -> bool:
        values = value if isinstance(value, tuple) else (value,)
        return bool(values) and all(_is_integer(v) and v >= self.least for v in values)


class NewSizes(Frozen):
    """An integer for all axes, or a tuple with one for each axis, `none` for one that stays."""

    expects = "an integer of at least 1, or a tuple of such, with `none` for an axis that stays"

    def accepts(self, value: object) -> bool:
        values = value if isinstance(value, tuple) else (value,)
        given = [v for v in values if v is not None]
        return bool(given) and all(_is_integer(v) and v >= 1 for v in given)


class AxisName(Frozen):
    expects = "an axis: an integer or one of `" + "`, `".join(AXIS_NAMES) + "`"

    def accepts(self, value: object) -> bool:
        return _is_integer(value) or value in AXIS_NAMES


class AxisNames(Frozen):
    expects = "an axis, a tuple of axes, or `positions` for all after the channels"

    def accepts(self, value: object) -> bool:
        return value == POSITIONS or Several(AxisName()).accepts(value)


class Shape(Frozen):
    """A tuple of sizes, of which one may be -1: it is computed from the others."""

    expects = "a tuple of integers of at least 1, of which one may be -1"

    def accepts(self, value: object) -> bool:
        sizes = value if isinstance(value, tuple) else (value,)
        sound = bool(sizes) and all(_is_integer(v) and (v == -1 or v >= 1) for v in sizes)
        return sound and sizes.count(-1) <= 1


class Several(Frozen):
    """A tuple of values of one kind, or a single one."""

    kind: Kind

    @property
    def expects(self) -> str:
        return f"{self.kind.expects}, or a tuple of such"

    def accepts(self, value: object) -> bool:
        values = value if isinstance(value, tuple) else (value,)
        return bool(values) and all(self.kind.accepts(v) for v in values)


class Maybe(Frozen):
    kind: Kind

    @property
    def expects(self) -> str:
        return f"{self.kind.expects}, or `none`"

    def accepts(self, value: object) -> bool:
        return value is None or self.kind.accepts(value)


class Either(Frozen):
    first: Kind
    second: Kind

    @property
    def expects(self) -> str:
        return f"{self.first.expects}, or {self.second.expects}"

    def accepts(self, value: object) -> bool:
        return self.first.accepts(value) or self.second.accepts(value)


def parameter(kind: Kind, default: object = dataclasses.MISSING) -> Any:
    """A dataclass field that takes values of a kind."""
    return dataclasses.field(default=default, metadata={"kind": kind})


def kind_of(field: dataclasses.Field[Any]) -> Kind:
    """The kind of a field that `parameter` made."""
    kind: Kind = field.metadata["kind"]
    return kind


def number(value: Number) -> int | float:
    """An exact number as Python has it: an integer of 64 bits, or else the nearest float.

    The number keeps the term that it was computed by, for emission.
    """
    if isinstance(value, int) and _is_integer(value):
        return value
    # 1e30 is whole, but too large for an integer of torch.
    is_whole = value == int(value) and _is_integer(int(value))
    return traced(int(value) if is_whole else float(value), term_of(value))
