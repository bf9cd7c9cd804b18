"""A space of networks: all its members at once, by the walk over their parts.

The walk is a proof: it has run every part in every way, so each member is valid, and each figure is
that of a network which can be built. All the same, a few members are built and compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from archdsl.build.machine import build
from archdsl.build.request import Budget, Built, Ending, Request
from archdsl.costs.figures import Figures, measure
from archdsl.costs.metrics import total
from archdsl.diagnostics import CompileError, Diagnostic, Label
from archdsl.ir.pruning import without_unread
from archdsl.plan.decisions import Decision, Pick, picked
from archdsl.space.reading import Unsuited
from archdsl.space.sums.factors import TooLarge
from archdsl.space.survey.networks import NetworkSurvey
from archdsl.space.walk import Taken, Walk

_COMPARED = ("params", "macs", "activations", "bytes")
"""The metrics by which members that are built are compared with the walk."""

NO_WALK = (TooLarge, Unsuited)
"""What is raised where the walk does not apply."""

DRAWN = 200
"""Members that are drawn at most where the walk does not apply."""

_STEPS = 100_000
"""Steps of builds after which no more members are drawn: a large one takes a tenth of a second."""

_SHOWN = 6
"""Decisions that a mistake in a member is shown with at most."""


@dataclass(frozen=True)
class Checked:
    """Valid members of a space: all, with the walk, or some that were drawn, and the reason."""

    members: int
    walk: Walk | None
    reason: str = ""


def walk(request: Request) -> Walk:
    """The walk over the space of a request.

    Raises:
        CompileError: a member has a mistake.
        TooLarge: the walk would take too long.
        Unsuited: the costs of the members are no sums over parts.
    """
    found = Walk(NetworkSurvey(request).run())
    for failing in found.failing():
        _check(build_member(request, picked(failing.taken)), failing.near)
        raise Unsuited("a part of it has a mistake, but no member was found that has it")
    _compare(request, found)
    return found


def drawn(request: Request) -> int:
    """Draw members, decision by decision, and return how many of them exist.

    Raises:
        CompileError: one of them has a mistake.
    """
    random = Random(0)

    def pick(decision: Decision) -> int:
        return random.choice(decision.allowed)

    found = steps = 0
    for _ in range(DRAWN):
        built = build_member(request, pick)
        _check(built, [each.name for each in built.decisions])
        found += built.ending is not Ending.REFUSED
        steps += built.steps
        if steps > _STEPS:
            break
    return found


def build_member(request: Request, pick: Pick) -> Built:
    """The build of one member."""
    return build(replace(request, pick=pick), Budget())


def figures_of(built: Built) -> Figures:
    """What a member that was built costs."""
    return measure(without_unread(built.graph)).total


def _check(built: Built, near: list[str]) -> None:
    """Check that a member has no mistake; some decisions are shown with it, the first of `near`.

    Raises:
        CompileError: it has one.
    """
    if built.is_sound or built.ending is Ending.REFUSED:
        return
    made = {each.name: each for each in built.decisions if each.decision.is_open}
    shown = [made[name] for name in near if name in made][:_SHOWN]
    also = [Label(each.decision.span, f"here it is {each.option}") for each in shown]
    raise CompileError([_with_labels(diagnostic, also) for diagnostic in built.diagnostics])


def _with_labels(diagnostic: Diagnostic, also: list[Label]) -> Diagnostic:
    """A mistake with labels for the places that have none yet."""
    if not diagnostic.is_error:
        return diagnostic
    places = {label.span for label in diagnostic.labels}
    new = [label for label in also if label.span not in places]
    return replace(diagnostic, labels=(*diagnostic.labels, *new))


def _compare(request: Request, found: Walk) -> None:
    """Build the cheapest and the dearest member, and compare what they cost."""
    for metric, taken in _extremes(found):
        built = build_member(request, picked(taken))
        own = {each.name: each.option for each in built.decisions}
        figures = figures_of(built)
        costs = found.costs(taken)
        same = all(total(name, figures) == costs[name] for name in _COMPARED)
        if not built.is_sound or own != taken or not same:
            raise RuntimeError(f"a member differs from the walk, in {metric}: {taken}")


def _extremes(found: Walk) -> Iterator[tuple[str, Taken]]:
    for metric in ("macs", "params"):
        for member in (found.least(metric), found.greatest(metric)):
            if member is not None:
                yield metric, member.taken
