"""What a network would cost if it were changed: its candidates, built and measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from archdsl.costs.metrics import Measured
from archdsl.diagnostics import CompileError, Diagnostics
from archdsl.elaborate import blueprints, building
from archdsl.elaborate.derivations import Resolved
from archdsl.elaborate.session import Fault, Session
from archdsl.ir.graph import Graph
from archdsl.source import Span
from archdsl.transforms import Refused
from archdsl.transforms.blueprint import Blueprint


@dataclass(frozen=True)
class Candidates:
    """The network of a session, and others that are made of it by changing its blueprint.

    `span` is where the change is asked for.
    """

    session: Session
    resolved: Resolved
    span: Span

    @cached_property
    def blueprint(self) -> Blueprint:
        """The network as transforms see it."""
        return blueprints.blueprint(self.session, self.resolved)

    @cached_property
    def own(self) -> Measured:
        """The network itself, with its figures."""
        return Measured(self.session.graph)

    def measured(self, blueprint: Blueprint) -> Measured:
        """The network that a changed blueprint makes, with its figures.

        Raises:
            Refused: it cannot be built.
        """
        return self.own if blueprint == self.blueprint else self.changed(blueprint).own

    def changed(self, blueprint: Blueprint) -> Candidates:
        """The network that a changed blueprint makes, and its own candidates.

        Raises:
            Refused: it cannot be built.
        """
        before, span = self.blueprint, self.span
        resolved = blueprints.changed(self.resolved, self.session, before, blueprint, span)
        session = Session(self.session.program, Graph(self.session.graph.name), Diagnostics())
        session.insertions = self.session.insertions
        try:
            building.build(session, resolved)
        except Fault as fault:
            session.report(fault)
        except CompileError:
            pass  # the session has its diagnostics
        _check_built(session)
        return Candidates(session, resolved, span)


def _check_built(session: Session) -> None:
    first = next((told for told in session.diagnostics if told.is_error), None)
    if first is not None:
        raise Refused(f"it cannot be built so: {first.message}", help=first.help)
