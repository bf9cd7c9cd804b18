"""The methods of searches: by trials, where each chooses what is trained next, and all of them."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

from archdsl import limits
from archdsl.frozen import Frozen
from archdsl.params.kinds import Boolean, Choice, Integer, parameter
from archdsl.params.numbers import Number
from archdsl.plan.transforms.axes import AXES
from archdsl.searches.supernets import Differentiable, Probabilistic
from archdsl.settings.forms import Setting
from archdsl.settings.kinds import Bounded

TRIALS = Integer(1, limits.TRIALS)
GROWTH = Bounded("a number above 1, at most 64", lambda value: 1 < value <= Fraction(64))


class Axes(Frozen):
    """Axes of an expansion, each once, in the order that decides between equals."""

    words = tuple(name for axis in AXES for name in (axis.name, axis.alias))
    expects = f"a tuple of different axes, of {', '.join(f'`{axis.name}`' for axis in AXES)}"

    def accepts(self, value: object) -> bool:
        if not isinstance(value, tuple) or not set(value) <= set(self.words):
            return False
        names = self.convert(value)
        return len(names) > 1 and len(set(names)) == len(names)

    def convert(self, value: object) -> tuple[str, ...]:
        """The names that X3D gives the axes."""
        assert isinstance(value, tuple)
        own = {name: axis.name for axis in AXES for name in (axis.name, axis.alias)}
        return tuple(own[name] for name in value)


class Bandit(Setting):
    """A Gaussian process proposes each trial, from the results of those before it.

    The first `startup` trials are drawn evenly. `kernel` says what makes networks alike: `graph`
    is the product's own, over graphs of cells; `flat` compares decision by decision.
    """

    name = "bandit"
    leading = "trials"
    trials: int = parameter(TRIALS)
    startup: int = parameter(TRIALS, 10)
    kernel: str = parameter(Choice(("graph", "flat")), "graph")


class Random(Setting):
    """Each trial is drawn evenly from the members within the bounds."""

    name = "random"
    leading = "trials"
    trials: int = parameter(TRIALS)


class Evolution(Setting):
    """A trial changes one decision of a good member of the last `population` trials.

    Real et al., AAAI 2019: regularised evolution, in which the oldest dies.
    """

    name = "evolution"
    leading = "trials"
    trials: int = parameter(TRIALS)
    population: int = parameter(Integer(2, limits.TRIALS), 25)


class Expansion(Setting):
    """X3D's: in each step one candidate along each axis is trained, and the best goes on.

    Feichtenhofer, CVPR 2020, section 3.2. A step multiplies the cost by about `times`. If the last
    step is beyond the bound, `contract` shrinks it along its axis until it is within.
    """

    name = "expansion"
    leading = "axes"
    axes: tuple[str, ...] = parameter(Axes())
    times: Number = parameter(GROWTH, 2)
    contract: bool = parameter(Boolean(), True)


METHODS = (Bandit, Random, Evolution, Expansion, Probabilistic, Differentiable)

Sampling: TypeAlias = Bandit | Random | Evolution
"""Methods by as many trials as is asked for."""

ByTrials: TypeAlias = Sampling | Expansion
BySupernet: TypeAlias = Probabilistic | Differentiable
Method: TypeAlias = ByTrials | BySupernet
