"""Transforms and settings of recipes as dataclasses whose fields are their options.

The same class reads the options from a spec, checks them, lists them in `--help`, and prints a call
as a spec would have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from typing import Any, ClassVar

from archdsl.frozen import Frozen
from archdsl.params.numbers import is_number, show_number


class Configurable(Frozen):
    """Base of transforms and settings of recipes. The fields of a subclass are its options."""

    name: ClassVar[str]

    leading: ClassVar[str | None] = None
    """The option that can be given first, without its name."""

    def __str__(self) -> str:
        """The call as a spec has it. Options with their default are left out."""
        return f"{self.name}({', '.join(self._written())})"

    def _written(self) -> Iterator[str]:
        for option in fields(self):
            value = getattr(self, option.name)
            if option.name == self.leading:
                yield literal(value)
            elif option.default is MISSING or value != option.default:
                yield f"{option.name} = {literal(value)}"

    @classmethod
    def signature(cls) -> str:
        """The name with the options and their defaults, for help texts."""
        return f"{cls.name}({', '.join(map(_declared, fields(cls)))})"

    @classmethod
    def summary(cls) -> str:
        """The first paragraph of the docstring, for help texts."""
        return " ".join((cls.__doc__ or "").split("\n\n")[0].split())


def _declared(option: Field[Any]) -> str:
    is_needed = option.default is MISSING
    return option.name if is_needed else f"{option.name} = {literal(option.default)}"


def literal(value: object) -> str:
    """A value as the language writes it."""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' * (len(value) == 1)})"
    # With spaces, as the formatter writes a quotient.
    return show_number(value).replace("/", " / ") if is_number(value) else str(value)
