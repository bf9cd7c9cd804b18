"""What every transform declares: options, and how it changes a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeAlias

from archdsl.diagnostics import suggestion
from archdsl.frozen import Frozen
from archdsl.params.kinds import Maybe, Real, Several
from archdsl.params.numbers import Number, reduced
from archdsl.params.options import Configurable
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused


def unknown(message: str, option: str, name: str, known: Iterable[str]) -> Refused:
    """An option has an unknown name; the help suggests a known one."""
    return Refused(message, option, suggestion(name, known) or "there is none")


class Word(Frozen):
    """A bare name, which stands for itself: a stage, a column."""

    expects = "a name"

    def accepts(self, value: object) -> bool:
        return isinstance(value, str)


class BlockName(Word):
    """A bare name that some block has, where the transform is written or the network is."""

    expects = "the name of a block"


class Anything(Frozen):
    """Whatever a cell may say."""

    expects = "a value"

    def accepts(self, value: object) -> bool:
        return True


WORDS = Maybe(Several(Word()))


class Factor(Frozen):
    """How many times as much."""

    expects = "a number above 0"

    def accepts(self, value: object) -> bool:
        return Real(least=0).accepts(value) and value != 0


class Figures(Protocol):
    """What a network costs."""

    def figure(self, metric: str) -> int:
        """A figure under its name in claims, such as `macs` or `params`."""
        ...


Measure: TypeAlias = Callable[[Plan], Figures]
"""What a changed network costs; `Refused` where it cannot be built."""


class Transform(Configurable):
    """Base of the transforms."""

    def apply(self, plan: Plan) -> Plan:
        """The changed plan; the one that is given stays as it is.

        Raises:
            Refused: there is nothing to change, or it cannot be changed so.
        """
        raise NotImplementedError

    def apply_measured(self, plan: Plan, measure: Measure) -> Plan:
        """The changed plan, where candidates may be measured on the way to it.

        Raises:
            Refused: there is nothing to change, or it cannot be changed so.
        """
        return self.apply(plan)


def scaled(plan: Plan, parameter: str, factor: Number) -> Plan | None:
    """The plan with a parameter multiplied, or None where it is no number of the network."""
    own = plan.number(parameter)
    return None if own is None else plan.with_parameters(**{parameter: reduced(own * factor)})


def stages_of(
    plan: Plan, names: str | tuple[str, ...] | None, option: str = "rows"
) -> frozenset[str]:
    """The stages that an option names, one or several; all of them without it.

    Raises:
        Refused: there is none of a name.
    """
    stages = plan.stages
    chosen = (names,) if isinstance(names, str) else names
    for name in chosen or ():
        if name not in stages:
            raise unknown(f"there is no stage `{name}`", option, name, stages)
    return frozenset(stages if chosen is None else chosen)
