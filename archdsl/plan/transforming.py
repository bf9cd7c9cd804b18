"""Transforms of a network, carried out one by one."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from archdsl.build.session import Frame, Session
from archdsl.plan import blueprints, transform_options
from archdsl.plan.derivations import Resolved
from archdsl.plan.transforms import Refused
from archdsl.syntax import tree

if TYPE_CHECKING:
    from archdsl.plan.candidates import Candidates


def transformed(frame: Frame, call: tree.Call, resolved: Resolved, standing: Session) -> Resolved:
    """A network changed by a transform; `standing` is the session in which it was built so far.

    Raises:
        Fault: there is no such transform, or the network cannot be changed by it.
    """
    before = blueprints.blueprint(standing, resolved)
    called = transform_options.called(frame, call, resolved, before.parameters)
    resolved = called.resolved
    taken = standing.steps

    @cache
    def candidates() -> Candidates:
        from archdsl.build.tables.reuse import summing
        from archdsl.plan.candidates import Candidates  # few transforms measure any

        return Candidates(summing(standing), resolved, call.span)

    try:
        after = called.transform.carried_out(before, lambda b: candidates().measured(b))
        changed = blueprints.changed(resolved, standing, before, after, call.span)
    except Refused as refused:
        span = called.spans.get(refused.option or "", call.span)
        raise frame.fault("transform", refused.message, span, help=refused.help) from None
    frame.session.step(call.span, standing.steps - taken)
    return changed
