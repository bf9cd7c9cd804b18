"""What every transform declares: options, and how it changes a blueprint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

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


@dataclass(frozen=True)
class Word:
    """A bare name, which stands for itself: a stage, a column, a block."""

    expects = "a name"

    def accepts(self, value: object) -> bool:
        return isinstance(value, str)


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


def scaled(blueprint: Blueprint, parameter: str, factor: Number) -> Blueprint | None:
    """The blueprint with a parameter multiplied, where it has that parameter as a number."""
    value = blueprint.number(parameter)
    return (
        None if value is None else blueprint.with_parameters(**{parameter: exact(value * factor)})
    )
