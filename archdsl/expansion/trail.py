"""Expansions replayed: along one axis after another, to a given value or until the cost doubles.

An order of axes is a text such as `bottleneck = 2.25, fast, spatial = 160`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archdsl.build.values import Given, describe
from archdsl.diagnostics import CompileError, error, one_of
from archdsl.expansion.steps import (
    Candidate,
    State,
    axis_error,
    axis_named,
    check_metric,
    solve,
)
from archdsl.plan.candidates import Candidates
from archdsl.plan.rows import Refused
from archdsl.plan.transforms import Contract
from archdsl.plan.transforms.axes import Axis
from archdsl.plan.transforms.base import Transform
from archdsl.shown import table
from archdsl.source import Source, Span
from archdsl.spec import Spec
from archdsl.syntax.parser import parse_argument


@dataclass(frozen=True)
class Order:
    """An axis to expand along; `transform` is None if the cost is to double."""

    axis: Axis
    transform: Transform | None


def read(spec: Spec, text: str) -> Iterator[Order]:
    """The axes of a text, separated by commas, each alone or with a value: `fast, spatial = 160`.

    Values of `spatial` and `temporal` are the new size, others are factors.

    Raises:
        CompileError: an axis is unknown, or does not take the value.
    """
    for piece in text.split(","):
        axis = axis_named(piece.partition("=")[0].strip())
        yield Order(axis, _transform(spec, axis, piece) if "=" in piece else None)


def _transform(spec: Spec, axis: Axis, piece: str) -> Transform:
    """The transform of `spatial = 160`."""
    source = Source("--follow", piece.strip())
    # The value is read by the language, so that `2.2`, `1/2` and `2k` are what they are in a spec.
    (given,) = spec.arguments([parse_argument(source)]).values()
    if not axis.kind.accepts(given.value):
        message = f"`{axis.name}` must be {axis.kind.expects}, but this is {describe(given.value)}"
        span = Span(source, 0, len(source.text))
        raise CompileError([error("expand", message, span)])
    return axis.transform_to(given.value)


@dataclass(frozen=True)
class Step:
    """One step of an expansion; `doubling` is the candidate that most nearly doubles the cost.

    The contraction at the end has no axis and no doubling.
    """

    axis: str | None
    transform: Transform
    state: State
    doubling: Candidate | None


@dataclass(frozen=True)
class Trail:
    """An expansion of a network, step by step."""

    network: str
    metric: str
    base: State
    steps: tuple[Step, ...]

    @property
    def transforms(self) -> tuple[Transform, ...]:
        """What each step does, in order: `spec.derive(name, trail.network, *transforms)`."""
        return tuple(step.transform for step in self.steps)

    def __repr__(self) -> str:
        after = f" + {', '.join(map(str, self.transforms))}" if self.steps else ""
        return f"<Trail of {self.network}{after}>"

    def _repr_html_(self) -> str:
        columns = ("step", "by", "input", "params", self.metric)
        start = ("0", self.network, *self.base.cells())
        steps = (
            (str(number), str(step.transform), *step.state.cells())
            for number, step in enumerate(self.steps, start=1)
        )
        return table(columns, [start, *steps], columns[3:])


def follow(
    spec: Spec,
    order: str,
    name: str | None = None,
    *,
    metric: str = "macs",
    budget: int | None = None,
    given: Mapping[str, Given] | None = None,
) -> Trail:
    """Expand a network in an order, such as `bottleneck = 2.25, fast, spatial = 160`.

    Along an axis without a value, the cost is doubled as nearly as possible, in the unit of
    `metric`, one of `METRICS`. With a `budget`, the last axis is contracted at the end until the
    cost is within it, as in X3D's section 3.2.

    Raises:
        CompileError: the order has mistakes, the network lacks an axis or has mistakes, or no
            contraction meets the budget.
    """
    check_metric(metric)
    orders = tuple(read(spec, order))
    network = spec.choose(name)
    current = spec.candidates(network, given or {})
    base = State.of(current.own, metric)
    steps: list[Step] = []
    for each in orders:
        step, current = _take_step(network, current, each, metric)
        steps.append(step)
    if budget is not None:
        steps += _contract(network, current, orders, budget, metric)
    return Trail(network, metric, base, tuple(steps))


def _take_step(
    network: str, before: Candidates, order: Order, metric: str
) -> tuple[Step, Candidates]:
    """A step along an axis, and the network after it."""
    try:
        # Found for a step with a value too: the report shows how far X3D went beside a doubling.
        target = 2 * before.own.figure(metric)
        doubling = solve(before, order.axis, target, metric)
        transform = order.transform or doubling.transform
        after = before.with_plan(transform.apply(before.plan))
    except Refused as refused:
        raise axis_error(network, order.axis, refused) from None
    return Step(order.axis.name, transform, State.of(after.own, metric), doubling), after


def _contract(
    network: str, before: Candidates, orders: Sequence[Order], budget: int, metric: str
) -> Iterator[Step]:
    """The contraction that ends an expansion, if its cost is above the budget."""
    if metric not in Contract.budgets:
        message = f"a budget cannot be in `{metric}`"
        raise CompileError([error("expand", message, help=one_of(Contract.budgets))])
    if before.own.figure(metric) <= budget:
        return
    last = orders[-1].axis  # as X3D does: only the last expansion is taken back in part
    contract = Contract(last.name, **{metric: budget})
    try:
        after = contract.apply_measured(before.plan, before.measure)
    except Refused as refused:
        raise axis_error(network, last, refused) from None
    state = State.of(before.measure(after), metric)
    yield Step(None, contract, state, None)
