"""The networks that an expansion can come to: each is known by the axes that lead to it.

Along each axis there is one network of about `times` the cost. So all expansions of a network form
a tree, which is found branch by branch, as far as it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from archdsl.expansion.steps import Candidate, State, solve
from archdsl.params.numbers import Number
from archdsl.plan.candidates import Candidates
from archdsl.plan.rows import Refused
from archdsl.plan.transforms.axes import Axis
from archdsl.plan.transforms.base import Transform
from archdsl.plan.transforms.contract import Contract


@dataclass(frozen=True)
class Rule:
    """How an expansion goes: along which axes, to how many times the cost, up to which budget.

    Costs are in one of `Contract.budgets`. With `contract`, a step may lead beyond the budget: the
    network that it comes to is then contracted along the axis of that step, and is the last.
    Without it, no step leads beyond the budget.
    """

    axes: tuple[Axis, ...]
    metric: str
    budget: int
    times: Number = 2
    contract: bool = True


class Grown(NamedTuple):
    """A network by the axes that lead to it, one for each step; the last one may be contracted."""

    path: tuple[str, ...] = ()
    is_contracted: bool = False

    def along(self, axis: str) -> Grown:
        return Grown((*self.path, axis))

    def contracted(self) -> Grown:
        return Grown(self.path, True)


@dataclass(frozen=True)
class Stage:
    """A network that an expansion can come to. `transforms` lead to it from the start."""

    rule: Rule
    grown: Grown
    network: Candidates = field(repr=False)
    transforms: tuple[Transform, ...]

    @cached_property
    def state(self) -> State:
        return State.of(self.network.own, self.rule.metric)

    @property
    def is_beyond(self) -> bool:
        """Whether it costs more than the budget, and can only be contracted."""
        return self.state.cost > self.rule.budget

    @cached_property
    def candidates(self) -> Mapping[str, Candidate | Refused]:
        """Along each axis the next network, or why there is none."""
        axes = () if self.is_beyond else self.rule.axes
        return {axis.name: self._candidate(axis) for axis in axes}

    @property
    def skipped(self) -> Mapping[str, str]:
        """The axes along which there is no next network, and why."""
        found = self.candidates.items()
        return {axis: each.message for axis, each in found if isinstance(each, Refused)}

    @property
    def tried(self) -> tuple[Grown, ...]:
        """The networks of the next step, in the order of the axes."""
        found = self.candidates.items()
        return tuple(self.grown.along(axis) for axis, each in found if isinstance(each, Candidate))

    def _candidate(self, axis: Axis) -> Candidate | Refused:
        target = int(Fraction(self.rule.times) * self.state.cost)
        try:
            found = solve(self.network, axis, target, self.rule.metric)
            if found.state.cost > self.rule.budget:
                self._check_beyond(found)
        except Refused as refused:
            return refused
        return found

    def _check_beyond(self, found: Candidate) -> None:
        """Check that a step beyond the budget leads to a larger network once it is contracted.

        Raises:
            Refused: it does not.
        """
        if not self.rule.contract:
            cost = f"{found.state.cost:,} ({self.rule.metric})"
            raise Refused(f"its cost would be {cost}, above the budget of {self.rule.budget:,}")
        if self._after(found).contracted.state.cost <= self.state.cost:
            raise Refused("within the budget there is nothing larger along it")

    def after(self, axis: str) -> Stage:
        """The network that a step leads to.

        Raises:
            Refused: there is none along this axis.
        """
        found = self.candidates.get(axis) or Refused(f"it is not expanded along `{axis}`")
        if isinstance(found, Refused):
            raise found
        return self._after(found)

    def _after(self, step: Candidate) -> Stage:
        network = self.network.with_plan(step.transform.apply(self.network.plan))
        transforms = (*self.transforms, step.transform)
        return Stage(self.rule, self.grown.along(step.axis), network, transforms)

    @cached_property
    def contracted(self) -> Stage:
        """The largest network within the budget along the axis of the last step.

        Raises:
            Refused: none is within it.
        """
        contract = Contract(self.grown.path[-1], **{self.rule.metric: self.rule.budget})
        plan = contract.apply_measured(self.network.plan, self.network.measure)
        network, transforms = self.network.with_plan(plan), (*self.transforms, contract)
        return Stage(self.rule, self.grown.contracted(), network, transforms)


@dataclass(frozen=True)
class Expansions:
    """All networks that a network can be expanded into by a rule."""

    start: Stage
    # A cache: it is filled, but never changes a result.
    _known: dict[Grown, Stage] = field(default_factory=dict, repr=False)

    @staticmethod
    def of(network: Candidates, rule: Rule) -> Expansions:
        return Expansions(Stage(rule, Grown(), network, ()))

    def stage(self, grown: Grown) -> Stage:
        """The network that these axes lead to.

        Raises:
            Refused: they lead to none.
        """
        stage = self.start
        for axis in grown.path:
            stage = self._after(stage, axis)
        if not grown.is_contracted:
            return stage
        if not stage.is_beyond:
            raise Refused("it is within the budget, so it is not contracted")
        return stage.contracted

    def _after(self, stage: Stage, axis: str) -> Stage:
        grown = stage.grown.along(axis)
        if grown not in self._known:
            self._known[grown] = stage.after(axis)
        return self._known[grown]
