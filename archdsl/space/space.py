"""A space of networks: all its members at once, by the walk over their parts.

The walk is a proof: it has run every part in every way, so each member is valid, and each figure is
that of a network which can be built. All the same, a few members are built and compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from archdsl.build.machine import build
from archdsl.build.request import Budget, Built, Ending, Request
from archdsl.costs.figures import Figures, measure
from archdsl.costs.metrics import figure, total
from archdsl.diagnostics import CompileError, Diagnostic, Label
from archdsl.ir.pruning import without_unread
from archdsl.plan.decisions import Decision, Pick, picked
from archdsl.space.joined import Taken
from archdsl.space.members import Members, members_of
from archdsl.space.reading import Unsuited
from archdsl.space.sums.factors import TooLarge
from archdsl.space.survey.networks import NetworkSurvey
from archdsl.space.walk import Walk, walk_over

_COMPARED = ("params", "macs", "activations", "bytes")
"""The metrics by which members that are built are compared with the walk."""

NO_WALK = (TooLarge, Unsuited)
"""What is raised where the walk does not apply."""

DRAWN = 200
"""Members that are drawn at most where the walk does not apply."""

_MEASURED = 20
"""Members that are measured at most for what is no sum."""

_STEPS = 100_000
"""Steps of builds after which no more members are drawn: a large one takes a tenth of a second."""

_SHOWN = 6
"""Decisions that a mistake in a member is shown with at most."""


def members(request: Request) -> Members:
    """All members of a space.

    Raises:
        CompileError: a member has a mistake.
        TooLarge: there is too much to look at.
        Unsuited: it is not sure that they are valid.
    """
    found = members_of(NetworkSurvey(request).run())
    for failing in found.failing():
        _check(build_member(request, picked(failing.taken)), failing.near)
        raise Unsuited("a part of it has a mistake, but no member was found that has it")
    if found.members:
        _compare(request, found, found.draw(Random(0)))
    return found


def walk(request: Request, found: Members | None = None) -> Walk:
    """The walk over the space of a request, whose members may be known.

    Raises:
        CompileError: a member has a mistake.
        TooLarge: there is too much to look at.
        Unsuited: the costs of the members are no sums over parts.
    """
    made = walk_over(found or members(request))
    for member in (made.least("macs"), made.greatest("macs")):
        if member is not None:
            _compare(request, made, member.taken)
    return made


def drawn(request: Request) -> int:
    """Draw members, decision by decision, and return how many of them exist.

    Raises:
        CompileError: one of them has a mistake.
    """
    return sum(1 for _ in _drawn(request, DRAWN, _STEPS))


def drawn_costs(request: Request, name: str) -> list[int]:
    """What members cost that are drawn, by any metric: fewer, as they are measured.

    Raises:
        CompileError: one of them has a mistake.
    """
    graphs = [without_unread(each.graph) for each in _drawn(request, _MEASURED, _STEPS // 5)]
    return [figure(name, graph, measure(graph)) for graph in graphs]


def _drawn(request: Request, count: int, most: int) -> Iterator[Built]:
    """Members that exist, of some that are drawn in at most so many steps."""
    random, steps = Random(0), 0
    for _ in range(count):
        built = build_by_lot(request, random)
        _check(built, [each.name for each in built.decisions])
        if built.ending is not Ending.REFUSED:
            yield built
        steps += built.steps
        if steps > most:
            return


def build_member(request: Request, pick: Pick) -> Built:
    """The build of one member."""
    return build(replace(request, pick=pick), Budget())


def build_by_lot(request: Request, random: Random) -> Built:
    """The build of a member whose decisions are drawn one by one, as they are reached."""

    def pick(decision: Decision) -> int:
        return random.choice(decision.allowed)

    return build_member(request, pick)


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


def _compare(request: Request, found: Members, taken: Taken) -> None:
    """Build a member, and compare it with what was found of it."""
    built = build_member(request, picked(taken))
    own = {each.name: each.option for each in built.decisions}
    figures, costs = figures_of(built), found.costs(taken)
    same = all(total(name, figures) == costs[name] for name in _COMPARED)
    if not built.is_sound or own != taken or not same:
        raise RuntimeError(f"a member of `{request.name}` is not as it was found: {taken}")
