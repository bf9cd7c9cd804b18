"""What every transform declares: options, and how it changes a blueprint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import MISSING, Field, dataclass, fields
from fractions import Fraction
from typing import Any, ClassVar

from archdsl.diagnostics import did_you_mean
from archdsl.ops.parameters import Maybe, Real, Several
from archdsl.transforms.blueprint import Blueprint, Number, exact
from archdsl.transforms.measures import Measure


class Refused(Exception):
    """A network has not what a transform is to change, or not so.

    `option` names the words at fault; without one it is the whole transform.
    """

    def __init__(self, message: str, option: str | None = None, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.option = option
        self.help = help


def unknown(message: str, option: str, name: str, known: Iterable[str]) -> Refused:
    """An option names what there is not: what is near it, else what there is."""
    names = list(known)
    listed = f"there is {', '.join(f'`{name}`' for name in names)}" if names else "there is none"
    return Refused(message, option, did_you_mean(name, names) or listed)


@dataclass(frozen=True)
class Word:
    """A bare name, which stands for itself: a stage, a column."""

    expects = "a name"

    def accepts(self, value: object) -> bool:
        return isinstance(value, str)


@dataclass(frozen=True)
class BlockName(Word):
    """A bare name that some block has, where the transform is written or the network is."""

    expects = "the name of a block"


@dataclass(frozen=True)
class Anything:
    """Whatever a cell may say."""

    expects = "a value"

    def accepts(self, value: object) -> bool:
        return True


WORDS = Maybe(Several(Word()))


@dataclass(frozen=True)
class Factor:
    """How many times as much."""

    expects = "a number above 0"

    def accepts(self, value: object) -> bool:
        return Real(least=0).accepts(value) and value != 0


@dataclass(frozen=True)
class Transform:
    """Base of the transforms. The fields of a subclass are its options."""

    name: ClassVar[str]

    leading: ClassVar[str | None] = None
    """The option that may be given without its name."""

    def apply(self, blueprint: Blueprint) -> Blueprint:
        """The changed blueprint; the one that is given stays as it is.

        Raises:
            Refused: there is nothing to change, or it cannot be changed so.
        """
        raise NotImplementedError

    def carried_out(self, blueprint: Blueprint, measure: Measure) -> Blueprint:
        """The changed blueprint, where candidates may be measured on the way to it.

        Raises:
            Refused: there is nothing to change, or it cannot be changed so.
        """
        return self.apply(blueprint)

    def __str__(self) -> str:
        """The call as a spec has it after `+`, without options that have their defaults."""
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
    if isinstance(value, Fraction):
        decimal = f"{float(value):.6g}"
        is_short = "e" not in decimal and Fraction(decimal) == value
        return decimal if is_short else f"{value.numerator} / {value.denominator}"
    return str(value)


def scaled(blueprint: Blueprint, parameter: str, factor: Number) -> Blueprint | None:
    """The blueprint with a parameter multiplied, or None where it is no number of the network."""
    own = blueprint.number(parameter)
    return None if own is None else blueprint.with_parameters(**{parameter: exact(own * factor)})
