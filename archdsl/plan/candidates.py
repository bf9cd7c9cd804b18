"""What a network would cost if it were changed: its candidates, built and measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from archdsl.build.context import Frame
from archdsl.build.machine import build
from archdsl.build.request import Budget, Built, Fault, Request
from archdsl.build.tables.known import KnownBlock, KnownSequence, TypedOperation, operations_since
from archdsl.build.tables.reuse import Reuse
from archdsl.costs.figures import Figures, figures_of_operation, measure
from archdsl.costs.metrics import ORDERED, figure, total
from archdsl.ir.graph import Graph
from archdsl.plan.edits import written_down
from archdsl.plan.numbers import numbered
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused
from archdsl.source import Span


@dataclass(frozen=True)
class Measured:
    """A network's figures; `whole` builds it where sums are not enough."""

    inputs: Mapping[str, tuple[int, ...]]
    total: Figures
    whole: Callable[[], Graph]

    def figure(self, metric: str) -> int:
        """One of `costs.metrics.METRICS`, for one view of one sample."""
        if metric not in ORDERED:
            return total(metric, self.total)
        graph = self.whole()
        return figure(metric, graph, measure(graph))


@dataclass(frozen=True)
class Sums:
    """What operations cost together, where blocks that come again are summed once."""

    _known: dict[KnownBlock, Figures] = field(default_factory=dict)

    def of(self, made: Iterable[TypedOperation]) -> Figures:
        return sum(map(self._one, made), Figures())

    def _one(self, made: TypedOperation) -> Figures:
        if not isinstance(made.operation, KnownSequence):
            return figures_of_operation(*made)
        return sum((self._block(b) * count for b, count in made.operation.blocks), Figures())

    def _block(self, known: KnownBlock) -> Figures:
        if known not in self._known:
            self._known[known] = self.of(known.operations)
        return self._known[known]


@dataclass(frozen=True)
class Candidates:
    """A network that was built, and others that are made of it by changing its plan.

    `span` is where the change is asked for. Rows that are the same are built once for all
    candidates, of which the figures alone are kept; their steps are taken from one budget.
    """

    frame: Frame
    stated: Plan
    built: Built
    span: Span
    reuse: Reuse
    sums: Sums = field(default_factory=Sums)

    @staticmethod
    def of(frame: Frame, plan: Plan, span: Span) -> Candidates:
        """The candidates of a plan, whose steps are taken from the budget of a frame.

        Raises:
            Refused: it cannot be built.
        """
        reuse = Reuse()
        return Candidates(frame, plan, _built(frame, plan, reuse), span, reuse)

    @cached_property
    def plan(self) -> Plan:
        """The network with what its rows come to, as transforms see it.

        Raises:
            Refused: only a build can tell.
        """
        try:
            return numbered(self.frame.detached(), self.stated)
        except Fault as fault:
            told = fault.diagnostic
            message = told.message if told else "what its numbers are made of is at fault"
            raise Refused(message, help=told.help if told else None) from None

    @cached_property
    def own(self) -> Measured:
        """The network itself, with its figures."""
        return self._measured(self.stated, self.built)

    def measure(self, plan: Plan) -> Measured:
        """The figures of the network that a changed plan makes.

        Raises:
            Refused: it cannot be built.
        """
        return self.own if plan == self.plan else self._measured(*self._summed(plan))

    def with_plan(self, plan: Plan) -> Candidates:
        """The network that a changed plan makes, and its own candidates.

        Raises:
            Refused: it cannot be built.
        """
        return Candidates(self.frame, *self._summed(plan), self.span, self.reuse, self.sums)

    def _measured(self, plan: Plan, built: Built) -> Measured:
        graph, total = built.graph, self.sums.of(operations_since(built.graph))
        inputs = {name: graph.type(value).shape for name, value in graph.inputs.items()}
        return Measured(inputs, total, lambda: _built(self.frame, plan, None).graph)

    def _summed(self, plan: Plan) -> tuple[Plan, Built]:
        after = written_down(self.plan, plan, self.span)
        return after, _built(self.frame, after, self.reuse)


def _built(frame: Frame, plan: Plan, reuse: Reuse | None) -> Built:
    """A plan built, with rows that are known where sums are enough.

    Raises:
        Refused: it cannot be built.
    """
    built = build(Request.of(frame.program, frame.graph.name, plan, reuse), Budget())
    frame.context.budget.spend(built.steps)
    first = next((told for told in built.diagnostics if told.is_error), None)
    if first is None:
        return built
    if reuse is not None:
        return _built(frame, plan, None)  # which tells where the numbers at fault come from
    raise Refused(f"it cannot be built so: {first.message}", help=first.help)
