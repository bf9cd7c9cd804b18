"""Where an insertion goes in a space: at the same places in all members, or it is refused.

Labels name the places of one network, and a plan has one address for each. If another member had
other blocks, some would silently be left out. So every way in which the decisions come out that
bear on places is built, the others at their first option.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from archdsl.build.context import Frame
from archdsl.build.machine import build
from archdsl.build.request import Budget, Built, Ending, Fault, Request
from archdsl.build.values import Inserted
from archdsl.ir.graph import Address, Graph
from archdsl.plan.bearing import Bearing
from archdsl.plan.decisions import CHOOSE, Decided, Decision, Pick, next_pick, picked
from archdsl.plan.insertions import plan_insertions
from archdsl.plan.labels import trial_build
from archdsl.plan.plan import Plan
from archdsl.source import Span
from archdsl.syntax import tree

_BUILDS = 100
"""Members that are built at most for one insertion."""

Added: TypeAlias = tuple[tuple[Address, Inserted], ...]

_Bears: TypeAlias = Callable[[Decision], bool]


def added_at(frame: Frame, plan: Plan, insert: tree.Insert, span: Span) -> Added | None:
    """What an `insert` adds to the network of a plan, or None where that cannot be built.

    Raises:
        Fault: the places are not the same in all members.
    """
    built = trial_build(frame, plan, span)
    if built is None:
        return None
    added = tuple(plan_insertions(frame, insert, built.graph))
    if any(each.decision.is_open for each in built.decisions) and not frame.findings.faults:
        _Members(frame, plan, insert, span, built, added).check()
    return added


@dataclass(frozen=True)
class _Members:
    """The check of one insertion: `built` is the first member, and `added` what it has there."""

    frame: Frame
    plan: Plan
    insert: tree.Insert
    span: Span
    built: Built
    added: Added

    def check(self) -> None:
        """Check that it is at the same places in all members.

        Raises:
            Fault: it is not, or that would take too many builds to know.
        """
        bearing = Bearing.of(self.plan)
        if bearing.everywhere is None or _is_inside(self.built.graph, self.added):
            self._check(_any)
            return
        # What a stage is made of bears on its places whatever another stage is made of.
        for spans in bearing.stages.values() or [frozenset[Span]()]:
            self._check(_standing_in(bearing.everywhere | spans))

    def _check(self, bears: _Bears) -> None:
        """Check the members that differ in some decisions."""
        decisions = _open(self.built.decisions, bears)
        if not decisions:
            return
        for count, other in enumerate(self._others(bears)):
            if count == _BUILDS:
                raise self._unknown(decisions[0].name)
            if not other.is_sound:
                continue  # it does not exist, or has a mistake that is another matter
            trial = self.frame.detached().top_level(self.frame.unit)
            found = tuple(plan_insertions(trial, self.insert, other.graph))
            if [address for address, _ in found] != [address for address, _ in self.added]:
                raise self._moved(_different(decisions, _open(other.decisions, bears)))
            if bears is not _any and _is_inside(other.graph, found):
                self._check(_any)
                return

    def _others(self, bears: _Bears) -> Iterator[Built]:
        """One member for each way in which some decisions come out, and what it takes to find it.

        If a member does not exist, another one with these options may.
        """
        pick: Pick | None = picked({})
        while pick is not None:
            built = self._build(pick)
            yield built
            own = _open(built.decisions, bears)
            is_refused = built.ending is Ending.REFUSED
            rest = _open(built.decisions, lambda each: not bears(each)) if is_refused else []
            pick = next_pick([*own, *rest])

    def _build(self, pick: Pick) -> Built:
        frame = self.frame
        built = build(Request.of(frame.program, frame.graph.name, self.plan, pick=pick), Budget())
        frame.step(self.span, built.steps)
        return built

    def _moved(self, name: str) -> Fault:
        return self._refused(f"where this is inserted depends on `{name}`, an open decision", name)

    def _unknown(self, name: str) -> Fault:
        message = f"where this is inserted may depend on `{name}` and other open decisions"
        return self._refused(f"{message}, in more ways than can be tried", name)

    def _refused(self, message: str, name: str) -> Fault:
        hint = f"decide before it: `+ {CHOOSE}({name} = ...)`"
        return self.frame.fault("choice", message, self.insert.span, help=hint)


def _any(_: Decision) -> bool:
    return True


def _standing_in(spans: frozenset[Span]) -> _Bears:
    """Whether the choice of a decision stands in one of some texts."""
    return lambda decision: any(span.holds(decision.span) for span in spans)


def _open(decisions: Sequence[Decided], bears: _Bears) -> list[Decided]:
    """The open ones of the decisions that bear on something."""
    return [each for each in decisions if each.decision.is_open and bears(each.decision)]


def _different(decisions: Sequence[Decided], others: Sequence[Decided]) -> str:
    """The first decision that has come out otherwise in another member."""
    taken = {each.name: each.option for each in others}
    differing = (each.name for each in decisions if taken.get(each.name) != each.option)
    return next(differing, decisions[0].name)


def _is_inside(graph: Graph, added: Added) -> bool:
    """Whether something is inserted inside a block: its choices bear on what is there."""
    blocks = (scope for scope in graph.scopes if scope.kind == "block")
    around = {graph.address(scope.parent, scope.site) for scope in blocks}
    return any(address[:end] in around for address, _ in added for end in range(1, len(address)))
