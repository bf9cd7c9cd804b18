"""The changes of a derivation, applied to a plan in order: transforms and insertions.

A transform changes the plan, for which nothing is built. An insertion names its places by labels
of a graph, so the network is built as it is at that point to resolve them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.diagnostics import CompileError, Label, warning
from archdsl.plan import insertions
from archdsl.plan.decisions import CHOOSE
from archdsl.plan.edits import record_changes
from archdsl.plan.evaluation import evaluate_plan
from archdsl.plan.labels import trial_build
from archdsl.plan.options import read_transform
from archdsl.plan.placement import added_at
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused
from archdsl.plan.transforms.contract import Contract
from archdsl.program.program import Unit
from archdsl.source import Span
from archdsl.syntax import tree

if TYPE_CHECKING:
    from archdsl.plan.candidates import Candidates


def apply_changes(
    frame: Frame, plan: Plan, changes: Iterable[tuple[Unit, tree.Insert | tree.Call]]
) -> Plan:
    """The plan after all changes, or before the first one where it cannot be built.

    A network with mistakes can make a change fail. Then the mistakes are the cause, and building
    the plan will report them; the failure of the change is not reported.

    Raises:
        Fault: a change cannot be applied to the plan, which can be built.
    """
    for unit, change in changes:
        # In a build of its own, so that what it finds can be dropped.
        trial = frame.detached().top_level(unit)
        try:
            after = _apply_change(trial, plan, change)
        # CompileError: the trial exceeded a limit or has too many mistakes.
        except (Fault, CompileError):
            if trial_build(frame, plan, change.span) is None:
                return plan
            frame.findings.extend(trial.findings)
            raise
        frame.findings.include(trial.findings)
        # The trial had a budget of its own, but its steps count in this one.
        frame.step(change.span, trial.context.budget.steps)
        plan = after
    return plan


def _apply_change(frame: Frame, plan: Plan, change: tree.Insert | tree.Call) -> Plan:
    if isinstance(change, tree.Insert):
        return _insert(frame, plan, change)
    if change.function.name == CHOOSE:
        from archdsl.plan.choosing import choose  # few networks are spaces

        return choose(frame, plan, change)
    return _transform(frame, plan, change)


def _insert(frame: Frame, plan: Plan, insert: tree.Insert) -> Plan:
    added = added_at(frame, plan, insert, insert.span)
    if added is None:
        raise Fault
    return replace(
        plan,
        inserts=(*plan.inserts, (frame.unit, insert)),
        inserted=insertions.merge(plan.inserted, added),
        before=plan,
        changed_by=None,
    )


def _transform(frame: Frame, plan: Plan, call: tree.Call) -> Plan:
    """The plan after a transform.

    Raises:
        Fault: there is no such transform, or the network cannot be changed by it.
    """
    written = read_transform(frame, call, evaluate_plan(frame, plan))
    if isinstance(written.transform, Contract):
        _check_decided(frame, plan, call)
    before = written.plan

    @cache  # loaded and built only if the transform measures anything
    def candidates() -> Candidates:
        from archdsl.plan.candidates import Candidates

        return Candidates.of(frame, before, call.span)

    try:
        after = written.transform.apply_measured(before, lambda other: candidates().measure(other))
        changed = record_changes(before, after, call.span)
    except Refused as refused:
        span = written.spans.get(refused.option or "", call.span)
        raise frame.fault("transform", refused.message, span, help=refused.help) from None
    # A contraction is a condition, which a network may meet already.
    if after == before and not isinstance(written.transform, Contract):
        frame.findings.add(warning("transform", "this changes nothing", call.span))
    if changed.inserts:
        _check_places(frame, changed, call)
    return changed


def _check_decided(frame: Frame, plan: Plan, call: tree.Call) -> None:
    """Check that a network is one: what is measured of a space is its first member alone."""
    trial = trial_build(frame, plan, call.span)
    left = [each.name for each in trial.decisions if each.decision.is_open] if trial else []
    if left:
        message = f"`{call.function.name}` measures one network, but `{left[0]}` is not decided"
        hint = f"decide before it: `+ {CHOOSE}({left[0]} = ...)`"
        raise frame.fault("choice", message, call.span, help=hint)


def _check_places(frame: Frame, plan: Plan, change: tree.Call) -> None:
    """Check that earlier insertions are still at the places that their labels name.

    `stretch` can make `res3.1` another block. The insertion would silently stay at the old one.

    Raises:
        Fault: a label names another place now, or none.
    """
    # Insertions see those before them, so they are resolved again from the first one on.
    again = replace(plan, inserted={})
    for unit, insert in plan.inserts:
        added = added_at(frame.detached().top_level(unit), again, insert, change.span)
        if added is None:
            return
        again = replace(again, inserted=insertions.merge(again.inserted, added))
    moved = insertions.find_moved(plan.inserted, again.inserted)
    if moved is None:
        return
    block, place, call = moved.block.name, moved.place.span, change.span.text
    message = f"`{call}` moves the place `{place.text}`, after which `{block}` was inserted"
    also = (Label(place, "inserted here before"),)
    hint = "write the `insert` after it: each `+` changes the network before it"
    raise frame.fault("transform", message, change.span, also=also, help=hint)


def earliest_faulty(frame: Frame, plan: Plan, span: Span) -> Plan:
    """The earliest plan that cannot be built, in the history of one that cannot be built.

    Its mistakes are the cause of all that follow.
    """
    history = [plan]
    while history[-1].before is not None:
        history.append(history[-1].before)
    earlier = reversed(history[1:])
    return next((each for each in earlier if trial_build(frame, each, span) is None), plan)
