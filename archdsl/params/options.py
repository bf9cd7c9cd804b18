"""What is called with options in the language: their names, what they take, their defaults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from typing import Any, ClassVar

from archdsl.frozen import Frozen
from archdsl.params.numbers import is_number, show_number


class Configurable(Frozen):
    """Base of transforms and of recipes' settings. The fields of a subclass are its options."""

    name: ClassVar[str]

    leading: ClassVar[str | None] = None
    """The option that may be given without its name."""

    def __str__(self) -> str:
        """The call as a spec has it, without options that have their defaults."""
        return f"{self.name}({', '.join(self._written())})"

    def _written(self) -> Iterator[str]:
        for option in fields(self):
            value = getattr(self, option.name)
            if option.name == self.leading:
                yield _shown(value)
            elif option.default is MISSING or value != option.default:
                yield f"{option.name} = {_shown(value)}"

    @classmethod
    def signature(cls) -> str:
        """The name with its options and their defaults, for lists of what there is."""
        return f"{cls.name}({', '.join(map(_declared, fields(cls)))})"

    @classmethod
    def summary(cls) -> str:
        """What it does, in the first sentence of its documentation."""
        return " ".join((cls.__doc__ or "").split("\n\n")[0].split())


def _declared(option: Field[Any]) -> str:
    is_needed = option.default is MISSING
    return option.name if is_needed else f"{option.name} = {_shown(option.default)}"


def _shown(value: object) -> str:
    """A value as the language writes it."""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"({', '.join(map(_shown, value))}{',' * (len(value) == 1)})"
    # A fraction stands as the formatter lays it out.
    return show_number(value).replace("/", " / ") if is_number(value) else str(value)
