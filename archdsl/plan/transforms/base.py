"""What every transform declares: options, and how it changes a blueprint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archdsl.diagnostics import did_you_mean
from archdsl.params.kinds import Maybe, Real, Several
from archdsl.params.options import Optioned
from archdsl.plan.transforms.blueprint import Blueprint, Number, exact
from archdsl.plan.transforms.measures import Measure


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
class Transform(Optioned):
    """Base of the transforms."""

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
    """The blueprint with a parameter multiplied, or None where it is no number of the network."""
    own = blueprint.number(parameter)
    return None if own is None else blueprint.with_parameters(**{parameter: exact(own * factor)})
