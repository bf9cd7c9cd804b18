"""The base of transforms, the kinds of their options, and what several of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import floor
from typing import Protocol, TypeAlias

from archdsl.diagnostics import suggestion
from archdsl.frozen import Frozen
from archdsl.params.kinds import Maybe, Real, Several
from archdsl.params.numbers import Number, reduced
from archdsl.params.options import Configurable
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused


def unknown_name(message: str, option: str, name: str, known: Iterable[str]) -> Refused:
    """The refusal of an option that has an unknown name. The help suggests a known one."""
    return Refused(message, option, suggestion(name, known) or "there is none")


class Word(Frozen):
    """A bare name, such as that of a stage or a column. It is not evaluated."""

    expects = "a name"

    def accepts(self, value: object) -> bool:
        return isinstance(value, str)


class BlockName(Word):
    """The bare name of a block, in the file of the transform or in that of the network."""

    expects = "the name of a block"


class Anything(Frozen):
    """Any value that a cell can have."""

    expects = "a value"

    def accepts(self, value: object) -> bool:
        return True


WORDS = Maybe(Several(Word()))


class Factor(Frozen):
    """A factor to multiply by."""

    expects = "a number above 0"

    def accepts(self, value: object) -> bool:
        return Real(least=0).accepts(value) and value != 0


class Figures(Protocol):
    """The figures of a network."""

    def figure(self, metric: str) -> int:
        """The value of a metric, such as `macs` or `params`."""
        ...


Measure: TypeAlias = Callable[[Plan], Figures]
"""Measures the network of a plan. Raises `Refused` where it cannot be built."""


class Transform(Configurable):
    """Base of the transforms."""

    def apply(self, plan: Plan) -> Plan:
        """The changed plan.

        Raises:
            Refused: the network has nothing to change, or cannot be changed in this way.
        """
        raise NotImplementedError

    def apply_measured(self, plan: Plan, measure: Measure) -> Plan:
        """The changed plan, for which candidates can be measured.

        Only `contract` measures. The others are changes of numbers alone.

        Raises:
            Refused: the network has nothing to change, or cannot be changed in this way.
        """
        return self.apply(plan)


def scale_parameters(
    plan: Plan, axis: str, factor: Number, rounded: Callable[[Number], int]
) -> Plan | None:
    """The plan with the parameters of an axis multiplied, or None where the network has none.

    Those that must be integers are `rounded`, to at least 1.
    """
    own = plan.along(axis)
    if not own:
        return None
    products = {name: reduced(value * factor) for name, value in own.items()}
    return plan.with_parameters(
        **{
            name: max(1, rounded(product)) if name in plan.counted else product
            for name, product in products.items()
        }
    )


def nearest(value: Number) -> int:
    """The nearest integer; halves are rounded up. Python's `round` would take 2.5 to 2."""
    return floor(value + Fraction(1, 2))


def stages_of(
    plan: Plan, names: str | tuple[str, ...] | None, option: str = "rows"
) -> frozenset[str]:
    """The stages that an option names; all stages where it is None.

    Raises:
        Refused: there is no stage of a name.
    """
    stages = plan.stages
    chosen = (names,) if isinstance(names, str) else names
    for name in chosen or ():
        if name not in stages:
            raise unknown_name(f"there is no stage `{name}`", option, name, stages)
    return frozenset(stages if chosen is None else chosen)
