"""A plan built on the way, where a label, a budget or a mistake cannot be told without."""

from __future__ import annotations

from archdsl.build import building
from archdsl.build.session import Fault, Session
from archdsl.diagnostics import CompileError
from archdsl.plan.plan import Plan
from archdsl.source import Span

_REBUILT = 10
"""Steps for each operation that is built once more, and whose place is named."""


def tried(session: Session, plan: Plan) -> Session | None:
    """The session in which a plan was built after the steps of another, None where it fails."""
    trial = session.anew()
    trial.steps = session.steps
    trial.reuse = session.reuse and session.reuse.on(trial.graph)
    try:
        building.build(trial, plan)
    except (Fault, CompileError):
        return None
    return None if trial.diagnostics.has_errors else trial


def built(session: Session, plan: Plan, span: Span) -> Session | None:
    """The session in which a network was built as it stands, None where it cannot be.

    The steps are `session`'s, for what is asked at a `span`.
    """
    standing = tried(session.anew(), plan)
    if standing is not None:
        session.step(span, standing.steps + _REBUILT * len(standing.graph))
    return standing


def at_fault(session: Session, plan: Plan, span: Span) -> Plan:
    """Whose mistakes to tell where a plan cannot be built: the first that led to it and cannot."""
    history = [plan]
    while history[-1].before is not None:
        history.append(history[-1].before)
    earlier = reversed(history[1:])
    return next((each for each in earlier if built(session, each, span) is None), plan)
