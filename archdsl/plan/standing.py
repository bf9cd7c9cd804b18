"""A plan built on the way, where a label, a budget or a mistake cannot be told without."""

from __future__ import annotations

from archdsl.build.context import Frame
from archdsl.build.machine import build
from archdsl.build.request import Budget, Built, Request
from archdsl.plan.plan import Plan
from archdsl.source import Span

_REBUILT = 10
"""Steps for each operation that is built once more, and whose place is named."""


def built(frame: Frame, plan: Plan, span: Span) -> Built | None:
    """A network built as it stands, None where it cannot be.

    The steps are those of the frame, for what is asked at a `span`.
    """
    standing = build(Request.of(frame.program, frame.graph.name, plan), Budget())
    if not standing.is_sound:
        return None
    frame.step(span, standing.steps + _REBUILT * len(standing.graph))
    return standing


def at_fault(frame: Frame, plan: Plan, span: Span) -> Plan:
    """Whose mistakes to tell where a plan cannot be built: the first that led to it and cannot."""
    history = [plan]
    while history[-1].before is not None:
        history.append(history[-1].before)
    earlier = reversed(history[1:])
    return next((each for each in earlier if built(frame, each, span) is None), plan)
