"""What a network would cost if it were changed: its candidates, built and measured."""

from __future__ import annotations

from dataclasses import dataclass, field

from archdsl.costs.metrics import Measured
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics
from archdsl.elaborate import blueprints, building
from archdsl.elaborate.derivations import Resolved
from archdsl.elaborate.session import Fault, Session
from archdsl.ir.graph import Graph
from archdsl.source import Span
from archdsl.transforms import Refused
from archdsl.transforms.blueprint import Blueprint


@dataclass
class Candidates:
    """The network of a session, and others that are made of it by changing its blueprint.

    `span` is where the change is asked for, and `steps` are those taken for candidates so far.
    """

    session: Session
    resolved: Resolved
    blueprint: Blueprint
    span: Span
    steps: int = field(default=0, init=False)

    def measured(self, blueprint: Blueprint) -> Measured:
        """The network that a changed blueprint makes, with its figures.

        Raises:
            Refused: it cannot be built.
            CompileError: too many steps were taken for candidates.
        """
        if blueprint == self.blueprint:
            return Measured(self.session.graph)
        changed = blueprints.changed(
            self.resolved, self.session, self.blueprint, blueprint, self.span
        )
        return Measured(self._built(changed))

    def _built(self, resolved: Resolved) -> Graph:
        graph = Graph(self.session.graph.name)
        session = Session(self.session.program, graph, Diagnostics())
        session.insertions = self.session.insertions
        session.steps = self.steps
        try:
            building.build(session, resolved)
            session.diagnostics.stop_on_errors()
        except Fault as fault:
            raise _unbuilt(fault.diagnostic) from None
        except CompileError as failure:
            raise _unbuilt(failure.diagnostics[0]) from None
        finally:
            self.steps = session.steps
        return graph


def _unbuilt(diagnostic: Diagnostic | None) -> Refused:
    reason = f": {diagnostic.message}" if diagnostic else ""
    return Refused(f"a candidate cannot be built{reason}")
