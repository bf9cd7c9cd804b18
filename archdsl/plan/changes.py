"""A network with all that derivations change in it: transforms and insertions, in order.

A transform changes the plan, and nothing is built for it. What is inserted has its places in a
graph, so that for it the network is built as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.diagnostics import CompileError, Label
from archdsl.plan import insertions
from archdsl.plan.candidates import Candidates
from archdsl.plan.edits import written_down
from archdsl.plan.labels import built
from archdsl.plan.numbers import numbered
from archdsl.plan.options import called
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused
from archdsl.program.program import Unit
from archdsl.source import Span
from archdsl.syntax import tree


def apply_changes(
    frame: Frame, plan: Plan, changes: Iterable[tuple[Unit, tree.Insert | tree.Call]]
) -> Plan:
    """The plan as its transforms and insertions leave it.

    Where one does not suit a plan that cannot be built anyway, what stands in its way is told
    when it is built.

    Raises:
        Fault: one of the changes does not suit it.
    """
    for unit, change in changes:
        trial = frame.detached().top_level(unit)
        try:
            after = _apply_change(trial, plan, change)
        except (Fault, CompileError):
            if built(frame, plan, change.span) is None:
                return plan
            frame.findings.extend(trial.findings)
            raise
        frame.findings.include(trial.findings)
        frame.step(change.span, trial.context.budget.steps)
        plan = after
    return plan


def _apply_change(frame: Frame, plan: Plan, change: tree.Insert | tree.Call) -> Plan:
    if isinstance(change, tree.Insert):
        return _inserted(frame, plan, change)
    return _transformed(frame, plan, change)


def _inserted(frame: Frame, plan: Plan, insert: tree.Insert) -> Plan:
    standing = built(frame, plan, insert.span)
    if standing is None:
        raise Fault
    found = insertions.planned(frame, insert, standing.graph)
    return replace(
        plan,
        inserts=(*plan.inserts, (frame.unit, insert)),
        inserted=insertions.joined(plan.inserted, found),
        before=plan,
        changed_by=None,
    )


def _transformed(frame: Frame, plan: Plan, call: tree.Call) -> Plan:
    """A network changed by a transform.

    Raises:
        Fault: there is no such transform, or the network cannot be changed by it.
    """
    asked = called(frame, call, numbered(frame, plan))
    before = asked.plan

    @cache
    def candidates() -> Candidates:
        return Candidates.of(frame, before, call.span)

    try:
        after = asked.transform.apply_measured(before, lambda other: candidates().measure(other))
        changed = written_down(before, after, call.span)
    except Refused as refused:
        span = asked.spans.get(refused.option or "", call.span)
        raise frame.fault("transform", refused.message, span, help=refused.help) from None
    if changed.inserts:
        _check_places(frame, changed, call)
    return changed


def _check_places(frame: Frame, plan: Plan, change: tree.Call) -> None:
    """See that what was inserted before a transform stands where its labels say after it.

    Raises:
        Fault: a label means another place now, or none.
    """
    again = replace(plan, inserted={})
    for unit, insert in plan.inserts:
        standing = built(frame, again, change.span)
        if standing is None:
            return
        found = insertions.planned(frame.detached().top_level(unit), insert, standing.graph)
        again = replace(again, inserted=insertions.joined(again.inserted, found))
    moved = insertions.moved(plan.inserted, again.inserted)
    if moved is None:
        return
    block, place, called = moved.block.name, moved.place.span, change.span.text
    message = f"`{called}` changes what `{place.text}` stands for, where `{block}` is inserted"
    also = (Label(place, "inserted here before"),)
    hint = "insert after it: each `+` changes what stands before it"
    raise frame.fault("transform", message, change.span, also=also, help=hint)


def earliest_faulty(frame: Frame, plan: Plan, span: Span) -> Plan:
    """Whose mistakes to tell where a plan cannot be built: the first that led to it and cannot."""
    history = [plan]
    while history[-1].before is not None:
        history.append(history[-1].before)
    earlier = reversed(history[1:])
    return next((each for each in earlier if built(frame, each, span) is None), plan)
