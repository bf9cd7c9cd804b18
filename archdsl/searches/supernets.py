"""The methods and settings of searches by a supernet: a module with the weights of all members.

Its weights and its decisions are learned side by side, and these settings say how. Searches by
trials have none of them, as each trial is trained by itself.
"""

from __future__ import annotations

from fractions import Fraction

from archdsl.frozen import Frozen
from archdsl.params.kinds import Boolean, Choice, Integer, Maybe, parameter
from archdsl.params.numbers import Number
from archdsl.recipes.recipe import ADAM_BETAS
from archdsl.settings.forms import Setting
from archdsl.settings.kinds import POSITIVE, SHARE, Bounded, TupleOf

DRAWS = 1_000
"""Paths that one step may draw: each is a forward pass over a batch."""


class Probabilistic(Setting):
    """Each decision has a probability for each of its options, and a step runs paths that it draws.

    A step draws one path and trains its weights; after the warm-up it also draws `draws` paths,
    judges them by a batch that is held out, and moves the probabilities. `score` moves them towards
    paths with a smaller loss than the other draws; `importance` weighs paths by their likelihood,
    as PARSEC does. `adaptive` lowers the number of draws with the entropy, as FP-NAS does.
    """

    name = "probabilistic"
    draws: int = parameter(Integer(2, DRAWS), 4)
    estimator: str = parameter(Choice(("score", "importance")), "score")
    adaptive: bool = parameter(Boolean(), False)


class Differentiable(Setting):
    """Connections have weights, and gradients move these: a supergraph runs whole in every step.

    `connections` says how numbers become weights: `softmax` makes the inputs of a node compete,
    `sigmoid` weighs each by itself. They are divided by `temperature` first. With `together`, the
    training videos move weights and connections in one step, and none are held out.
    """

    name = "differentiable"
    connections: str = parameter(Choice(("softmax", "sigmoid")), "softmax")
    together: bool = parameter(Boolean(), True)
    temperature: Number = parameter(POSITIVE, 1)


class Adam(Setting):
    """Adam for the decisions, at a constant rate and without weight decay."""

    name = "adam"
    lr: Number = parameter(POSITIVE)
    betas: tuple[Number, Number] = parameter(TupleOf(SHARE, 2), ADAM_BETAS)


TARGET = Maybe(Integer())


class Hinge(Setting):
    """The loss of a path grows by `weight * max(0, cost / target - 1)`, so not below the target.

    Without a `target`, each bound is one.
    """

    name = "hinge"
    weight: Number = parameter(POSITIVE, 1)
    target: int | None = parameter(TARGET, None)


class Power(Setting):
    """The loss of a path grows by `-exponent * log(cost / target)`, and falls below the target.

    So the likelihood of a video is multiplied by `(cost / target) ^ exponent`, as MnasNet does with
    the accuracy. Without a `target`, each bound is one.
    """

    name = "power"
    exponent: Number = parameter(
        Bounded("a number below 0", lambda value: value < 0), Fraction(-7, 100)
    )
    target: int | None = parameter(TARGET, None)


PENALTIES = (Hinge, Power)


class Target(Frozen):
    """The cost that a penalty compares the cost of a path with."""

    metric: str
    cost: int
