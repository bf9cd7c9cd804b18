"""Candidates: networks that one network can be changed into, and what they would cost.

A search along an axis measures dozens of them. Most blocks are the same in all, so blocks are
built once and reused, and costs are summed from the blocks' figures. Only metrics that depend on
the order of operations, such as peak memory, need the whole graph.
"""

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
from archdsl.costs.metrics import WHOLE, figure, total
from archdsl.ir.graph import Graph, Value
from archdsl.ir.pruning import needed, without_unread
from archdsl.plan.edits import record_changes
from archdsl.plan.evaluation import evaluate_plan
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused
from archdsl.source import Span


@dataclass(frozen=True)
class Measurement:
    """The figures of a network. `full_graph` builds its graph, for metrics that are no sums."""

    inputs: Mapping[str, tuple[int, ...]]
    total: Figures
    full_graph: Callable[[], Graph]

    def figure(self, metric: str) -> int:
        """The value of one of `costs.metrics.METRICS`, for one view of one sample."""
        if metric not in WHOLE:
            return total(metric, self.total)
        graph = self.full_graph()
        return figure(metric, graph, measure(graph))


@dataclass(frozen=True)
class Sums:
    """Sums the figures of operations. Those of a block that is reused are summed once."""

    # A cache: it is filled, but never changes a result.
    _known: dict[KnownBlock, Figures] = field(default_factory=dict)

    def of(self, operations: Iterable[TypedOperation]) -> Figures:
        return sum(map(self._operation, operations), Figures())

    def _operation(self, typed: TypedOperation) -> Figures:
        if not isinstance(typed.operation, KnownSequence):
            figures = figures_of_operation(typed.operation, typed.operands, typed.results)
            return figures if typed.has_own_weights else figures.without_parameters()
        return sum((self._block(b) * count for b, count in typed.operation.blocks), Figures())

    def _block(self, known: KnownBlock) -> Figures:
        if known not in self._known:
            self._known[known] = self.of(known.operations)
        return self._known[known]


@dataclass(frozen=True)
class Candidates:
    """A network that was built, and the networks that changes of its plan make of it.

    `unevaluated` is its plan before transforms asked for values. `span` is the text that asks for
    the change. All candidates share the `reuse` of blocks, and take their steps from one budget.
    """

    frame: Frame
    unevaluated: Plan
    built: Built
    span: Span
    reuse: Reuse
    sums: Sums = field(default_factory=Sums)

    def __repr__(self) -> str:
        return f"<Candidates of {self.unevaluated!r}>"

    @staticmethod
    def of(frame: Frame, plan: Plan, span: Span) -> Candidates:
        """The candidates of a plan. Their steps are taken from the budget of the frame.

        Raises:
            Refused: the plan cannot be built.
        """
        reuse = Reuse()
        return Candidates(frame, plan, _build(frame, plan, reuse), span, reuse)

    @cached_property
    def plan(self) -> Plan:
        """The plan with values in its rows, as transforms see it.

        Raises:
            Refused: its tables depend on what is known only after a build.
        """
        try:
            return evaluate_plan(self.frame.detached(), self.unevaluated)
        except Fault as fault:
            cause = fault.diagnostic
            message = cause.message if cause else "its parameters or cells have mistakes"
            raise Refused(message, help=cause.help if cause else None) from None

    @cached_property
    def own(self) -> Measurement:
        """The figures of the network itself."""
        return self._measurement(self.unevaluated, self.built)

    def measure(self, plan: Plan) -> Measurement:
        """The figures of the network of a changed plan.

        Raises:
            Refused: it cannot be built.
        """
        # A transform that changes nothing gives an equal plan, which needs no build.
        return self.own if plan == self.plan else self._measurement(*self._built_with(plan))

    def with_plan(self, plan: Plan) -> Candidates:
        """The candidates of the network of a changed plan.

        Raises:
            Refused: it cannot be built.
        """
        return Candidates(self.frame, *self._built_with(plan), self.span, self.reuse, self.sums)

    def _measurement(self, plan: Plan, built: Built) -> Measurement:
        graph = built.graph
        if not _is_read_whole(graph):
            graph = self._full_graph(plan)
        total = self.sums.of(operations_since(graph, graph.outputs))
        return Measurement(graph.input_shapes, total, lambda: self._full_graph(plan))

    def _full_graph(self, plan: Plan) -> Graph:
        return without_unread(_build(self.frame, plan, None).graph)

    def _built_with(self, plan: Plan) -> tuple[Plan, Built]:
        after = record_changes(self.plan, plan, self.span)
        return after, _build(self.frame, after, self.reuse)


def _is_read_whole(graph: Graph) -> bool:
    """Whether the outputs depend on every operation, and on all results of runs of known blocks.

    Otherwise operations are left out, and the sum of a run does not know which.
    """
    kept = needed(graph, graph.outputs).union(value.node for value in graph.inputs.values())
    read = {*graph.outputs, *(value for reads in graph.reads for value in reads)}
    runs = (node for node in graph if isinstance(node.operation, KnownSequence))
    results = {Value(run.index, place) for run in runs for place in range(len(run.results))}
    return len(kept) == len(graph) and results <= read


def _build(frame: Frame, plan: Plan, reuse: Reuse | None) -> Built:
    """Build a plan. With `reuse`, known blocks are not built again, and only sums are right.

    Raises:
        Refused: it cannot be built.
    """
    built = build(Request.of(frame.program, frame.graph.name, plan, reuse), Budget())
    frame.context.budget.spend(built.steps)
    first = next((found for found in built.diagnostics if found.is_error), None)
    if first is None:
        return built
    if reuse is not None:
        # A build with reuse does not record where values were written, so its messages are short.
        return _build(frame, plan, None)
    raise Refused(f"the changed network cannot be built: {first.message}", help=first.help)
