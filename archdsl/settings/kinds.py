"""The kinds of values that settings take and no operation needs.

Some are intervals that are open at an end. Others accept words, texts in quotes, or a value in
several forms, which `convert` makes one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Protocol, cast, runtime_checkable

from archdsl import limits
from archdsl.diagnostics import alternatives
from archdsl.frozen import Frozen
from archdsl.params.kinds import Integer, Kind, Real, Several
from archdsl.params.numbers import Number, is_number


@runtime_checkable
class ConvertingKind(Protocol):
    """A kind that accepts a value in several forms, and converts all of them to one."""

    def convert(self, value: object) -> object: ...


@runtime_checkable
class WordKind(Protocol):
    """A kind that accepts bare words, which are values and not names of anything."""

    @property
    def words(self) -> tuple[str, ...]: ...


class Bounded(Frozen):
    """A number in an interval that is open at one end or both. `Real` has closed ones."""

    expects: str
    contains: Callable[[Number], bool]  # intervals differ in which ends they exclude

    def accepts(self, value: object) -> bool:
        return is_number(value) and self.contains(value)


POSITIVE = Bounded("a number above 0", lambda value: value > 0)
SHARE = Bounded("a number of at least 0, below 1", lambda value: 0 <= value < 1)
PART = Bounded("a number above 0, at most 1", lambda value: 0 < value <= 1)
COUNT = Integer(1, limits.FRAMES)
SIDE = Integer(1, limits.SIDE)


class OneOf(Frozen):
    """One of a few integers."""

    choices: tuple[int, ...]

    @property
    def expects(self) -> str:
        return " or ".join(map(str, self.choices))

    def accepts(self, value: object) -> bool:
        # `True in (1, 3)` holds in Python, so that the value is an integer is asked first.
        return Integer().accepts(value) and value in self.choices


class SizeRange(Frozen):
    """A range of sizes in pixels, the smaller first: `182..228`."""

    expects = f"a range of sizes, such as `182..228`, of at most {limits.SIDE}"

    def accepts(self, value: object) -> bool:
        if not TupleOf(SIDE, 2).accepts(value):
            return False
        low, high = cast("tuple[int, int]", value)
        return low <= high


class TupleOf(Frozen):
    """A tuple of `count` values of one kind."""

    kind: Kind
    count: int

    @property
    def expects(self) -> str:
        return f"a tuple of {self.count}, each {self.kind.expects}"

    def accepts(self, value: object) -> bool:
        has_count = isinstance(value, tuple) and len(value) == self.count
        return has_count and all(map(self.kind.accepts, _as_tuple(value)))


class Broadcast(TupleOf):
    """A tuple of `count` values, or one value that all entries share."""

    @property
    def expects(self) -> str:
        return f"{self.kind.expects}, or a tuple of {self.count} of these"

    def accepts(self, value: object) -> bool:
        return self.kind.accepts(value) or super().accepts(value)

    def convert(self, value: object) -> object:
        return value if isinstance(value, tuple) else (value,) * self.count


class Increasing(Frozen):
    """An integer, or a tuple of strictly increasing integers."""

    expects = "an integer of at least 1, or a tuple of increasing ones"

    def accepts(self, value: object) -> bool:
        if not Several(Integer()).accepts(value):
            return False
        entries = cast("tuple[int, ...]", _as_tuple(value))
        return all(before < after for before, after in pairwise(entries))

    def convert(self, value: object) -> object:
        return _as_tuple(value)


class Words(Frozen):
    """One of a few words, or a tuple of them."""

    words: tuple[str, ...]

    @property
    def expects(self) -> str:
        return f"{alternatives(f'`{word}`' for word in self.words)}, or a tuple of these"

    def accepts(self, value: object) -> bool:
        entries = _as_tuple(value)
        return bool(entries) and all(entry in self.words for entry in entries)

    def convert(self, value: object) -> object:
        # In the order of `words`, so that the order in the spec does not reach emitted text.
        given = _as_tuple(value)
        return tuple(word for word in self.words if word in given)


class ClassWeights(Frozen):
    """`balanced`, or a weight for each class."""

    expects = "`balanced`, or a tuple with a number of at least 0 for each class, not all 0"
    words = ("balanced",)

    def accepts(self, value: object) -> bool:
        if not isinstance(value, tuple):
            return value in self.words
        return len(value) > 1 and all(map(Real(least=0).accepts, value)) and any(value)


class PartNames(Frozen):
    """Parts of a network by name, or patterns of names in quotes: "stem, stage*.norm1"."""

    expects = 'parts such as `(stem, stage1)`, or patterns in quotes such as "stem, stage*.norm1"'

    def accepts(self, value: object) -> bool:
        entries = _as_tuple(value)
        return bool(entries) and all(
            isinstance(entry, str) and all(map(_PART_NAME.fullmatch, _split(entry)))
            for entry in entries
        )

    def convert(self, value: object) -> object:
        entries = cast("tuple[str, ...]", _as_tuple(value))
        return tuple(dict.fromkeys(name for entry in entries for name in _split(entry)))


def _split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",")]


_PART_NAME = re.compile(r"[\w*?]+(\.[\w*?]+)*", re.ASCII)


class QuotedText(Frozen):
    """A text in quotes that people read, such as a source of weights."""

    expects = "a text in quotes"

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and bool(value.strip())


def convert(kind: Kind, value: object) -> object:
    """A value that a kind accepts, in the one form that a recipe stores."""
    return kind.convert(value) if isinstance(kind, ConvertingKind) else value


def _as_tuple(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)
