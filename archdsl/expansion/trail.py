"""Expansions replayed: one axis after another, each as far as told or until the cost doubles.

Orders of axes stand as they are written: `bottleneck = 2.25, fast, spatial = 160`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archdsl.build.values import Given, describe
from archdsl.diagnostics import CompileError, error, one_of
from archdsl.expansion.steps import Candidate, State, check_metric, named, not_here, solved
from archdsl.plan.candidates import Candidates
from archdsl.plan.rows import Refused
from archdsl.plan.transforms import Contract
from archdsl.plan.transforms.axes import Axis
from archdsl.plan.transforms.base import Transform
from archdsl.source import Source, Span
from archdsl.spec import Spec
from archdsl.syntax.parser import parse_argument


@dataclass(frozen=True)
class Order:
    """An axis to expand along; `transform` says how far where that is given."""

    axis: Axis
    transform: Transform | None


def read(spec: Spec, text: str) -> Iterator[Order]:
    """The axes of a text, parted by commas, each perhaps with a value as the language writes it.

    Sizes and frames are those to come to, all others factors.

    Raises:
        CompileError: there is no such axis, or it does not take such a value.
    """
    for piece in text.split(","):
        axis = named(piece.partition("=")[0].strip())
        yield Order(axis, _transform(spec, axis, piece) if "=" in piece else None)


def _transform(spec: Spec, axis: Axis, piece: str) -> Transform:
    """The transform of `spatial = 160`."""
    source = Source("--follow", piece.strip())
    (given,) = spec.arguments([parse_argument(source)]).values()
    if not axis.kind.accepts(given.value):
        message = f"`{axis.name}` takes {axis.kind.expects}, not {describe(given.value)}"
        span = Span(source, 0, len(source.text))
        raise CompileError([error("expand", message, span)])
    return axis.to(given.value)


@dataclass(frozen=True)
class Step:
    """A step that was taken; `doubling` is the one that would double the cost most nearly.

    Without an axis it is the contraction at the end.
    """

    axis: str | None
    transform: Transform
    state: State
    doubling: Candidate | None


@dataclass(frozen=True)
class Trail:
    """An expansion from a network, step by step."""

    network: str
    metric: str
    base: State
    steps: tuple[Step, ...]

    @property
    def transforms(self) -> tuple[Transform, ...]:
        return tuple(step.transform for step in self.steps)


def follow(
    spec: Spec,
    order: str,
    name: str | None = None,
    *,
    metric: str = "macs",
    budget: int | None = None,
    given: Mapping[str, Given] | None = None,
) -> Trail:
    """An expansion of a network in a given order, such as `bottleneck = 2.25, fast, size = 160`.

    An axis without a value goes on until the cost, in one of `METRICS`, doubles as nearly as it
    can. With a `budget` the last axis is contracted at the end until the cost is within it.

    Raises:
        CompileError: the order is none, the network has not an axis or is at fault, or the budget
            is out of reach.
    """
    check_metric(metric)
    orders = tuple(read(spec, order))
    network = spec.choose(name)
    standing = spec.candidates(network, given or {})
    base = State.of(standing.own, metric)
    steps: list[Step] = []
    for each in orders:
        step, standing = _taken(network, standing, each, metric)
        steps.append(step)
    if budget is not None:
        steps += _contracted(network, standing, orders, budget, metric)
    return Trail(network, metric, base, tuple(steps))


def _taken(
    network: str, standing: Candidates, order: Order, metric: str
) -> tuple[Step, Candidates]:
    """A step of an order, and the network that it leads to."""
    try:
        target = 2 * standing.own.figure(metric)
        doubling = solved(standing, order.axis, target, metric)
        transform = order.transform or doubling.transform
        after = standing.with_plan(transform.apply(standing.plan))
    except Refused as refused:
        raise not_here(network, order.axis, refused) from None
    return Step(order.axis.name, transform, State.of(after.own, metric), doubling), after


def _contracted(
    network: str, standing: Candidates, orders: Sequence[Order], budget: int, metric: str
) -> Iterator[Step]:
    """The contraction that ends an expansion, where it goes beyond the budget."""
    if metric not in Contract.budgets:
        message = f"a budget cannot be in `{metric}`"
        raise CompileError([error("expand", message, help=one_of(Contract.budgets))])
    if standing.own.figure(metric) <= budget:
        return
    last = orders[-1].axis
    contract = Contract(last.name, **{metric: budget})
    try:
        after = contract.apply_measured(standing.plan, standing.measure)
    except Refused as refused:
        raise not_here(network, last, refused) from None
    state = State.of(standing.measure(after), metric)
    yield Step(None, contract, state, None)
