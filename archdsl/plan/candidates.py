"""What a network would cost if it were changed: its candidates, built and measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from archdsl.build import building
from archdsl.build.session import Fault, Session
from archdsl.build.tables.reuse import Reuse
from archdsl.costs.again import Tally
from archdsl.costs.figures import Figures, measure
from archdsl.costs.metrics import ORDERED, figure, total
from archdsl.diagnostics import CompileError
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
class Candidates:
    """The network of a session, and others that are made of it by changing its plan.

    The session has its `reuse`. `span` is where the change is asked for. Rows that are the same
    are built once for all candidates, of which the figures alone are kept; their steps are added
    to the session's.
    """

    session: Session
    built: Plan
    span: Span

    @staticmethod
    def of(session: Session, plan: Plan, span: Span) -> Candidates:
        """The candidates of a plan, whose steps are added to those of a session.

        Raises:
            Refused: it cannot be built.
        """
        standing = session.anew()
        standing.reuse = Reuse(Tally(standing.graph))
        _build(standing, plan)
        session.steps += standing.steps
        return Candidates(standing, plan, span)

    @cached_property
    def plan(self) -> Plan:
        """The network with what its rows come to, as transforms see it.

        Raises:
            Refused: only a build can tell.
        """
        try:
            return numbered(self.session.anew(), self.built)
        except Fault as fault:
            told = fault.diagnostic
            message = told.message if told else "what its numbers are made of is at fault"
            raise Refused(message, help=told.help if told else None) from None

    @cached_property
    def own(self) -> Measured:
        """The network itself, with its figures."""
        return self._measured(self.session, self.built)

    def measured(self, plan: Plan) -> Measured:
        """The figures of the network that a changed plan makes.

        Raises:
            Refused: it cannot be built.
        """
        return self.own if plan == self.plan else self._measured(*self._summed(plan))

    def changed(self, plan: Plan) -> Candidates:
        """The network that a changed plan makes, and its own candidates.

        Raises:
            Refused: it cannot be built.
        """
        return Candidates(*self._summed(plan), self.span)

    def _measured(self, session: Session, plan: Plan) -> Measured:
        assert session.reuse is not None
        graph, total = session.graph, session.reuse.tally.total()
        inputs = {name: graph.type(value).shape for name, value in graph.inputs.items()}
        return Measured(inputs, total, lambda: self._whole(plan))

    def _whole(self, plan: Plan) -> Graph:
        session = self.session.anew()
        _build(session, plan)
        return session.graph.finish()

    def _summed(self, plan: Plan) -> tuple[Session, Plan]:
        assert self.session.reuse is not None
        session, after = self.session.anew(), written_down(self.plan, plan, self.span)
        session.reuse = self.session.reuse.on(session.graph)
        _build(session, after)
        self.session.steps += session.steps
        return session, after


def _build(session: Session, plan: Plan) -> None:
    """Build a plan in a session.

    Raises:
        Refused: it cannot be built.
    """
    try:
        building.build(session, plan)
    except Fault as fault:
        session.report(fault)
    except CompileError:
        pass  # the session has its diagnostics
    first = next((told for told in session.diagnostics if told.is_error), None)
    if first is not None:
        raise Refused(f"it cannot be built so: {first.message}", help=first.help)
