"""Frozen dataclasses whose classes are cheap to define.

`@dataclass(frozen=True)` generates and compiles six functions for each class. Every run defines
more than 130 operations and nodes of the syntax tree, which took a fifth of its time that way. A
subclass of `Frozen` is a frozen dataclass without a decorator: `fields` and `replace` work on it, a
type checker knows its constructor, and all classes share the functions below.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Never, dataclass_transform


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Frozen:
    """Base of values that are equal where their classes and all their compared fields are.

    There is no `__slots__`: fields are read and written through `vars`, in one step for all.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    __match_args__: ClassVar[tuple[str, ...]]

    _names: ClassVar[frozenset[str]]
    _defaults: ClassVar[dict[str, object]]
    _compared: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls) -> None:
        dataclass(init=False, repr=False, eq=False)(cls)
        own = fields(cls)
        cls._names = frozenset(f.name for f in own)
        cls._defaults = {f.name: f.default for f in own if f.default is not MISSING}
        cls._compared = tuple(f.name for f in own if f.compare)

    if not TYPE_CHECKING:  # a type checker derives the constructor of each subclass

        def __init__(self, *values: object, **named: object) -> None:
            attributes = vars(self)
            attributes.update(self._defaults)
            # A surplus value is found below, where all mistakes of a call get one message.
            attributes.update(zip(self.__match_args__, values, strict=False))
            attributes.update(named)
            if attributes.keys() != self._names or len(values) > len(self.__match_args__):
                given = len(values), *named
                raise TypeError(f"{type(self).__name__} takes {set(self._names)}, not {given}")

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if type(self) is type(other) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        # Not by `fields`, which takes several times as long.
        return tuple(map(vars(self).__getitem__, self._compared))

    def __repr__(self) -> str:
        shown = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __setattr__(self, name: str, value: object) -> Never:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> Never:
        raise FrozenInstanceError(f"cannot delete field {name!r}")
