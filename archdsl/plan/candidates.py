"""What a network would cost if it were changed: its candidates, built and measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from archdsl.build import building
from archdsl.build.session import Fault, Session
from archdsl.costs.figures import Figures, measure
from archdsl.costs.metrics import ORDERED, figure, total
from archdsl.diagnostics import CompileError
from archdsl.ir.graph import Graph
from archdsl.plan import blueprints
from archdsl.plan.derivations import Resolved
from archdsl.plan.transforms import Refused
from archdsl.plan.transforms.blueprint import Blueprint
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
    """The network of a session, and others that are made of it by changing its blueprint.

    The session has its `reuse`. `span` is where the change is asked for. Rows that are the same
    are built once for all candidates, of which the figures alone are kept; their steps are added
    to the session's.
    """

    session: Session
    resolved: Resolved
    span: Span
    _known: list[tuple[Blueprint, Measured]] = field(default_factory=list)

    @cached_property
    def blueprint(self) -> Blueprint:
        """The network as transforms see it."""
        return blueprints.blueprint(self.session, self.resolved)

    @cached_property
    def own(self) -> Measured:
        """The network itself, with its figures."""
        return self._measured(self.session, self.blueprint)

    def measured(self, blueprint: Blueprint) -> Measured:
        """The figures of the network that a changed blueprint makes.

        Raises:
            Refused: it cannot be built.
        """
        if blueprint == self.blueprint:
            return self.own
        found = next((measured for known, measured in self._known if known == blueprint), None)
        if found is None:
            found = self._measured(self._summed(blueprint)[0], blueprint)
            self._known.append((blueprint, found))
        return found

    def changed(self, blueprint: Blueprint) -> Candidates:
        """The network that a changed blueprint makes, and its own candidates.

        Raises:
            Refused: it cannot be built.
        """
        return Candidates(*self._summed(blueprint), self.span)

    def _measured(self, session: Session, blueprint: Blueprint) -> Measured:
        assert session.reuse is not None
        graph, total = session.graph, session.reuse.tally.total()
        inputs = {name: graph.type(value).shape for name, value in graph.inputs.items()}
        return Measured(inputs, total, lambda: self._whole(blueprint))

    def _whole(self, blueprint: Blueprint) -> Graph:
        session, _ = self._built(blueprint, self.session.anew())
        return session.graph.finish()

    def _summed(self, blueprint: Blueprint) -> tuple[Session, Resolved]:
        assert self.session.reuse is not None
        session = self.session.anew()
        session.reuse = self.session.reuse.on(session.graph)
        return self._built(blueprint, session)

    def _built(self, blueprint: Blueprint, session: Session) -> tuple[Session, Resolved]:
        before, span = self.blueprint, self.span
        resolved = blueprints.changed(self.resolved, self.session, before, blueprint, span)
        session.insertions = self.session.insertions
        try:
            building.build(session, resolved)
        except Fault as fault:
            session.report(fault)
        except CompileError:
            pass  # the session has its diagnostics
        self.session.steps += session.steps
        _check_built(session)
        return session, resolved


def _check_built(session: Session) -> None:
    first = next((told for told in session.diagnostics if told.is_error), None)
    if first is not None:
        raise Refused(f"it cannot be built so: {first.message}", help=first.help)
