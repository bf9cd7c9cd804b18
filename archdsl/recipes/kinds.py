"""How a recipe's settings are written: kinds of values beside those of operations, and forms.

A form is what stands behind the name of a setting: a value, options, or one of several that
each have options.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, field, fields
from itertools import pairwise
from typing import Any, Protocol, TypeAlias, cast, runtime_checkable

from archdsl import limits
from archdsl.frozen import Frozen
from archdsl.params.kinds import Integer, Kind, Several, kind_of
from archdsl.params.numbers import Number, is_number
from archdsl.params.options import Configurable


@runtime_checkable
class Converting(Protocol):
    """A kind that takes more forms than one, and makes one of them."""

    def taken(self, value: object) -> object: ...


@runtime_checkable
class Wording(Protocol):
    """A kind that takes words, which stand for themselves."""

    @property
    def words(self) -> tuple[str, ...]: ...


class Bounded(Frozen):
    """A number between two others, of which one or both are excluded."""

    expects: str
    accepted: Callable[[Number], bool]

    def accepts(self, value: object) -> bool:
        return is_number(value) and self.accepted(value)


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
        return Integer().accepts(value) and value in self.choices


class Band(Frozen):
    """Two sizes, the smaller first: `182..228`."""

    expects = f"a range of sizes, such as `182..228`, of at most {limits.SIDE}"

    def accepts(self, value: object) -> bool:
        if not Entries(SIDE, 2).accepts(value):
            return False
        low, high = cast("tuple[int, int]", value)
        return low <= high


class Entries(Frozen):
    """A tuple of so many values of one kind."""

    kind: Kind
    count: int

    @property
    def expects(self) -> str:
        return f"a tuple of {self.count}, each {self.kind.expects}"

    def accepts(self, value: object) -> bool:
        is_so_long = isinstance(value, tuple) and len(value) == self.count
        return is_so_long and all(map(self.kind.accepts, _entries(value)))


class Each(Entries):
    """A value for each of so many, or one for all of them."""

    @property
    def expects(self) -> str:
        return f"{self.kind.expects}, or a tuple of {self.count} such"

    def accepts(self, value: object) -> bool:
        return self.kind.accepts(value) or super().accepts(value)

    def taken(self, value: object) -> object:
        return value if isinstance(value, tuple) else (value,) * self.count


class Rising(Frozen):
    """An integer, or a tuple of them, each above the one before."""

    expects = "an integer of at least 1, or a tuple of such, each above the one before"

    def accepts(self, value: object) -> bool:
        entries = [entry for entry in _entries(value) if isinstance(entry, int)]
        is_rising = all(before < entry for before, entry in pairwise(entries))
        return Several(Integer()).accepts(value) and is_rising

    def taken(self, value: object) -> object:
        return _entries(value)


class Words(Frozen):
    """One or several of a few words."""

    words: tuple[str, ...]

    @property
    def expects(self) -> str:
        return f"{' or '.join(f'`{word}`' for word in self.words)}, or a tuple of such"

    def accepts(self, value: object) -> bool:
        entries = _entries(value)
        return bool(entries) and all(entry in self.words for entry in entries)

    def taken(self, value: object) -> object:
        given = _entries(value)
        return tuple(word for word in self.words if word in given)


class Quoted(Frozen):
    """A text for a reader."""

    expects = "a text in quotes"

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and bool(value.strip())


def taken(kind: Kind, value: object) -> object:
    """A value that a kind accepts, in the one form that recipes have."""
    return kind.taken(value) if isinstance(kind, Converting) else value


def _entries(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


class Setting(Configurable):
    """Base of the settings that have options."""

    @classmethod
    def signature(cls) -> str:
        return super().signature() if fields(cls) else cls.name


class Plain(Frozen):
    """A setting that is a single value: `epochs 300`. `alone` is what its name by itself means."""

    kind: Kind
    alone: object = None

    def name(self, field: str) -> str:
        return field

    def shown(self, name: str) -> str:
        return f"`{name}` and {self.kind.expects}"

    @property
    def words(self) -> tuple[str, ...]:
        return self.kind.words if isinstance(self.kind, Wording) else ()


class WithOptions(Frozen):
    """A setting with options: `clip(frames = 13)`."""

    setting: type[Setting]
    words: tuple[str, ...] = ()

    def name(self, field: str) -> str:
        return self.setting.name

    def shown(self, name: str) -> str:
        options = fields(self.setting)
        if [option.name for option in options] == [self.setting.leading]:
            return f"`{name}` and {kind_of(options[0]).expects}"
        return f"`{self.setting.signature()}`"


class Chosen(Frozen):
    """A setting that is one of several, each with options: `optimizer sgd(lr = 0.1)`."""

    settings: tuple[type[Setting], ...]

    def name(self, field: str) -> str:
        return field

    def shown(self, name: str) -> str:
        return " or ".join(f"`{name} {setting.signature()}`" for setting in self.settings)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(setting.name for setting in self.settings)


Form: TypeAlias = Plain | WithOptions | Chosen


def written(*forms: Form, default: object = MISSING) -> Any:
    """A field of a recipe that one of these forms fills."""
    return field(default=default, metadata={"forms": forms})
